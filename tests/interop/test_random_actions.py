"""Whatever actions there are: others read in a feed what the database says, and nothing that isn't public."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign import clock, timezones
from campaign.actions.models import Kind, Status
from campaign.actions.parts import AgendaItem, MeetingPoint
from campaign.columns import LANGUAGES, Texts
from campaign.extensions import db
from tests import make
from tests.interop import programs

pytestmark = pytest.mark.interop

ZONES = [
    "America/Toronto",
    "America/St_Johns",
    "Europe/Dublin",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Pacific/Apia",
    "UTC",
]
STATES = {Status.PUBLISHED: "CONFIRMED", Status.POSTPONED: "TENTATIVE", Status.CANCELLED: "CANCELLED"}
SECRET = "Hush"  # in all that is kept to the team
PRIVATE = ["ada@example.org", "Ada Lovelace", "alice@example.org", "Alice", SECRET]

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn", "Zl", "Zp"]), min_size=1, max_size=120),
    st.sampled_from(
        ["a,b;c\\d\\n:e", '"', "BEGIN:VEVENT", "é" * 74, "🕊️" * 40, "平和" * 50, "وقفة من أجل السلام", "x" * 119]
    ),
).filter(lambda text: text.strip() and SECRET not in text)


@st.composite
def actions(draw):
    """What `make.action` wants to know, and what becomes of it afterwards."""
    zone, all_day = draw(st.sampled_from(ZONES)), draw(st.booleans())
    day = draw(st.dates(datetime(2023, 5, 12).date(), datetime(2036, 12, 1).date()))
    minutes = 0 if all_day else draw(st.integers(0, 24 * 60 - 1))
    starts = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    hours = 24 * draw(st.integers(1, 5)) if all_day else draw(st.sampled_from([0.25, 1, 2.5, 30]))
    if timezones.is_missing(starts, zone) or timezones.is_missing(starts + timedelta(hours=hours), zone):
        starts, hours = datetime(2023, 6, 1, 12), 24 if all_day else 1
        starts = starts.replace(hour=0) if all_day else starts
    return {
        "starts": starts,
        "hours": hours,
        "zone": zone,
        "all_day": all_day,
        "title": draw(TEXTS),
        "summary": draw(st.one_of(st.just(""), TEXTS)),
        "venue": draw(st.one_of(st.just(""), TEXTS)),
        "kind": draw(st.sampled_from(Kind)),
        "agenda": draw(st.lists(TEXTS, max_size=2)),
        "becomes": draw(st.sampled_from([*STATES, Status.DRAFT, "unlisted", "moved"])),
    }


def put(cause, given):
    """Into the database, secret if the public is not to know it."""
    given, becomes = dict(given), given["becomes"]
    agenda, hours = given.pop("agenda"), given.pop("hours")
    all_day, zone, starts = given.pop("all_day"), given.pop("zone"), given.pop("starts")
    given.pop("becomes")
    is_secret = becomes in (Status.DRAFT, "unlisted")
    given |= {name: Texts(en=f"{SECRET} {given[name]}" if is_secret else given[name]) for name in ("title", "summary")}
    action = make.action(cause=cause, address="", publish=False, unlisted=becomes == "unlisted", **given)
    action.set_time(starts, starts + timedelta(hours=hours), zone, all_day=all_day)
    action.agenda = [
        AgendaItem(minutes_from_start=10 * at, text=Texts(en=f"{SECRET} {text}" if is_secret else text))
        for at, text in enumerate(agenda)
    ]
    action.meeting_points = [MeetingPoint(name=Texts(en="By the station"), minutes_from_start=-30)]
    if becomes is not Status.DRAFT:
        action.publish(clock.now())
    if becomes is Status.POSTPONED:
        action.postpone(clock.now())
    elif becomes is Status.CANCELLED:
        action.cancel(clock.now())
    elif becomes == "moved":
        action.relocate("Elsewhere", "", clock.now())
    db.session.flush()
    return action


def told(action):
    """When it is and how often it was changed, as the database says."""
    times = (action.starts_at, action.ends_at)
    if action.all_day:
        times = (action.starts_local.date(), action.ends_local.date())
    return (*times, " ".join(action.venue.split()), STATES[action.status], action.revision)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(actions(), min_size=1, max_size=4), st.sampled_from(["", *LANGUAGES]))
def test_others_read_what_the_database_says_and_nothing_that_isnt_public(client, running, several, lang):
    cause = make.campaign()
    everything = [put(cause, given) for given in several]
    public = {action.uid: action for action in everything if action.is_public() and not action.unlisted}
    make.account(f"Alice{cause.id}", cause.team)
    answers = [
        make.rsvp(action, "ada@example.org", name="Ada Lovelace")
        for action in everything
        if action.takes_rsvps(clock.now())
    ][:1]
    prefix = f"/{lang}" if lang else ""

    feed = client.get(f"{prefix}/campaigns/{cause.slug}/calendar.ics").data
    others = [
        client.get(f"{prefix}{path}").data
        for path in ("/calendar.ics", "/calendar.ics?agenda=1", "/calendar/other.ics")
    ]

    for read in (programs.icalendar_reads, running["ical.js"]):
        found = {event.uid: event for event in read(feed)}
        assert found.keys() == public.keys()
        for uid, action in public.items():
            event = found[uid]
            assert (event.start, event.end, event.place, event.status, event.sequence) == told(action)
            assert event.title.endswith(" ".join(action.title["en"].split()))
    for text in (feed, *others):
        unfolded = text.replace(b"\r\n ", b"").decode()
        assert [word for word in (*PRIVATE, *(answer.token for answer in answers)) if word in unfolded] == []
