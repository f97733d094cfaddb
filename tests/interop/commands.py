"""Other people's calendar programs as somebody types them: khal on what vdirsyncer fetched, and calcurse."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "interop" / "bin"  # tools/install_interop
DAY = timedelta(days=1)

VDIRSYNCER = """
[general]
status_path = "{folder}/status"
[pair feed]
a = "theirs"
b = "ours"
collections = null
[storage theirs]
type = "http"
url = "{url}"
[storage ours]
type = "filesystem"
path = "{folder}/feed"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[feed]]
path = {folder}/feed
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""
KHAL_TELLS = ("title", "start-long-full", "end-long-full", "all-day", "status", "location", "description")
# One that lasts for days: "06/02/2023 [1] {1D -> 06/04/2023} >note Camp".
CALCURSE_DAYS = re.compile(r"(\S+) \[1\] (?:\{1D -> (\S+)\} )?(?:>\w+ )?(.*)")
CALCURSE_HOURS = re.compile(r"(\S+ @ \S+) -> (\S+ @ [\d:]+) ?(?:>\w+ )?\|(.*)")


@dataclass(frozen=True)
class Shown:
    """One date of one event. start and end: an instant in UTC, or a day; the end is the first that it isn't on."""

    start: datetime | date
    end: datetime | date
    title: str
    place: str = ""
    status: str = ""
    description: str = ""


def fetched_by_vdirsyncer(url: str, folder: Path) -> None:
    """Twice: the second time nothing may have changed."""
    (folder / "feed").mkdir()
    (folder / "vdirsyncer").write_text(VDIRSYNCER.format(folder=folder, url=url))
    _run([BIN / "vdirsyncer", "-c", folder / "vdirsyncer", "discover"], folder)
    _run([BIN / "vdirsyncer", "-c", folder / "vdirsyncer", "sync"], folder)
    assert "Copying" not in _run([BIN / "vdirsyncer", "-c", folder / "vdirsyncer", "sync"], folder)


def khal_shows(folder: Path, first: str, last: str) -> set[Shown]:
    """What `fetched_by_vdirsyncer` put there, from day to day, as "2023-05-01"."""
    (folder / "khal").write_text(KHAL.format(folder=folder))
    fields = [argument for name in KHAL_TELLS for argument in ("--json", name)]
    days = _run([BIN / "khal", "-c", folder / "khal", "list", "--once", *fields, first, last], folder).splitlines()
    shown = set()
    for event in (event for day in days for event in json.loads(day)):
        start, end = (_instant(event[f"{name}-long-full"], "%Y-%m-%d %H:%M") for name in ("start", "end"))
        if event["all-day"] == "True":
            start, end = start.date(), end.date() + DAY  # khal counts the last day in
        shown.add(Shown(start, end, event["title"], event["location"], event["status"], event["description"]))
    return shown


def calcurse_shows(text: bytes, folder: Path) -> set[Shown]:
    """calcurse has no field for a place or a state: it puts them into a note."""
    (folder / "feed.ics").write_bytes(text)
    told = _run(["calcurse", "-D", folder / "calcurse", "-i", folder / "feed.ics"], folder)
    assert "/ 0 skipped" in told, told
    shown = set()
    for line in (folder / "calcurse" / "apts").read_text("utf-8").splitlines():
        if hours := CALCURSE_HOURS.fullmatch(line):
            start, end = (_instant(at, "%m/%d/%Y @ %H:%M") for at in hours.groups()[:2])
        else:
            hours = CALCURSE_DAYS.fullmatch(line)
            assert hours, line
            start = _instant(hours[1], "%m/%d/%Y").date()
            end = _instant(hours[2] or hours[1], "%m/%d/%Y").date() + DAY
        shown.add(Shown(start, end, hours[3]))
    return shown


def _run(command: list[str | Path], home: Path) -> str:
    """Far from anybody's own calendars, and with clocks that show UTC."""
    env = {**os.environ, "HOME": str(home), "TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        env.pop(name, None)
    ended = subprocess.run(command, env=env, input="y\n" * 9, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + (ended.stderr if "vdirsyncer" in str(command[0]) else "")


def _instant(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern).replace(tzinfo=UTC)
