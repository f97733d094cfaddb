"""A mail server that can be as rude as one likes, down to the octet. For what aiosmtpd is too polite for."""

import socket
import ssl
import threading
from contextlib import ExitStack, suppress

DROP = object()  # hang up
HANG = object()  # say nothing any more
USUAL = {
    "CONNECT": b"220 rude\r\n",
    "EHLO": b"250-rude\r\n250 8BITMIME\r\n",
    "HELO": b"250 rude\r\n",
    "STARTTLS": b"220 go on\r\n",
    "AUTH": b"235 ok\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    "DOT": b"250 taken\r\n",
    "RSET": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}


class RudeServer:
    """`answers` says what is said instead of the usual: octets, DROP, HANG, a function of the socket, or a list of
    these, used up one by one.

    In `heard` is what was said to it, verbs in capitals, one list for each connection; in `taken` the messages.
    """

    def __init__(self, certificate=None, **answers):
        self.answers = answers
        self.heard = []
        self.taken = []
        self._certificate = certificate
        self._said = threading.local()  # one conversation a thread
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open = []
        self._threads = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(2)
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(6)

    def hang_up(self):
        """On everybody."""
        for connection in self._open:
            connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._talk, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _talk(self, connection):
        self.heard.append([])
        self._said.goes_on = True
        with ExitStack() as closed, suppress(OSError, ValueError):
            closed.enter_context(connection)
            self._converse(connection, self.heard[-1], closed)

    def _converse(self, connection, lines, closed):
        if not self._say(connection, "CONNECT"):
            return
        file = closed.enter_context(connection.makefile("rb"))
        while line := file.readline():
            text = line.decode().strip()
            verb, space, rest = text.partition(" ")
            verb = verb.upper()
            lines.append(verb + space + rest)
            if not self._say(connection, verb):
                return
            if verb == "STARTTLS":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self._certificate)
                connection = closed.enter_context(context.wrap_socket(connection, server_side=True))
                self._open.append(connection)
                file = closed.enter_context(connection.makefile("rb"))
            if verb == "DATA" and self._said.goes_on and not self._take(connection, file):
                return
            if verb == "QUIT":
                return

    def _take(self, connection, file):
        body = self.answers.get("BODY")
        if body is not None:
            return self._do(connection, body)
        octets = b""
        while not (b"\r\n" + octets).endswith(b"\r\n.\r\n"):
            line = file.readline()
            if not line:
                return False
            octets += line
        self.taken.append(octets[:-3])
        return self._say(connection, "DOT")

    def _say(self, connection, phase):
        answer = self.answers.get(phase, USUAL.get(phase, b"500 what?\r\n"))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else USUAL[phase]
        return self._do(connection, answer)

    def _do(self, connection, answer):
        if answer is DROP:
            connection.shutdown(socket.SHUT_RDWR)
            return False
        if answer is HANG:
            self._ended.wait(5)
            return False
        if callable(answer):
            return answer(connection)
        self._said.goes_on = answer.startswith(b"354")
        connection.sendall(answer)
        return True
