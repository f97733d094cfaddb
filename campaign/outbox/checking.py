"""Whether mail can go out as it is set up, tried step by step, and said in words that tell what to change."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaign import tokens
from campaign.outbox.composing import From, Mail, Marks, compose
from campaign.outbox.faults import Fault, Outcome, Phase
from campaign.outbox.letters import Letter
from campaign.outbox.transport import Connection, Server


class Verdict(StrEnum):
    GOOD = "good"
    LOOK = "look"  # works, or can't be told from here; somebody should look
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    about: str  # "server", "SPF"
    text: str


def letter(sender: str, to: str, now: datetime) -> Mail:
    """A test letter. Raises composing.Unsendable."""
    said = Letter("Test", "This is a test letter. If you can read it, mail goes out.")
    return compose(said, Marks(), From(sender)).fill_in({"to": to}, tokens.new(), now)


def try_server(server: Server, letter: Mail | None = None) -> list[Finding]:
    """Connect, encrypt, sign in as the worker does; with a letter, hand that over too. Takes as long as its limits."""
    where = f"{server.host}, port {server.port}"
    connection = Connection(server)
    try:
        connection.open()
        found = [Finding(Verdict.GOOD, "server", f"{where} answers{_how(server)}.")]
        if letter is not None:
            code = connection.send(letter.to, letter.content)
            found.append(Finding(Verdict.GOOD, "letter", f"{letter.to}: taken ({code}). Look whether it arrives."))
    except Fault as fault:
        return [Finding(Verdict.WRONG, fault.phase.name.lower(), f"{where}: {_advice(fault, server)}{_code(fault)}")]
    else:
        return found
    finally:
        connection.close()


def _how(server: Server) -> str:
    if not server.use_tls:
        return ", not encrypted"
    signed_in = f", takes us as {server.username}" if server.username is not None else ""
    return f", its certificate is good{signed_in}"


def _code(fault: Fault) -> str:
    return f" (It said {fault.code}.)" if fault.code else ""


def _advice(fault: Fault, server: Server) -> str:
    if fault.phase >= Phase.RCPT:
        return _OF_THE_LETTER.get(fault.outcome, "it refuses the letter or the address. Is it written right?")
    match fault.phase:
        case Phase.CONNECT if fault.code:
            return "the server doesn't want to talk to us. Is this machine allowed to send mail through it?"
        case Phase.CONNECT:
            return "no answer. Check MAIL_SERVER and MAIL_PORT, and whether a firewall stands in between."
        case Phase.TLS:
            return (
                "no safe connection. Either it offers no encryption on this port (465: from the start; 587 and 25: by "
                f"STARTTLS), or its certificate isn't good for {server.host}: expired, self-signed, or made out to "
                "another name. Mail is never sent in the clear instead; MAIL_USE_TLS=off is for this machine alone."
            )
        case Phase.AUTH if not server.use_tls:
            return "it takes no name and password, at least not in the clear. Set MAIL_USE_TLS=on."
        case Phase.AUTH:
            return "it refuses name or password. Check MAIL_USERNAME and MAIL_PASSWORD_FILE."
        case _:
            return (
                f"it refuses our sender, {server.sender}. Check MAIL_DEFAULT_SENDER and MAIL_BOUNCE_ADDRESS; if it "
                "takes but one sender from us, set MAIL_VERP=off."
            )


_OF_THE_LETTER = {
    Outcome.TRANSIENT: "it doesn't take mail for this address at present. Try again in some minutes.",
    Outcome.POLICY: "it refuses the letter for what it is or where it comes from. Look at SPF, DKIM and DMARC below.",
    Outcome.CONFIGURATION: "it wants us to sign in first. Check MAIL_USERNAME and MAIL_PASSWORD_FILE.",
    Outcome.CONNECTION: "it hung up before it had the letter. Try again in some minutes.",
    Outcome.UNKNOWN: "it took the letter and then said nothing. It may arrive or not.",
}
