"""Calendar feeds beside Debian's nginx with the same bytes as files, and beside the naive app on the same server."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from bench import serving
from bench.figures import Figures
from campaign import clock, create_app, keyfiles
from campaign.accounts.models import Team
from campaign.actions.models import Action, Status
from campaign.actions.parts import AgendaItem
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.databases import writing
from campaign.extensions import db
from config import Settings

SIZES = (100, 1_000, 10_000)
TRIES, SECONDS = 3, 1.0
CHANGES = 8
PAGE = "/en/actions/vigil-1000-1"
GZIP = {"Accept-Encoding": "gzip"}


def main() -> bool:
    """Whether every figure is met."""
    if lacking := serving.missing():
        print(f"This needs {' and '.join(lacking)}: tools/install_bench", file=sys.stderr)
        return False
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, _site(Path(scratch)) as it:
        _wait_for_gzip(it.ours)
        _memory(it, figures)
        _lay_files(it)
        with serving.nginx(it.root, it.nginx_folder) as it.nginx:
            for size in SIZES:
                _beside_nginx(it, size, figures)
        _beside_naive(it, figures)
        _one_change(it, figures)
    print(f"feed: {figures.missed or 'no'} figure{'' if figures.missed == 1 else 's'} missed")
    return not figures.missed


@contextmanager
def _site(scratch: Path) -> Iterator[SimpleNamespace]:
    """The site and the naive app, over the same database."""
    port = serving.free_port()
    instance = scratch / "instance"
    instance.mkdir()
    settings = Settings(
        SECRET_KEY="of a benchmark, thrown away with it",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{instance / 'campaign.db'}",
        BASE_URL=f"http://127.0.0.1:{port}",
        INSTANCE_DIR=instance,
        KEYS_DIR=instance / "keys",
    )
    keyfiles.make(settings.KEYS_DIR)
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        with writing():
            _fill()
    env = {
        "SECRET_KEY": settings.SECRET_KEY, "INSTANCE_DIR": str(instance), "PORT": str(port),
        "NAIVE_DATABASE": str(instance / "campaign.db"),
    }  # fmt: skip
    (scratch / "nginx").mkdir()
    (scratch / "root").mkdir()
    scratch.chmod(0o755)
    with (
        serving.granian("wsgi:app", env, port) as ours,
        serving.granian("bench.naive:app", env, serving.free_port()) as naive,
    ):
        yield SimpleNamespace(app=app, ours=ours, naive=naive, root=scratch / "root", nginx_folder=scratch / "nginx")


def _fill() -> None:
    """A campaign of each size, its actions a day apart."""
    now = clock.now().replace(microsecond=0)
    team = Team(name="Heron collective", created_at=now)
    db.session.add(team)
    first = datetime.combine(now.date(), datetime.min.time()).replace(hour=18)
    for size in SIZES:
        name = Texts(en=f"{size} vigils")
        cause = Campaign(
            team=team, slug=f"c{size}", name=name, claim=name, lede=name, about=name, zone="America/Toronto",
            created_at=now, changed_at=now,
        )  # fmt: skip
        db.session.add(cause)
        for number in range(size):
            db.session.add(_action(cause, number, first + timedelta(days=number % 3000, minutes=number % 50), now))
    db.session.flush()


def _action(cause: Campaign, number: int, starts: datetime, now: datetime) -> Action:
    action = Action(
        campaign=cause, uid=f"{cause.slug}-{number}@example.org", slug=f"vigil-{cause.slug[1:]}-{number}",
        title=Texts(en=f"Vigil no. {number} against the arms fair", fr=f"Veillée no {number} contre le salon"),
        summary=Texts(en="An hour of silence at the gates, and tea afterwards.", fr="Une heure de silence."),
        venue="EY Centre", address="4899 Uplands Drive, Ottawa", city="Ottawa", status=Status.PUBLISHED,
        created_at=now, changed_at=now,
        agenda=[AgendaItem(minutes_from_start=0, text=Texts(en="Silence")),
                AgendaItem(minutes_from_start=60, text=Texts(en="Tea"))],
    )  # fmt: skip
    action.set_time(starts, starts + timedelta(hours=2), "America/Toronto")
    return action


def _wait_for_gzip(ours: serving.Server) -> None:
    """Both of its processes have every feed at hand, in both forms."""
    for size in SIZES:
        ready, deadline = 0, time.monotonic() + 120
        while ready < 20 and time.monotonic() < deadline:
            _, headers = ours.get(_feed(size), GZIP)
            ready = ready + 1 if headers["Content-Encoding"] == "gzip" else 0
            time.sleep(0.05)


def _lay_files(it: SimpleNamespace) -> None:
    for size in SIZES:
        path = it.root / _feed(size)[1:]
        path.parent.mkdir(parents=True)
        path.write_bytes(it.ours.get(_feed(size))[0])
        path.with_name("calendar.ics.gz").write_bytes(it.ours.get(_feed(size), GZIP)[0])


def _beside_nginx(it: SimpleNamespace, size: int, figures: Figures) -> None:
    print(f"{size:,} actions, {len(it.ours.get(_feed(size))[0]) / 1e6:.1f} MB, beside nginx with files:")
    for kind, least in (("full", 0.5), ("gzip", 0.5), ("304", 0.2)):
        for connections in (1, 16):
            ours, theirs = _both(it.ours, it.nginx, size, kind, connections)
            what = f"{kind}, {connections} connections: {ours[0]:,.0f} of {theirs[0]:,.0f} a second"
            what += f"; CPU {ours[1] * 1e6:,.0f} and {theirs[1] * 1e6:,.0f} µs"
            if size == SIZES[0]:
                figures.tell(ours[0] / theirs[0], what)
            else:
                figures.at_least(least, ours[0] / theirs[0], what)


def _beside_naive(it: SimpleNamespace, figures: Figures) -> None:
    print("Beside the naive app on the same server, CPU a request:")
    for kind, least in (("full", 500), ("304", 2000)):
        ours, theirs = _both(it.ours, it.naive, 1_000, kind, 1)
        what = f"times, {kind}, 1,000 actions: {ours[1] * 1e6:,.0f} µs, naive {theirs[1] * 1e6:,.0f} µs"
        figures.at_least(least, theirs[1] / ours[1], what)
    for server in (it.ours, it.naive):
        server.rate(PAGE, 16, SECONDS, {})  # its threads have started, its processes have seen the page
    rates = [[server.rate(PAGE, 16, SECONDS, {})[0] for _ in range(TRIES)] for server in (it.ours, it.naive)]
    ours_, theirs_ = (median(each) for each in rates)
    figures.at_least(10, ours_ / theirs_, f"times, a page: {ours_:,.0f} a second, naive {theirs_:,.0f}")


def _one_change(it: SimpleNamespace, figures: Figures) -> None:
    """CPU of the poll that follows a change among 10,000 actions, beside one without."""
    size = SIZES[-1]
    print("One change among 10,000 actions:")
    calm, changed = [], []
    for number in range(CHANGES):
        calm.append(_cpu_of(it.ours, lambda: it.ours.get(_feed(size))))
        with it.app.app_context(), writing():
            action = db.session.scalars(db.select(Action).where(Action.slug == f"vigil-{size}-{number}")).one()
            action.title = Texts(en=f"Changed {number}")
            action.touch(clock.now())
        changed.append(_cpu_of(it.ours, lambda: it.ours.get(_feed(size))))
        time.sleep(1.2)  # gzip follows, and isn't counted
    more = (median(changed) - median(calm)) * 1000
    figures.at_most(50, more, f"ms of CPU more: {median(changed) * 1000:.1f} after {median(calm) * 1000:.1f}")


def _memory(it: SimpleNamespace, figures: Figures) -> None:
    for lang in ("en", "fr", "es") * 4:
        for headers in ({}, GZIP):
            it.ours.get(f"/{lang}{_feed(SIZES[-1])}", headers)
            time.sleep(0.2)
    figures.at_most(150, it.ours.memory(), "MiB a process, with 10,000 actions in three languages")


def _both(
    ours: serving.Server, theirs: serving.Server, size: int, kind: str, connections: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Medians of (requests a second, CPU a request), taken in turns, so that both meet the same machine."""
    runs: tuple[list[Any], list[Any]] = ([], [])
    for _ in range(TRIES):
        for server, found in zip((ours, theirs), runs, strict=True):
            found.append(server.rate(_feed(size), connections, SECONDS, _headers(server, size, kind)))
    mine, others = ((median(rate for rate, _ in found), median(cpu for _, cpu in found)) for found in runs)
    return mine, others


def _headers(server: serving.Server, size: int, kind: str) -> dict[str, str]:
    if kind == "304":
        return {"If-None-Match": server.get(_feed(size))[1]["ETag"]}
    return dict(GZIP) if kind == "gzip" else {}


def _cpu_of(server: serving.Server, work: Callable[[], Any]) -> float:
    before = server.cpu()
    work()
    return server.cpu() - before


def _feed(size: int) -> str:
    return f"/campaigns/c{size}/calendar.ics"
