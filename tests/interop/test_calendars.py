"""Other people's programs read our calendars as they are meant."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from campaign import timezones
from campaign.actions.parts import AgendaItem
from campaign.calendars import entries, feeds, ical
from campaign.columns import Texts
from tests import make
from tests.calendars.test_vtimezone import DISTINCT
from tests.interop import programs

pytestmark = pytest.mark.interop

# Those that go by the name of a zone and by rules of their own, which may be years old: of the past they know.
BY_NAME = {"node-ical", "sabre"}

# Zones whose clocks have something of their own, and those of the demo.
ZONES = [
    *("America/Toronto", "America/Vancouver", "America/St_Johns", "America/Mexico_City", "America/Santiago"),
    *("America/Havana", "America/Nuuk", "America/Lima", "Europe/Paris", "Europe/Dublin", "Africa/Casablanca"),
    *("Africa/Cairo", "Asia/Jerusalem", "Asia/Gaza", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"),
]


@pytest.fixture
def read(running):
    """What each program understands of a calendar: name -> its events."""
    reading = {
        "icalendar": programs.icalendar_reads,
        "vobject": programs.vobject_reads,
        "ical": programs.ical_reads,
        "libical": programs.libical_reads,
        **running,
    }

    def read(text, but_for=()):
        return {name: reads(text) for name, reads in reading.items() if name not in but_for}

    return read


@pytest.fixture
def cause(app):
    return make.campaign(slug="arms-fair")


def by_uid(understood):
    return {event.uid: event for event in understood}


def test_summer_and_winter_in_ottawa_are_at_their_hours(client, cause, read):
    summer = make.action(cause=cause)
    winter = make.action(cause=cause, starts=datetime(2024, 1, 31, 7, 0))

    for program, understood in read(client.get("/calendar.ics").data).items():
        events = by_uid(understood)
        assert events[summer.uid].start == datetime(2023, 5, 31, 11, 0, tzinfo=UTC), program
        assert events[summer.uid].end == datetime(2023, 5, 31, 13, 30, tzinfo=UTC), program
        assert events[winter.uid].start == datetime(2024, 1, 31, 12, 0, tzinfo=UTC), program


def test_every_month_in_every_kind_of_zone_is_at_its_hour(client, cause, read):
    """At noon and a minute into the day, around the days on which clocks may change."""
    actions = [
        make.action(cause=cause, zone=zone, starts=datetime(year, month, day, hour, minute), hours=1)
        for zone in ZONES
        for year in (2023, 2027)
        for month, day in ((1, 1), (3, 13), (3, 31), (5, 31), (8, 31), (10, 2), (10, 31), (12, 31))
        for hour, minute in ((0, 1), (12, 0))
        if not timezones.is_missing(datetime(year, month, day, hour, minute), zone)
    ]
    told = [(action.zone, action.uid, action.starts_at, action.ends_at) for action in actions]

    feed = client.get("/campaigns/arms-fair/calendar.ics").data

    for program, understood in read(feed).items():
        events = by_uid(understood)
        wrong = [
            f"{zone} {starts}: {events[uid].start - starts}"
            for zone, uid, starts, ends in told
            if (events[uid].start, events[uid].end) != (starts, ends)
            and not (program in BY_NAME and starts.year > 2023)
        ]
        assert wrong == [], program
        assert len(events) == len(told), program


def test_libical_finds_every_hour_of_every_zone_from_what_we_say_of_it(cause):
    """It takes our VTIMEZONE for the truth, and is quick enough for all of them. (What is another name of a zone says
    the same: tests/calendars/test_vtimezone.py.)"""
    one = entries.of_action(make.action(cause=cause), "en", "https://example.org")
    told = [
        _elsewhere(one, zone, datetime(2026, 1, 1, 12, 0) + timedelta(days=days))
        for zone in DISTINCT
        for days in range(0, 730, 73)
    ]

    events = by_uid(programs.libical_reads(ical.calendar(told)))

    assert [entry.uid for entry in told if events[entry.uid].start != entry.starts_at] == []


def _elsewhere(entry, zone, wall):
    starts_at = timezones.instant(wall, zone)
    end = timedelta(hours=1)
    return replace(
        entry,
        uid=f"{zone} {wall}",
        zone=zone,
        starts_local=wall,
        ends_local=wall + end,
        starts_at=starts_at,
        ends_at=starts_at + end,
    )


@pytest.mark.parametrize("hour", [0, 1, 2, 3])
def test_around_a_change_of_the_clocks_every_hour_is_the_announced_one(client, cause, read, hour):
    back = [(datetime(2023, 11, 5, hour, 30), 1), (datetime(2023, 11, 5, hour, 30, fold=1), 1)]
    forward = [(datetime(2024, 3, 10, hour, 30), 3)]
    actions = [
        make.action(cause=cause, starts=starts, hours=hours)
        for starts, hours in back + forward
        if not timezones.is_missing(starts, "America/Toronto")
    ]

    for program, understood in read(client.get("/calendar.ics").data).items():
        events = by_uid(understood)
        for action in actions:
            assert (events[action.uid].start, events[action.uid].end) == (action.starts_at, action.ends_at), program


def test_whole_days_are_days(client, cause, read):
    camp = make.action(cause=cause, starts=datetime(2023, 6, 1), hours=48, all_day=True)

    for program, [event] in read(client.get("/calendar.ics").data).items():
        assert (event.uid, event.start, event.end) == (camp.uid, date(2023, 6, 1), date(2023, 6, 3)), program


def test_whole_days_are_days_when_the_clocks_change_within_them(client, cause, read):
    camp = make.action(cause=cause, starts=datetime(2023, 11, 4), hours=72, all_day=True)

    for program, [event] in read(client.get("/calendar.ics").data).items():
        assert (event.uid, event.start, event.end) == (camp.uid, date(2023, 11, 4), date(2023, 11, 7)), program


def test_several_days_with_hours_begin_and_end_at_them(client, cause, read):
    camp = make.action(cause=cause, starts=datetime(2023, 11, 3, 18), hours=43)

    for program, [event] in read(client.get("/calendar.ics").data).items():
        assert (event.uid, event.start, event.end) == (camp.uid, camp.starts_at, camp.ends_at), program


def test_each_date_of_a_series_is_at_its_hour_and_one_can_differ(client, cause, at, read):
    """Over a change of the clocks: the wall's hour stays."""
    dates = make.series(make.action(cause=cause, starts=datetime(2023, 10, 20, 18)), count=5)
    dates[1].cancel(at())
    dates[2].move(datetime(2023, 11, 4, 12), datetime(2023, 11, 4, 13), "America/Toronto", at())

    for program, understood in read(client.get("/calendar.ics").data).items():
        events = by_uid(understood)
        assert [events[date.uid].start for date in dates] == [date.starts_at for date in dates], program
        assert [events[date.uid].start.astimezone(UTC).hour for date in dates] == [22, 22, 16, 23, 23], program
        assert [events[date.uid].status for date in dates] == ["CONFIRMED", "CANCELLED", *["CONFIRMED"] * 3], program
        assert len(events) == 5, program


def test_states_are_understood(client, cause, at, read):
    states = {
        "CONFIRMED": make.action(cause=cause),
        "TENTATIVE": make.action(cause=cause),
        "CANCELLED": make.action(cause=cause),
    }
    states["TENTATIVE"].postpone(at())
    states["CANCELLED"].cancel(at())

    for program, understood in read(client.get("/calendar.ics").data).items():
        events = by_uid(understood)
        assert [events[action.uid].status for action in states.values()] == list(states), program
        assert events[states["CANCELLED"].uid].title == "Cancelled: Protest CANSEC", program
        assert events[states["CANCELLED"].uid].sequence == 1, program


@pytest.mark.parametrize(
    "path", ["/calendar.ics", "/fr/campaigns/arms-fair/calendar.ics?agenda=1", "/es/actions/vigil.ics"]
)
def test_every_kind_of_calendar_is_understood(client, cause, read, path):
    action = make.action(slug="vigil", cause=cause, latitude=45.3, longitude=-75.7)
    action.agenda = [AgendaItem(minutes_from_start=50, text=Texts(en="Keynote"))]

    for program, understood in read(client.get(path).data).items():
        events = by_uid(understood)
        assert events[action.uid].start == action.starts_at, program
        assert len(events) == (2 if "agenda" in path else 1), program


def test_all_cases_at_once_are_what_the_database_says(client, actions, read):
    """States, zones, doubled hours, whole days, a series, long texts: date by date."""
    meant = {
        action.uid: (
            action.starts_local.date() if action.all_day else action.starts_at,
            action.ends_local.date() if action.all_day else action.ends_at,
            action.place,
            action.revision,
        )
        for action in actions
    }

    for program, understood in read(client.get("/en/campaigns/arms/calendar.ics").data).items():
        events = by_uid(understood)
        said = {uid: (one.start, one.end, one.place, one.sequence) for uid, one in events.items()}
        assert said == meant, program
        assert all(events[action.uid].title.endswith(action.title["en"]) for action in actions), program


def test_a_feed_without_actions_is_understood(client, cause, read):
    understood = read(client.get("/calendar.ics").data)

    assert list(understood.values()) == [[]] * 7


def test_a_part_of_a_letter_is_understood(cause, read):
    action = make.action(cause=cause)

    for program, [event] in read(feeds.for_mail(action, "en", "https://example.org")).items():
        assert (event.uid, event.start) == (action.uid, action.starts_at), program


TITLES = {
    "marks of the format": 'Peace, bread; and \\roses\\n: "now" ^n ^\' %s {} <b>',
    "accents, long": "Défilé pour la désobéissance et l’égalité, à l’aube, où s’élève l’écho " * 4,
    "four octets a character": "🕊️👩‍👩‍👧‍👦" * 30,
    "three octets a character": "平和のための集会" * 20,
    "from right to left": "وقفة من أجل السلام، أوتاوا " * 6,
    "one long word": "x" * 400,
    "folds at every place": "é" + "aé" * 100,
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_texts_arrive_as_they_were_typed(client, cause, read, title):
    action = make.action(
        cause=cause, title=Texts(en=title), summary=Texts(en=f"{title}\n\n{title}"), venue=title, address=""
    )

    for program, [event] in read(client.get("/calendar.ics").data, but_for={"node-ical"}).items():
        _assert_typed(event, action, title, program)


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_texts_arrive_at_node_ical_as_they_were_typed(client, cause, running, title):
    """But that it takes an escaped backslash before an n for a new line."""
    title = title.replace("\\roses\\n", "roses")
    action = make.action(
        cause=cause, title=Texts(en=title), summary=Texts(en=f"{title}\n\n{title}"), venue=title, address=""
    )

    [event] = running["node-ical"](client.get("/calendar.ics").data)

    _assert_typed(event, action, title, "node-ical")


def _assert_typed(event, action, title, program):
    typed = " ".join(title.split())
    assert event.title == typed, program
    assert event.place == typed, program
    assert event.description.startswith(f"{title}\n\n{title}".strip()), program
    assert event.description.endswith(f"http://localhost/en/actions/{action.slug}"), program


def test_hostile_texts_stay_in_their_place(client, cause, read):
    hostile = "Vigil\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:other\rATTENDEE:mailto:spy@example.org\0\x1b\x85\u2028STATUS:X"
    action = make.action(cause=cause, title=Texts(en=hostile), summary=Texts(en=hostile), venue=hostile)

    for program, [event] in read(client.get("/calendar.ics").data).items():
        assert (event.uid, event.status) == (action.uid, "CONFIRMED"), program
        assert event.title.startswith("Vigil END:VEVENT BEGIN:VEVENT UID:other"), program
        assert event.end - event.start == timedelta(hours=2.5), program
