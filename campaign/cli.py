"""The commands: demo, worker, accounts."""

import click
from flask import Flask, current_app, url_for
from flask.cli import AppGroup

from campaign import clock
from campaign.accounts import joining
from campaign.errors import Refusal
from campaign.extensions import db
from campaign.web.jinja import absolute
from campaign.web.requests import WRITES

accounts = AppGroup("accounts", help="Organizers.")


def install(app: Flask) -> None:
    """Adds every command group to `flask`."""
    app.cli.add_command(accounts)


@accounts.command("invite-owner")
@click.argument("email")
def invite_owner(email: str) -> None:
    """Print a link by which EMAIL becomes the owner of a new team. It works once, for a week."""
    db.session.connection(execution_options=WRITES)
    try:
        token = joining.invite_owner(email, clock.now(), current_app.config["DEFAULT_LANGUAGE"])
    except (Refusal, joining.BadAddress) as error:
        raise click.ClickException(str(error)) from None
    with current_app.test_request_context():
        link = absolute(url_for("manage.accounts.invitation", token=token))
    db.session.commit()
    click.echo(link)
