"""The second step of signing in: Flask-Security's way into it, and what the session knows meanwhile.

Whoever has given the right password is known by two words in the session, for ten minutes: their `fs_uniquifier`, which
a new password changes, and when. A challenge for a passkey stands there too, with what it is for.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from flask_security.tf_plugin import TfPluginBase
from flask_security.utils import login_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from campaign import clock, tokens
from campaign.accounts import letters
from campaign.accounts.letters import Change
from campaign.accounts.models import Organizer
from campaign.credentials import factors
from campaign.credentials.locking import vault_of
from campaign.credentials.passkeys import WITHIN, Site
from campaign.extensions import db
from campaign.sealing import Vault
from campaign.web import guard, jinja, limits, seals

WAITS = timedelta(minutes=10)  # from password to second step
SINCE, CHALLENGE = "half_since", "challenge"  # in the session
_VAULT = "credentials"


class SecondStep(TfPluginBase):
    """Flask-Security asks this after a right password: is more needed, and where."""

    def create_blueprint(self, app: Flask, bp: Blueprint, state: Any) -> None:
        """Our pages are `signins`."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        return [("second_step", "")] if factors.of(user) else []

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Response:  # noqa: ARG002 -- theirs
        session[SINCE] = int(clock.now().timestamp())
        return redirect(url_for("manage.signins.second"))


def install(app: Flask) -> None:
    app.extensions[_VAULT] = vault_of(app.config["SECRET_KEY"])


def vault() -> Vault:
    """What opens the secrets of second factors."""
    made: Vault = current_app.extensions[_VAULT]
    return made


def who_is_half_in(now: datetime) -> Organizer | None:
    """Who has given the right password a short while ago, and nothing more yet."""
    since, name = session.get(SINCE), session.get(limits.WHO_IS_HALF_IN)
    if name is None or not isinstance(since, int) or not 0 <= now.timestamp() - since <= WAITS.total_seconds():
        return None
    return db.session.scalar(select(Organizer).where(Organizer.fs_uniquifier == name, Organizer.active.is_(True)))


def let_in(organizer: Organizer, how: str) -> Response:
    """Signs somebody in who has proven everything. To where they wanted to go."""
    wanted = session.get(guard.WANTED) or url_for("manage.site.index")
    for name in (limits.WHO_IS_HALF_IN, SINCE, CHALLENGE):
        session.pop(name, None)
    login_user(organizer, authn_via=[how])
    return redirect(wanted, 303)


def site() -> Site | None:
    """What passkeys are made for here. None at a bare IP address: browsers make none for that."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdecimal() else request.host
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        here = f"{current_app.config['PREFERRED_URL_SCHEME']}://{request.host}"
        return Site(host, (current_app.config["BASE_URL"], here))
    return None


def name_of_site() -> str:
    """What an authenticator app calls us."""
    return urlsplit(current_app.config["BASE_URL"]).hostname or "campaign"


def challenge(what_for: str, now: datetime, **more: str) -> bytes:
    """A new one; the session's answer to it is awaited for five minutes."""
    made = tokens.octets(32)
    text = urlsafe_b64encode(made).decode()
    session[CHALLENGE] = {"for": what_for, "at": int(now.timestamp()), "octets": text, **more}
    return made


def challenged(what_for: str, now: datetime) -> tuple[bytes, dict[str, str]] | None:
    """The challenge that was given for this and not too long ago, and what was noted with it. Asked for once."""
    noted = session.pop(CHALLENGE, None)
    if not isinstance(noted, dict) or noted.get("for") != what_for:
        return None
    if not 0 <= now.timestamp() - noted["at"] <= WITHIN.total_seconds():
        return None
    return urlsafe_b64decode(noted["octets"]), noted


def tell(organizer: Organizer, what: Change, now: datetime, **facts: Any) -> None:
    """A letter to them about a change of how they sign in."""
    link = jinja.absolute(url_for("security.forgot_password"))
    letters.owe("changed", organizer, seals.sealer(), now, link=link, facts={"what": what, **facts})
