"""The commands: accounts, database, demo, mail, worker."""

import click
from flask import Flask, current_app, url_for
from flask.cli import AppGroup

from campaign import clock, keyfiles
from campaign.accounts import joining, sessions
from campaign.accounts.letters import Change
from campaign.cli.database import database
from campaign.cli.mail import mail
from campaign.cli.working import work
from campaign.credentials import factors
from campaign.databases import writing
from campaign.demo import loading, signing_in
from campaign.errors import Refusal
from campaign.web import second_step
from campaign.web.jinja import absolute

accounts = AppGroup("accounts", help="Organizers.")
demo = AppGroup("demo", help="Sample content, to look around with.")


def install(app: Flask) -> None:
    """Adds every command group to `flask`."""
    app.cli.add_command(accounts)
    app.cli.add_command(database)
    app.cli.add_command(demo)
    app.cli.add_command(mail)
    app.cli.add_command(work)


@accounts.command("invite-owner")
@click.argument("email")
def invite_owner(email: str) -> None:
    """Print a link by which EMAIL becomes the owner of a new team. It works once, for a week."""
    try:
        with writing():
            token = joining.invite_owner(email, clock.now(), current_app.config["DEFAULT_LANGUAGE"])
    except (Refusal, joining.BadAddress) as error:
        raise click.ClickException(str(error)) from None
    with current_app.test_request_context():
        link = absolute(url_for("manage.accounts.invitation", token=token))
    click.echo(link)


@accounts.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """Take authenticator app, passkeys and recovery codes away from the account of EMAIL, for who has lost them.

    Their password stays; every session ends, and a letter tells them. Be sure that it is them who ask: call back.
    """
    try:
        with writing(), current_app.test_request_context():
            organizer = joining.find(email)
            if organizer is None:
                raise click.ClickException(f"There is no account with the address {email}.")
            factors.reset(organizer)
            sessions.end_all(organizer)
            second_step.tell(organizer, Change.FACTORS_RESET, clock.now())
    except keyfiles.KeysUnusable as error:
        raise click.ClickException(f"{error} The letter about it can’t be sealed, so nothing was changed.") from None
    click.echo(f"{organizer.name} ({organizer.email}) signs in by password alone again, and is told by mail.")


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
