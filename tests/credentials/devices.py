"""What organizers hold in their hands: an authenticator app and passkeys, as small programs; and how they sign in."""

import hashlib
import json
from base64 import urlsafe_b64encode
from itertools import count

import cbor2
from bs4 import BeautifulSoup
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from passlib.totp import TOTP

from tests import make

PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40  # flags of what an authenticator says, WebAuthn 6.1

_number = count(1)


class Passkey:
    """One that signs whatever it is asked to. Attributes are what can be wrong with it."""

    def __init__(self, host="localhost", origin="http://localhost", verifies=True):
        self.host, self.origin, self.verifies = host, origin, verifies
        self.counter = 0  # most passkeys don't count
        self.id = hashlib.sha256(b"passkey %d" % next(_number)).digest()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.handle = None

    def create(self, options):
        """Answers navigator.credentials.create()."""
        self.handle = options["user"]["id"]
        numbers = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._said(MADE) + made})
        client = self._client("webauthn.create", options)
        response = {"clientDataJSON": b64(client), "attestationObject": b64(attested), "transports": ["internal", "x"]}
        return self._answer(response)

    def get(self, options):
        """Answers navigator.credentials.get()."""
        client, said = self._client("webauthn.get", options), self._said()
        signed = self._key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": b64(client), "authenticatorData": b64(said), "signature": b64(signed)}
        return self._answer({**response, "userHandle": self.handle})

    def _said(self, flags=0):
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind, options):
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _answer(self, response):
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})


def set_up_app(client):
    """Through the pages, by who is signed in. Returns the app's secret and the recovery codes."""
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    secret = secret_on(client.get("/manage/account/app"))
    page = client.post("/manage/account/app", data={"code": code(secret)})
    assert page.status_code in (200, 303), page.text
    return secret, codes_on(page)


def add_passkey(client, passkey=None, name="phone"):
    """Through the pages, as the script does. Returns the passkey and the page that follows."""
    passkey = passkey or Passkey()
    page = client.post("/manage/account/passkeys/new", data={"name": name, "password": make.PASSWORD})
    options = json.loads(soup(page).find("form", {"data-passkey": "create"})["data-options"])
    return passkey, client.post("/manage/account/passkeys", data={"credential": passkey.create(options)})


def give_password(client, account, password=make.PASSWORD):
    """The first step, as the form does it. The visitor then has the next page's token."""
    client.csrf_token = None
    client.csrf_token = token_on(client.get("/manage/login"))
    return client.post("/manage/login", data={"email": account.email, "password": password})


def options(client, which="/manage/login/passkey"):
    """What the script asks for."""
    if client.csrf_token is None:
        client.csrf_token = token_on(client.get("/manage/login"))
    return json.loads(client.post(f"{which}/options").text)


def is_in(client):
    return client.get("/manage/").status_code == 200


def code(secret, at=None):
    """What the app shows. at: an aware datetime; now if nothing is said."""
    from campaign import clock

    return TOTP(key=secret, format="base32").generate(time=at or clock.now()).token


def secret_on(page):
    return "".join(span.text for span in soup(page).select(".secret span"))


def codes_on(page):
    return [code.text for code in soup(page).select(".codes code")]


def errors_on(page):
    return soup(page).find(id="errors").get_text(" ", strip=True)


def token_on(page):
    return soup(page).find("input", {"name": "csrf_token"})["value"]


def soup(page):
    return BeautifulSoup(page.text, "html.parser")


def b64(octets):
    return urlsafe_b64encode(octets).decode().rstrip("=")
