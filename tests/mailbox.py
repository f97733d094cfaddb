"""A mail server of the tests' own, on loopback: keeps what it takes, and misbehaves on request."""

import asyncio
import email
import socket
from email import policy

from aiosmtpd.controller import Controller

HANG, DROP = "hang", "drop"  # instead of an answer


class Letter:
    """One mail as its reader sees it."""

    def __init__(self, to, raw, sender=""):
        self.to = to
        self.sender = sender  # the envelope's
        self.raw = raw
        self.headers = email.message_from_bytes(raw, policy=policy.default)

    @property
    def subject(self):
        return self.headers["Subject"]

    @property
    def message_id(self):
        return self.headers["Message-ID"]

    @property
    def text(self):
        return self.headers.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def ics(self):
        """The calendar attachment as text; none if there is none."""
        for part in self.headers.walk():
            if part.get_content_type() == "text/calendar":
                return part.get_payload(decode=True).decode()
        return None


class Mailbox:
    """`answers` says what is answered instead of the usual: {"RCPT": "450 later"}, or DROP or HANG.

    Phases: MAIL, RCPT, DATA (before 354), DOT (after the final dot). A list is used up one by one, then all is well. A
    function gets the recipient (for MAIL nothing) and returns an answer or none.
    """

    def __init__(self):
        self.letters = []  # taken, in order
        self.seen = []  # (Message-ID, what was answered) of whatever came as far as the final dot
        self.tries = []  # recipients asked for
        self.answers = {}
        self.port = None
        self._controller = None

    def to(self, address):
        return [letter for letter in self.letters if letter.to == address]

    def start(self, port=None):
        for _ in range(10):
            self.port = port or _free_port()
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True, ident="x")
            try:
                self._controller.start()
            except OSError:
                self._controller.loop.close()
                continue
            return self
        raise OSError("no free port")

    def start_again(self):
        """After `stop`, at the same place."""
        self.start(self.port)

    def stop(self):
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_MAIL(self, server, _session, envelope, address, options):  # noqa: N802 -- aiosmtpd's name
        answer = await self._answer("MAIL", server)
        if answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        self.tries.append(address)
        answer = await self._answer("RCPT", server, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        [to] = envelope.rcpt_tos
        letter = Letter(to, envelope.content, envelope.mail_from)
        planned = self._planned("DOT", to)
        self.seen.append((letter.message_id, planned or "250"))
        if planned is None:
            self.letters.append(letter)
        return await self._do(planned, server)

    async def _answer(self, phase, server, address=None):
        return await self._do(self._planned(phase, address), server)

    def _planned(self, phase, address):
        planned = self.answers.get(phase)
        if callable(planned):
            return planned(address)
        if isinstance(planned, list):
            return planned.pop(0) if planned else None
        return planned

    async def _do(self, planned, server):
        if planned == DROP:
            server.transport.abort()
            await asyncio.sleep(0.05)
        if planned == HANG:
            await asyncio.sleep(30)
        return planned if planned and planned[:1].isdigit() else "250 OK"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
