"""The demo's organizer, and `demo.json`, where whoever tries the demo finds how to sign in."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from campaign import tokens
from campaign.accounts import joining, passwords
from campaign.accounts.membership import Level
from campaign.accounts.models import Organizer, Team
from campaign.extensions import db

EMAIL = "organizer@example.org"


def notes(instance: Path) -> dict[str, Any]:
    """What `demo.json` says; nothing if it isn't there."""
    try:
        return dict(json.loads((instance / "demo.json").read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def let_in(
    team: Team, written: dict[str, Any], email: str | None, password: str | None, now: datetime
) -> dict[str, Any]:
    """Makes sure that somebody can sign in for `team`, and returns what `demo.json` is to say.

    written: what it says now; its address and password hold unless others are given. A password that it doesn't say is
    set anew, because nobody could know it.
    """
    wanted = {
        "email": email or written.get("email") or EMAIL,
        "password": password or written.get("password") or tokens.new(),
    }
    organizer = db.session.scalar(select(Organizer).where(Organizer.email == wanted["email"]))
    if organizer is None:
        joining.create_organizer(wanted["email"], "Dina P.", wanted["password"], team, Level.OWNER, now)
    elif wanted["password"] != written.get("password"):
        organizer.password = passwords.hashed(wanted["password"])
    return {**written, **wanted}


def write(instance: Path, said: dict[str, Any]) -> None:
    """Whole or not at all, for the owner's eyes only."""
    path = instance / "demo.json"
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(json.dumps(said, indent=2) + "\n", "utf-8")
    fresh.replace(path)
