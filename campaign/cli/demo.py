"""`flask demo`: sample content, to look around with."""

import click
from flask import current_app
from flask.cli import AppGroup

from campaign import clock
from campaign.databases import writing
from campaign.demo import loading, signing_in

demo = AppGroup("demo", help="Sample content, to look around with.")


@demo.command("load")
@click.option("--email", help="Of the organizer who is let in.")
@click.option("--password", help="Theirs. Without one, the one that demo.json says, else a new one.")
def load_demo(email: str | None, password: str | None) -> None:
    """Load the demo's content and its organizer: what is missing is made, the rest stays as it is."""
    instance = current_app.config["INSTANCE_DIR"]
    now = clock.now()
    with writing():
        team = loading.load(now, current_app.config["BASE_URL"])
        said = signing_in.let_in(team, signing_in.notes(instance), email, password, now)
    signing_in.write(instance, said)
