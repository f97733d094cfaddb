"""Calendars that nobody should send: whatever comes, it is refused in words or taken whole."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.actions.models import Action, Status
from campaign.calendars import entries, ical
from campaign.exchange import keeping, lines, planning, reader, writing
from campaign.exchange.lines import Unreadable
from campaign.exchange.models import Import
from campaign.exchange.planning import Verdict
from campaign.exchange.reading import Calendar
from campaign.exchange.troubles import Fault, Trouble
from campaign.extensions import db
from tests import make
from tests.exchange.files import OWN_ZONE, TORONTO, calendar, event, upload

NOW = datetime(2023, 5, 10, 14, tzinfo=UTC)
FEW = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])

DAYS = ["20230603", "20240229", "20230230", "00000000", "99991231", "19000101", "20231105", "20240310", "2023"]
HOURS = ["T000000", "T013000", "T023000Z", "T235959", "T240000", "T180000Z", "T1800", "", "Tx"]
ZONES = [
    *("", ";TZID=America/Toronto", ";TZID=Eastern Standard Time", ";TZID=Our office", ";TZID=Mars/Olympus"),
    *(";VALUE=DATE", ";TZID=", ';TZID="a:b"', ";TZID=/x/Europe/Paris", ";VALUE=PERIOD", ";TZID=../../etc/passwd"),
]
RULES = [
    *("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,-1FR", "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=53"),
    *("FREQ=DAILY;COUNT=0", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;UNTIL=20230610", "FREQ=DAILY;UNTIL=19990101T000000Z"),
    *("FREQ=SECONDLY", "", "COUNT=3", "FREQ=WEEKLY;WKST=XX", "FREQ=DAILY;COUNT=99999999999", "FREQ=DAILY;COUNT=2"),
]
WORDS = st.one_of(
    st.text(st.characters(exclude_characters="\r\n"), max_size=40),
    st.sampled_from(
        ["Vigil", "\\n\\,\\;\\\\", "a\\", "<b>x</b>", "BEGIN:VEVENT", "x" * 9000, "\u202e", "é" * 200, "\ud83d"]
    ),
)


def stamped(name):
    return st.builds(
        "{}{}:{}{}".format, st.just(name), st.sampled_from(ZONES), st.sampled_from(DAYS), st.sampled_from(HOURS)
    )


PROPERTIES = st.one_of(
    *(stamped(name) for name in ("DTSTART", "DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID")),
    st.builds("RRULE:{}".format, st.sampled_from(RULES)),
    st.builds("DURATION:{}".format, st.sampled_from(["PT1H", "-P1D", "P9999W", "P", "PT0S", "P1DT", "1H"])),
    st.builds("GEO:{}".format, st.sampled_from(["45;-75", "nan;nan", "inf;0", "91;0", "45", ";", "1e3;2"])),
    st.builds("URL:{}".format, st.sampled_from(["https://a.example/x", "javascript:x", "https://", "https://[", "::"])),
    st.builds("UID:{}".format, st.sampled_from(["a", "b", "", "x" * 400, "plan-1-a"])),
    st.builds(
        "{}:{}".format,
        st.sampled_from(["SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "STATUS", "CLASS", "SEQUENCE", "X-A"]),
        WORDS,
    ),
    st.builds("{};{}={}:x".format, st.sampled_from(["SUMMARY", "DTSTART"]), st.sampled_from(["A", "", '"']), WORDS),
    WORDS,
)
EVENTS = st.lists(PROPERTIES, max_size=9).map(lambda own: "\n".join(["BEGIN:VEVENT", *own, "END:VEVENT"]))
CALENDARS = st.lists(st.one_of(EVENTS, st.sampled_from([TORONTO, OWN_ZONE, event(uid="good")])), max_size=5).map(
    lambda parts: "\r\n".join(["BEGIN:VCALENDAR", *parts, "END:VCALENDAR", ""]).encode("utf-8", "surrogatepass")
)
GOOD = calendar(TORONTO, event("RRULE:FREQ=WEEKLY;COUNT=3", "LOCATION:Hall"), event(uid="b", title="Marche"))


@st.composite
def damaged(draw):
    """A good file with some of its octets gone, changed or doubled."""
    content = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(content))), draw(st.integers(0, 60))
        piece = draw(
            st.sampled_from([b"", b"\0", b"\r\n", b":", b"\xff", b"BEGIN:VEVENT\r\n", bytes(content[at:][:200])])
        )
        content[at : at + length] = piece
    return bytes(content)


def read(content):
    """As `reading.read`, in this process: a new one for each of hundreds would take minutes. Or why it can't be."""
    try:
        sorted_ = lines.sort(content)
    except Unreadable as refused:
        return None, str(refused)
    found, more = reader.read(sorted_.zones, sorted_.events, NOW)
    return Calendar(sorted_.zone, found, more), ""


@FEW
@given(st.one_of(CALENDARS, damaged(), st.binary(max_size=300)))
def test_whatever_comes_is_refused_in_words_or_becomes_drafts_that_can_be_read_back(app, at, content):
    cause = make.campaign()
    organizer = make.account("Alice", cause.team)
    db.session.begin_nested()
    try:
        found, refused = read(content)
        assert refused in {"", *Trouble}
        if found is None:
            return
        assert all(one.fault in {"", *Fault} for one in found.found)
        one = keeping.begin(cause, organizer, "x.ics", NOW)
        keeping.keep(one, found, len(content), NOW)
        db.session.expire(one)
        plan = planning.plan(one, "http://localhost", NOW)
        wanted = {step.key for step in plan.of(Verdict.CREATE)}
        done = writing.carry_out(plan, wanted, cause, organizer.id, NOW)

        drafts = db.session.scalars(db.select(Action).where(Action.campaign_id == cause.id)).all()
        assert len(drafts) == done.created == len(wanted)
        assert {draft.status for draft in drafts} <= {Status.DRAFT}
        assert all(draft.title["en"] and draft.ends_at > draft.starts_at for draft in drafts)
        again = planning.plan(one, "http://localhost", NOW)
        assert again.of(Verdict.CREATE, Verdict.UPDATE) == []
        ical.calendar([entries.of_action(draft, "en", "http://localhost") for draft in drafts])
    finally:
        db.session.rollback()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(CALENDARS, damaged()))
def test_the_page_answers_whatever_is_uploaded_and_writes_nothing(app, client, content):
    cause = _signed_in(client)
    before = db.session.scalar(db.select(db.func.count(Action.id)))

    page = upload(client, cause, content)

    assert page.status_code in (200, 422)
    assert db.session.scalar(db.select(db.func.count(Action.id))) == before
    db.session.execute(db.delete(Import))
    db.session.commit()


def _signed_in(client):
    """Once; then the same cause."""
    if not hasattr(client, "cause"):
        team = make.team()
        client.cause = make.campaign(team)
        client.sign_in(make.account("Alice", team))
    return client.cause
