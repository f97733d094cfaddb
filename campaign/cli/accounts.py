"""`flask accounts`: how the first organizer begins, and how one comes back who has lost the second step."""

import click
from flask import current_app, url_for
from flask.cli import AppGroup

from campaign import clock, keyfiles
from campaign.accounts import joining, sessions
from campaign.accounts.letters import Change
from campaign.credentials import factors
from campaign.databases import writing
from campaign.errors import Refusal
from campaign.web import second_step
from campaign.web.jinja import absolute

accounts = AppGroup("accounts", help="Organizers.")


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
