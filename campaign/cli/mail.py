"""`flask mail`: try the server, and take in what comes back."""

import ipaddress
import os
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from campaign import clock, keyfiles, sealing
from campaign.databases import writing
from campaign.outbox import checking, domains, reports, returning
from campaign.outbox.composing import From
from campaign.outbox.envelopes import Envelopes
from campaign.outbox.transport import Server

mail = AppGroup("mail", help="Mail: what goes out, what comes back.")


@mail.command("receive")
@click.option("--to", "recipient", help="The address that it was sent to, if the mail server can say so.")
def receive_mail(recipient: str | None) -> None:
    """Read one mail that came back, on standard input: a bounce or a complaint. Anything else is dropped.

    For the mail server to call: docs/mail.md says how. It is asked to come again later (75) if the database can't be
    reached.
    """
    report = reports.read(sys.stdin.buffer.read(reports.LARGEST), recipient)
    while sys.stdin.buffer.read(reports.LARGEST):
        pass  # to its end: a mail server may take a pipe that is closed early for a failure
    try:
        with writing():
            unsigned = not current_app.config["MAIL_VERP"]
            about = returning.note(report, envelopes(), clock.now().date(), by_message_id=unsigned)
    except SQLAlchemyError as error:
        click.echo(f"Not now: {type(error).__name__}", err=True)
        sys.exit(os.EX_TEMPFAIL)
    click.echo("nothing to do" if about is None else f"letter {about}: {report.kind}", err=True)


@mail.command("check")
@click.option("--to", "recipient", help="Send a test letter to this address.")
@click.option("--address", "addresses", multiple=True, help="An IP address that your mail server sends from.")
def check_mail(recipient: str | None, addresses: tuple[str, ...]) -> None:
    """Try the mail server, and look up what the sender's domain says. Ends with 1 if something has to be changed."""
    config = current_app.config
    server = mail_server()
    letter = None
    try:
        names = domains.Names(config["DNS_RESOLVER"])
        for address in addresses:
            ipaddress.ip_address(address)
        if recipient:
            letter = checking.letter(config["MAIL_DEFAULT_SENDER"], recipient, clock.now())
    except ValueError as error:
        raise click.ClickException(str(error) or f"{recipient} is no address that mail can be sent to.") from None
    found = checking.try_server(server, letter)
    domain = server.sender.rpartition("@")[2]
    found += domains.check(names, domain, server.host, config["MAIL_DKIM_SELECTOR"], list(addresses))
    for finding in found:
        click.echo(f"{finding.verdict:<5}  {finding.about:<8} {finding.text}")
    sys.exit(any(finding.verdict is checking.Verdict.WRONG for finding in found))


def envelopes() -> Envelopes:
    """The addresses by which letters come back. For who may read the worker's keys."""
    keys_dir = Path(current_app.config["KEYS_DIR"])
    address = current_app.config["MAIL_BOUNCE_ADDRESS"] or From(current_app.config["MAIL_DEFAULT_SENDER"]).address
    try:
        keyfiles.add_mail_key(keys_dir)
        return Envelopes(address, sealing.derived(keyfiles.mail_key(keys_dir), "envelopes"))
    except keyfiles.KeysUnusable as error:
        raise click.ClickException(str(error)) from None
    except ValueError:
        raise click.ClickException(
            f"{address} is too long to put a letter's number into it. Set MAIL_BOUNCE_ADDRESS, or MAIL_VERP=off."
        ) from None


def mail_server() -> Server:
    """As Flask-Mail reads it from the settings."""
    said = current_app.extensions["mail"]
    address = From(said.default_sender).address
    if not address.isascii() or not all(address.partition("@")):
        raise click.ClickException(f"MAIL_DEFAULT_SENDER is {said.default_sender!r}; it must be like mail@example.org.")
    return Server(
        host=said.server,
        port=said.port,
        sender=address,
        use_tls=said.use_tls,
        username=said.username,
        password=said.password,
    )
