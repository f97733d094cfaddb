"""A stranger's calendar, read in a process of its own: what takes too long or too much memory takes only itself."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign.exchange import lines
from campaign.exchange.lines import Unreadable
from campaign.exchange.reader import Found, Moment

PROGRAM = Path(__file__).with_name("reader.py")
PATIENCE = 20  # seconds; its processor time is less


@dataclass(frozen=True)
class Calendar:
    """zone: which it says is its own, known or not. more: dates of what repeats that there would have been besides."""

    zone: str
    found: list[Found]
    more: int = 0


def read(content: bytes, now: datetime) -> Calendar:
    """Everything in a calendar file that might be taken. Takes a quarter of a second, and at worst PATIENCE.

    Raises lines.Unreadable.
    """
    sorted_ = lines.sort(content)
    given = {"zones": sorted_.zones, "events": sorted_.events, "now": now.isoformat()}
    try:
        ended = subprocess.run(  # noqa: S603 -- our own program; a stranger's words are its input only
            [sys.executable, "-I", "-B", PROGRAM],
            input=json.dumps(given).encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too_slow") from None
    if ended.returncode:
        raise Unreadable("too_slow")
    said = json.loads(ended.stdout)
    return Calendar(sorted_.zone, [from_plain(one) for one in said["found"]], said["more"])


def from_plain(one: dict[str, Any]) -> Found:
    """What `dataclasses.asdict` made of it."""
    return Found(**{**one, **{name: Moment(**one[name]) for name in ("start", "end") if one[name] is not None}})
