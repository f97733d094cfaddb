"""Other people's programs read our calendars as they are meant."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from campaign import timezones
from campaign.actions.parts import AgendaItem
from campaign.calendars import entries, feeds, ical
from campaign.columns import Texts
from tests import make
from tests.interop import programs

pytestmark = pytest.mark.interop

PROGRAMS = [
    pytest.param(programs.icalendar_reads, id="icalendar"),
    pytest.param(programs.vobject_reads, id="vobject"),
    pytest.param(programs.ical_reads, id="ical"),
    pytest.param(programs.icaljs_reads, id="ical.js"),
    pytest.param(programs.libical_reads, id="libical"),
    pytest.param(programs.nodeical_reads, id="node-ical"),
    pytest.param(programs.sabre_reads, id="sabre"),
]

# Those that go by the name of a zone and by rules of their own, which may be years old: of the past they know.
BY_NAME = (programs.nodeical_reads, programs.sabre_reads)

# Zones whose clocks have something of their own, and those of the demo.
ZONES = [
    *("America/Toronto", "America/Vancouver", "America/St_Johns", "America/Mexico_City", "America/Santiago"),
    *("America/Havana", "America/Nuuk", "America/Lima", "Europe/Paris", "Europe/Dublin", "Africa/Casablanca"),
    *("Africa/Cairo", "Asia/Jerusalem", "Asia/Gaza", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"),
]


@pytest.fixture(params=PROGRAMS)
def read(request):
    return request.param


@pytest.fixture
def cause(app):
    return make.campaign(slug="arms-fair")


def by_uid(understood):
    return {event.uid: event for event in understood}


def test_summer_and_winter_in_ottawa_are_at_their_hours(client, cause, read):
    summer = make.action(cause=cause)
    winter = make.action(cause=cause, starts=datetime(2024, 1, 31, 7, 0))

    events = by_uid(read(client.get("/calendar.ics").data))

    assert events[summer.uid].start == datetime(2023, 5, 31, 11, 0, tzinfo=UTC)
    assert events[summer.uid].end == datetime(2023, 5, 31, 13, 30, tzinfo=UTC)
    assert events[winter.uid].start == datetime(2024, 1, 31, 12, 0, tzinfo=UTC)


def test_every_month_in_every_kind_of_zone_is_at_its_hour(client, cause, read):
    """At noon and a minute into the day, around the days on which clocks may change."""
    actions = [
        make.action(cause=cause, zone=zone, starts=datetime(year, month, day, hour, minute), hours=1)
        for zone in ZONES
        for year in ((2023,) if read in BY_NAME else (2023, 2027))
        for month, day in ((1, 1), (3, 13), (3, 31), (5, 31), (8, 31), (10, 2), (10, 31), (12, 31))
        for hour, minute in ((0, 1), (12, 0))
        if not timezones.is_missing(datetime(year, month, day, hour, minute), zone)
    ]

    events = by_uid(read(client.get("/campaigns/arms-fair/calendar.ics").data))

    wrong = [
        f"{action.zone} {action.starts_local}: {events[action.uid].start - action.starts_at}"
        for action in actions
        if (events[action.uid].start, events[action.uid].end) != (action.starts_at, action.ends_at)
    ]
    assert wrong == []
    assert len(events) == len(actions)


def test_libical_finds_every_hour_of_every_zone_from_what_we_say_of_it(cause):
    """It takes our VTIMEZONE for the truth, and is quick enough for all of them."""
    one = entries.of_action(make.action(cause=cause), "en", "https://example.org")
    told = [
        _elsewhere(one, zone, datetime(2026, 1, 1, 12, 0) + timedelta(days=days))
        for zone in sorted(timezones.KNOWN)
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

    events = by_uid(read(client.get("/calendar.ics").data))

    for action in actions:
        assert (events[action.uid].start, events[action.uid].end) == (action.starts_at, action.ends_at)


def test_whole_days_are_days(client, cause, read):
    camp = make.action(cause=cause, starts=datetime(2023, 6, 1), hours=48, all_day=True)

    events = by_uid(read(client.get("/calendar.ics").data))

    assert (events[camp.uid].start, events[camp.uid].end) == (date(2023, 6, 1), date(2023, 6, 3))


def test_whole_days_are_days_when_the_clocks_change_within_them(client, cause, read):
    camp = make.action(cause=cause, starts=datetime(2023, 11, 4), hours=72, all_day=True)

    events = by_uid(read(client.get("/calendar.ics").data))

    assert (events[camp.uid].start, events[camp.uid].end) == (date(2023, 11, 4), date(2023, 11, 7))


def test_several_days_with_hours_begin_and_end_at_them(client, cause, read):
    camp = make.action(cause=cause, starts=datetime(2023, 11, 3, 18), hours=43)

    events = by_uid(read(client.get("/calendar.ics").data))

    assert (events[camp.uid].start, events[camp.uid].end) == (camp.starts_at, camp.ends_at)


def test_each_date_of_a_series_is_at_its_hour_and_one_can_differ(client, cause, at, read):
    """Over a change of the clocks: the wall's hour stays."""
    dates = make.series(make.action(cause=cause, starts=datetime(2023, 10, 20, 18)), count=5)
    dates[1].cancel(at())
    dates[2].move(datetime(2023, 11, 4, 12), datetime(2023, 11, 4, 13), "America/Toronto", at())

    events = by_uid(read(client.get("/calendar.ics").data))

    assert [events[date.uid].start for date in dates] == [date.starts_at for date in dates]
    assert [events[date.uid].start.astimezone(UTC).hour for date in dates] == [22, 22, 16, 23, 23]
    assert [events[date.uid].status for date in dates] == ["CONFIRMED", "CANCELLED", *["CONFIRMED"] * 3]
    assert len(events) == 5


def test_states_are_understood(client, cause, at, read):
    states = {
        "CONFIRMED": make.action(cause=cause),
        "TENTATIVE": make.action(cause=cause),
        "CANCELLED": make.action(cause=cause),
    }
    states["TENTATIVE"].postpone(at())
    states["CANCELLED"].cancel(at())

    events = by_uid(read(client.get("/calendar.ics").data))

    assert {state: events[action.uid].status for state, action in states.items()} == {state: state for state in states}
    assert events[states["CANCELLED"].uid].title == "Cancelled: Protest CANSEC"
    assert events[states["CANCELLED"].uid].sequence == 1


@pytest.mark.parametrize(
    "path", ["/calendar.ics", "/fr/campaigns/arms-fair/calendar.ics?agenda=1", "/es/actions/vigil.ics"]
)
def test_every_kind_of_calendar_is_understood(client, cause, read, path):
    action = make.action(slug="vigil", cause=cause, latitude=45.3, longitude=-75.7)
    action.agenda = [AgendaItem(minutes_from_start=50, text=Texts(en="Keynote"))]

    events = by_uid(read(client.get(path).data))

    assert events[action.uid].start == action.starts_at
    assert len(events) == (2 if "agenda" in path else 1)


def test_all_cases_at_once_are_what_the_database_says(client, actions, read):
    """States, zones, doubled hours, whole days, a series, long texts: date by date."""
    events = by_uid(read(client.get("/en/campaigns/arms/calendar.ics").data))

    said = {uid: (one.start, one.end, one.place, one.sequence) for uid, one in events.items()}
    assert said == {
        action.uid: (
            action.starts_local.date() if action.all_day else action.starts_at,
            action.ends_local.date() if action.all_day else action.ends_at,
            action.place,
            action.revision,
        )
        for action in actions
    }
    assert all(events[action.uid].title.endswith(action.title["en"]) for action in actions)


def test_a_feed_without_actions_is_understood(client, cause, read):
    assert read(client.get("/calendar.ics").data) == []


def test_a_part_of_a_letter_is_understood(cause, read):
    action = make.action(cause=cause)

    [event] = read(feeds.for_mail(action, "en", "https://example.org"))

    assert (event.uid, event.start) == (action.uid, action.starts_at)


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
    if read is programs.nodeical_reads:
        title = title.replace("\\roses\\n", "roses")  # it takes an escaped backslash before an n for a new line
    action = make.action(
        cause=cause, title=Texts(en=title), summary=Texts(en=f"{title}\n\n{title}"), venue=title, address=""
    )

    [event] = read(client.get("/calendar.ics").data)

    typed = " ".join(title.split())
    assert event.title == typed
    assert event.place == typed
    assert event.description.startswith(f"{title}\n\n{title}".strip())
    assert event.description.endswith(f"http://localhost/en/actions/{action.slug}")


def test_hostile_texts_stay_in_their_place(client, cause, read):
    hostile = "Vigil\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:other\rATTENDEE:mailto:spy@example.org\0\x1b\x85\u2028STATUS:X"
    action = make.action(cause=cause, title=Texts(en=hostile), summary=Texts(en=hostile), venue=hostile)

    [event] = read(client.get("/calendar.ics").data)

    assert (event.uid, event.status) == (action.uid, "CONFIRMED")
    assert event.title.startswith("Vigil END:VEVENT BEGIN:VEVENT UID:other")
    assert event.end - event.start == timedelta(hours=2.5)
