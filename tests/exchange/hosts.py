"""A stranger's web server that speaks TLS, on this machine, under names that only a test's resolver knows."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaign.exchange.fetching import Fetcher

NAME = "calendar.example"


def certificate(folder, *names):
    """The path of a certificate for these names with its key: its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{names[0]}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Host:
    """answers: by target, what is sent: octets, or a function that gets the connection and does as it likes."""

    def __init__(self, certificate):
        self.answers = {}
        self.asked = []  # each request, whole
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listening.close()

    def _serve(self):
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(plain,), daemon=True).start()

    def _talk(self, plain):
        with plain, suppress(OSError):
            plain.settimeout(10)
            with self._context.wrap_socket(plain, server_side=True) as connection:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += connection.recv(65536)
                self.asked.append(asked.decode())
                answer = self.answers.get(asked.split(b" ")[1].decode(), b"HTTP/1.1 404 Not Found\r\n\r\n")
                if callable(answer):
                    answer(connection)
                else:
                    connection.sendall(answer)


def answer(body, *headers, status="200 OK", kind="text/calendar; charset=utf-8"):
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def fetcher(host, certificate, *, names=None, is_allowed=lambda _: True, seconds=5.0):
    """One that finds `host` under its name, and believes its certificate.

    names: other names and the addresses that they have.
    """
    known = {NAME: ["127.0.0.1"], **(names or {})}
    return Fetcher(
        resolve=lambda name: known.get(name, []),
        is_allowed=is_allowed,
        trust=ssl.create_default_context(cafile=certificate),
        port=host.port,
        seconds=seconds,
    )
