"""Start the mailbox: `python -m tools.mailbox --folder instance/mailbox --smtp-port 8026 --port 8025`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.serving import WSGIRequestHandler, make_server

from tools.mailbox.inbox import Inbox
from tools.mailbox.page import create_app

LOOPBACK = "127.0.0.1"


class Keeper:
    """Takes whatever is sent. "250" is said when the mail is on disk, not before."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        content = envelope.content
        self._inbox.keep(
            envelope.mail_from or "",
            [str(recipient) for recipient in envelope.rcpt_tos],
            content if isinstance(content, bytes) else (content or "").encode(),
        )
        return "250 2.0.0 Kept"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main() -> int:
    """Serve mail and page until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tools.mailbox", description="A mailbox on this machine.")
    parser.add_argument("--folder", type=Path, required=True, help="where the mail is kept (a Maildir)")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--port", type=int, required=True, help="the page's")
    options = parser.parse_args()

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())

    inbox = Inbox(options.folder)
    smtp = Controller(Keeper(inbox), hostname=LOOPBACK, port=options.smtp_port, enable_SMTPUTF8=True)
    try:
        smtp.start()
    except OSError as error:
        print(f"The mailbox can't listen for mail on port {options.smtp_port}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        server = make_server(LOOPBACK, options.port, create_app(inbox), threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, name="page")
        thread.start()
        print(f"The mailbox shows its mail at http://{LOOPBACK}:{options.port}", flush=True)
        stop.wait()
        server.shutdown()
        thread.join()
        server.server_close()
    finally:
        smtp.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
