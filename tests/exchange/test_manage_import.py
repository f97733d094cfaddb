"""Importing a calendar: looked at first, then taken over as drafts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.accounts.models import Organizer
from campaign.actions.models import Action, Kind, Status
from campaign.actions.wording import LIMITS
from campaign.columns import Texts
from campaign.exchange import keeping, lines, texts
from campaign.exchange.lines import Unreadable
from campaign.exchange.models import Import
from campaign.extensions import db
from campaign.history import recording
from campaign.history.models import Deed
from tests import make
from tests.exchange.files import BAD_EVENTS, BROKEN, OWN_ZONE, TORONTO, calendar, event, upload


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team, slug="arms")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def drafts():
    return db.session.scalars(db.select(Action).where(Action.status == Status.DRAFT).order_by(Action.starts_at)).all()


def words(page):
    return re.sub(r"\s+", " ", BeautifulSoup(page.text, "html.parser").main.get_text(" "))


def confirm(client, preview, *, untick=()):
    """Presses the button under the preview, with its ticks as they are but for those of some titles."""
    soup = BeautifulSoup(preview.text, "html.parser")
    form = soup.select_one("form[action$=confirm]")
    ticks = [box for box in form.select("input[name=take]") if box.has_attr("checked")]
    kept = [box["value"] for box in ticks if not any(title in box.parent.get_text() for title in untick)]
    seal = form.select_one("input[name=seal]")["value"]
    return client.post(form["action"], data={"seal": seal, "take": kept})


# ------------------------------------------------------------------ look, then take over


def test_nothing_is_written_before_somebody_says_yes(alice, cause):
    upload(alice, cause, calendar(event()))

    assert drafts() == []


def test_the_preview_says_what_and_when_in_words_in_the_campaigns_zone(alice, cause):
    preview = words(upload(alice, cause, calendar(event("LOCATION:EY Centre\\, 4899 Uplands Drive"))))

    assert "1 draft would be created" in preview
    assert "Vigil Saturday 3 June 2023, 2:00 pm to 4:00 pm, Ottawa time (EDT) EY Centre, 4899 Uplands Drive" in preview


def test_an_event_elsewhere_is_told_in_its_own_time_and_in_the_campaigns(alice, cause):
    paris = event(start="DTSTART;TZID=Europe/Paris:20230603T200000", end="DTEND;TZID=Europe/Paris:20230603T220000")

    preview = words(upload(alice, cause, calendar(paris)))

    own, here = "8:00 pm to 10:00 pm, Paris time (CEST)", "2:00 pm, Ottawa time (EDT)"
    assert f"Saturday 3 June 2023, {own} – Saturday 3 June 2023, {here}" in preview


def test_a_yes_makes_drafts_that_nobody_else_sees(alice, cause):
    file = calendar(
        event("LOCATION:EY Centre\\, 4899 Uplands Drive\\, Ottawa", "GEO:45.32;-75.65", "CATEGORIES:VIGIL,Peace"),
    )

    page = confirm(alice, upload(alice, cause, file))

    [draft] = drafts()
    assert (page.status_code, page.location) == (303, "/manage/actions/")
    assert draft.uid == "vigil@elsewhere.example"
    assert draft.title == Texts(en="Vigil")
    assert (draft.starts_local, draft.ends_local) == (datetime(2023, 6, 3, 14), datetime(2023, 6, 3, 16))
    assert (draft.zone, draft.city) == ("America/Toronto", "Ottawa")
    assert (draft.venue, draft.address) == ("EY Centre", "4899 Uplands Drive, Ottawa")
    assert (draft.latitude, draft.longitude, draft.kind) == (45.32, -75.65, Kind.VIGIL)
    assert draft.slug == "vigil-2023-06-03"
    assert "BEGIN:VEVENT" not in alice.get("/calendar.ics").text
    assert db.session.scalars(db.select(Import)).all() == []


def test_only_what_is_ticked_is_taken(alice, cause):
    file = calendar(event(uid="1", title="March"), event(uid="2", title="Rally"))

    confirm(alice, upload(alice, cause, file), untick=["Rally"])

    assert [draft.uid for draft in drafts()] == ["1"]


def test_with_nothing_ticked_nothing_happens_and_that_is_said(alice, cause):
    page = confirm(alice, upload(alice, cause, calendar(event())), untick=["Vigil"])

    assert page.status_code == 422
    assert "Nothing is ticked" in page.text
    assert drafts() == []


def test_a_no_forgets_what_was_read(alice, cause):
    upload(alice, cause, calendar(event()))
    one = db.session.scalars(db.select(Import)).one()

    page = alice.post(f"/manage/exchange/imports/{one.id}/discard")

    assert page.status_code == 303
    assert db.session.scalars(db.select(Import)).all() == []
    assert drafts() == []


def test_the_same_again_changes_nothing(alice, cause):
    file = calendar(event("DESCRIPTION:One\\n\\nTwo *stars*", "LOCATION:Hall", "GEO:45;-75", "URL:https://a.example/x"))
    confirm(alice, upload(alice, cause, file))

    preview = words(upload(alice, cause, file))

    assert "1 is here already, unchanged" in preview
    assert "There is nothing to take over." in preview


def test_a_change_there_updates_the_draft_here_after_another_yes(alice, cause):
    confirm(alice, upload(alice, cause, calendar(event("LOCATION:Hall"))))
    [draft] = drafts()
    later = event("LOCATION:Park", title="Long vigil", start="20230604T180000Z", end="20230604T200000Z")

    preview = upload(alice, cause, calendar(later))
    before = (draft.title, draft.starts_local, draft.venue)
    confirm(alice, preview)

    assert before == (Texts(en="Vigil"), datetime(2023, 6, 3, 14), "Hall")
    assert "Title (until now: Vigil)" in words(preview)
    assert "Time (until now: Saturday 3 June 2023, 2:00 pm to 4:00 pm, Ottawa time (EDT))" in words(preview)
    assert "Place (until now: Hall)" in words(preview)
    [after] = drafts()
    assert (after.id, after.uid) == (draft.id, draft.uid)
    assert (after.title, after.starts_local, after.venue) == (Texts(en="Long vigil"), datetime(2023, 6, 4, 14), "Park")


def test_what_is_public_is_never_changed(alice, cause, at):
    confirm(alice, upload(alice, cause, calendar(event())))
    [draft] = drafts()
    draft.publish(at())

    preview = words(upload(alice, cause, calendar(event(title="Another"))))

    assert "It is public here." in preview
    assert "Take over what is ticked" not in preview
    assert draft.title == Texts(en="Vigil")


def test_what_changed_here_since_the_preview_is_shown_again_instead(alice, cause):
    confirm(alice, upload(alice, cause, calendar(event())))
    preview = upload(alice, cause, calendar(event(title="Another")))
    [draft] = drafts()
    draft.title = Texts(en="By hand")

    page = confirm(alice, preview)

    assert page.status_code == 409
    assert "Something has changed here meanwhile" in page.text
    assert "until now: By hand" in page.text
    assert draft.title == Texts(en="By hand")


def test_our_own_calendar_changes_nothing(alice, cause):
    make.action(cause=cause, slug="a", summary=Texts(en="Come."))
    make.action(cause=cause, slug="b", publish=False)
    make.action(cause=cause, slug="c", starts=datetime(2023, 6, 1), hours=48, zone="Europe/Paris")
    exported = alice.get(f"/manage/exchange/campaigns/{cause.id}.ics?drafts=1").data

    preview = words(upload(alice, cause, exported))

    assert preview.count("It comes from here, and is here.") == 3
    assert "There is nothing to take over." in preview


def test_a_uid_of_another_team_is_left_alone_and_its_action_not_shown(alice, cause):
    theirs = make.action(make.team("Other people"), title=Texts(en="Their plan"))
    theirs.uid = "vigil@elsewhere.example"

    preview = upload(alice, cause, calendar(event()))

    assert "Somebody else has it on this site." in preview.text
    assert "Their plan" not in preview.text
    assert f"/manage/actions/{theirs.id}" not in preview.text


@pytest.mark.parametrize("more", [{"publish": False}, {"unlisted": True}])
def test_what_another_team_hasnt_shown_to_everybody_cant_be_found_by_its_uid(alice, cause, more):
    theirs = make.action(make.team("Other people"), title=Texts(en="Secret plan"), **more)
    seen = words(upload(alice, cause, calendar(event(), event(uid="plan-1-vigil@elsewhere.example"))))
    db.session.execute(db.delete(Import))
    theirs.uid = "vigil@elsewhere.example"

    preview = upload(alice, cause, calendar(event(), event(uid="plan-1-vigil@elsewhere.example")))
    confirm(alice, preview)
    again = words(upload(alice, cause, calendar(event())))

    assert words(preview) == seen
    assert [draft.title["en"] for draft in drafts() if draft.campaign_id == cause.id] == ["Vigil", "Vigil"]
    assert (theirs.title["en"], theirs.uid) == ("Secret plan", "vigil@elsewhere.example")
    assert "Here already, unchanged" in again


def test_a_uid_of_another_campaign_of_ours_is_left_alone(alice, cause, team):
    other = make.action(cause=make.campaign(team), publish=False)
    other.uid = "vigil@elsewhere.example"

    assert "It is in another campaign of yours." in upload(alice, cause, calendar(event())).text


def test_what_is_over_is_offered_but_not_ticked(alice, cause):
    past = event(uid="past", title="Last year", start="20220603T180000Z", end="20220603T200000Z")

    preview = upload(alice, cause, calendar(past, event()))
    confirm(alice, preview)

    assert "Last year Friday 3 June 2022, 2:00 pm to 4:00 pm, Ottawa time (EDT) It is over." in words(preview)
    assert [draft.uid for draft in drafts()] == ["vigil@elsewhere.example"]


def test_a_hundred_that_are_called_alike_have_addresses_of_their_own(alice, cause):
    file = calendar(*(event(uid=str(number)) for number in range(100)))

    page = confirm(alice, upload(alice, cause, file))

    assert page.status_code == 303
    assert len({draft.slug for draft in drafts()}) == 100


def test_the_history_says_who_imported_and_what_an_update_changed(alice, cause):
    confirm(alice, upload(alice, cause, calendar(event())))
    confirm(alice, upload(alice, cause, calendar(event(title="Long vigil"))))
    [draft] = drafts()

    deeds = [(entry.deed, entry.organizer.name) for entry in recording.entries(draft, 9)]

    assert deeds == [(Deed.EDITED, "Alice"), (Deed.BEGUN, "Alice")]


# ------------------------------------------------------------------ times


def times(alice, cause, *parts, head=()):
    confirm(alice, upload(alice, cause, calendar(*parts, head=head)))
    return [(draft.starts_local, draft.zone) for draft in drafts()]


TIMES = [
    ("20230603T180000Z", "20230603T200000Z", datetime(2023, 6, 3, 14), "America/Toronto"),
    ("20230603T180000", "20230603T200000", datetime(2023, 6, 3, 18), "America/Toronto"),
    ("DTSTART;TZID=Europe/Paris:20230603T180000", None, datetime(2023, 6, 3, 18), "Europe/Paris"),
    ("DTSTART;TZID=Eastern Standard Time:20230603T180000", None, datetime(2023, 6, 3, 18), "America/New_York"),
    ("DTSTART;TZID=W. Europe Standard Time:20230603T180000", None, datetime(2023, 6, 3, 18), "Europe/Berlin"),
    ("DTSTART;TZID=/mozilla.org/2005_1/Europe/Rome:20230603T180000", None, datetime(2023, 6, 3, 18), "Europe/Rome"),
    ('DTSTART;TZID="Our office":20230603T180000', None, datetime(2023, 6, 3, 17, 30), "America/Toronto"),
    ("DTSTART;TZID=UTC:20230603T180000", None, datetime(2023, 6, 3, 14), "America/Toronto"),
    ("DTSTART;VALUE=DATE:20230603", "DTEND;VALUE=DATE:20230605", datetime(2023, 6, 3), "America/Toronto"),
]


def test_times_are_read_whatever_their_zone_is_called(alice, cause):
    events = [event(uid=start, start=start, end=end) for start, end, _wall, _zone in TIMES]

    confirm(alice, upload(alice, cause, calendar(TORONTO, OWN_ZONE, *events)))

    assert {draft.uid: (draft.starts_local, draft.zone) for draft in drafts()} == {
        start: (wall, zone) for start, _end, wall, zone in TIMES
    }


def test_what_a_calendar_says_of_its_own_zone_counts_for_floating_times(alice, cause):
    floating = event(start="20230603T180000", end=None)

    assert times(alice, cause, floating, head=["X-WR-TIMEZONE:Europe/Madrid"]) == [
        (datetime(2023, 6, 3, 18), "Europe/Madrid")
    ]


def test_whole_days_stay_whole_days(alice, cause):
    confirm(alice, upload(alice, cause, calendar(event(start="DTSTART;VALUE=DATE:20230602", end=None))))

    [draft] = drafts()
    assert draft.all_day
    assert (draft.starts_local, draft.ends_local) == (datetime(2023, 6, 2), datetime(2023, 6, 3))


def test_an_unknown_zone_is_read_as_ours_with_a_warning(alice, cause):
    preview = upload(alice, cause, calendar(event(start="DTSTART;TZID=Mars/Olympus:20230603T180000", end=None)))

    assert "Saturday 3 June 2023, 6:00 pm to 7:00 pm, Ottawa time (EDT)" in words(preview)
    assert "Its time zone is unknown: check the hour." in words(preview)


def test_an_hour_that_the_clocks_skip_is_moved_on_with_a_warning(alice, cause):
    skipped = event(start="20240310T023000", end="20240310T040000")

    preview = upload(alice, cause, calendar(skipped))

    assert "Sunday 10 March 2024, 3:30 am to 4:00 am" in words(preview)
    assert "The clocks go forward over its hour" in words(preview)


def test_the_second_of_a_doubled_hour_stays_the_second(alice, cause):
    confirm(alice, upload(alice, cause, calendar(event(start="20231105T063000Z", end="20231105T073000Z"))))

    [draft] = drafts()
    assert draft.starts_at == datetime(2023, 11, 5, 6, 30, tzinfo=UTC)
    assert draft.ends_at - draft.starts_at == timedelta(hours=1)


# ------------------------------------------------------------------ what repeats


WEEKLY = event(
    "RRULE:FREQ=WEEKLY;COUNT=5",
    "EXDATE;TZID=America/Toronto:20231108T190000",
    start="DTSTART;TZID=America/Toronto:20231025T190000",
    end="DTEND;TZID=America/Toronto:20231025T200000",
)
MOVED = event(
    "RECURRENCE-ID;TZID=America/Toronto:20231115T190000",
    title="Vigil by candlelight",
    start="DTSTART;TZID=America/Toronto:20231116T200000",
    end="DTEND;TZID=America/Toronto:20231116T210000",
)


def test_each_date_of_what_repeats_is_a_draft_with_a_uid_for_ever(alice, cause):
    confirm(alice, upload(alice, cause, calendar(WEEKLY, MOVED)))

    assert [(draft.uid, draft.title["en"], draft.starts_local) for draft in drafts()] == [
        ("20231025T230000Z-vigil@elsewhere.example", "Vigil", datetime(2023, 10, 25, 19)),
        ("20231101T230000Z-vigil@elsewhere.example", "Vigil", datetime(2023, 11, 1, 19)),
        ("20231116T000000Z-vigil@elsewhere.example", "Vigil by candlelight", datetime(2023, 11, 16, 20)),
        ("20231123T000000Z-vigil@elsewhere.example", "Vigil", datetime(2023, 11, 22, 19)),
    ]
    assert "unchanged" in words(upload(alice, cause, calendar(WEEKLY, MOVED)))


def test_what_never_ends_is_followed_for_a_year_and_no_further_than_five_hundred_dates(alice, cause):
    daily = [event("RRULE:FREQ=DAILY", uid=str(number), start="20230601T180000Z", end=None) for number in (1, 2)]

    preview = words(upload(alice, cause, calendar(*daily)))

    assert "500 drafts would be created" in preview
    assert re.search(r"1\d\d dates more than 500 are left out", preview)


def test_a_date_and_all_that_follow_are_changed_together(alice, cause):
    weekly = event("RRULE:FREQ=WEEKLY;COUNT=5")
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20230617T180000Z", start="20230617T190000Z", end="20230617T200000Z"
    )

    confirm(alice, upload(alice, cause, calendar(weekly, later)))

    assert [(draft.uid[:16], f"{draft.starts_at:%d %H}") for draft in drafts()] == [
        ("20230603T180000Z", "03 18"),
        ("20230610T180000Z", "10 18"),
        ("20230617T180000Z", "17 19"),
        ("20230624T180000Z", "24 19"),
        ("20230701T180000Z", "01 19"),
    ]


@pytest.mark.parametrize("rule", ["RRULE:FREQ=WEEKLY;UNTIL=20220701T000000Z", "RRULE:FREQ=YEARLY"])
def test_what_repeats_on_no_day_of_the_coming_year_is_named(alice, cause, rule):
    far = "20220603T180000Z" if "UNTIL" in rule else "20300603T180000Z"

    preview = words(upload(alice, cause, calendar(event(rule, start=far, end=None, title="Far away"))))

    assert "Far away" in preview
    assert "It repeats, but on no day of the coming year." in preview


def test_an_end_an_hour_on_by_a_clock_that_goes_back_is_an_end(alice, cause):
    turned = event(start="DTSTART;TZID=America/Toronto:20231105T013000", end="20231105T063000Z")

    assert "No end is given" not in words(upload(alice, cause, calendar(turned)))


def test_dates_that_are_listed_are_taken(alice, cause):
    listed = event("RDATE:20230610T180000Z,20230617T180000Z")

    assert [wall.day for wall, _ in times(alice, cause, listed)] == [3, 10, 17]


# ------------------------------------------------------------------ texts


def test_texts_are_only_texts(alice, cause):
    hostile = "<script>alert(1)</script> [x](javascript:y) **loud**\\n# Big\\n\\n<b>bold</b>&amp;\\, end\x07"
    confirm(alice, upload(alice, cause, calendar(event(f"DESCRIPTION:{hostile}", title=f"A{hostile}B"))))
    [draft] = drafts()
    page = alice.get(f"/manage/actions/{draft.id}/preview").text
    said = BeautifulSoup(page, "html.parser").main

    assert said.find("script") is None
    assert said.find("strong", string="loud") is None
    assert "# Big" in said.get_text()
    assert "**loud**" in said.get_text()
    assert "\x07" not in page


def test_marks_that_turn_the_reading_order_are_left_out(alice, cause):
    turned = event("DESCRIPTION:Come\u202e early\u2067 on", title="A \u2067vi\u202egil")

    confirm(alice, upload(alice, cause, calendar(turned)))

    assert (drafts()[0].title["en"], drafts()[0].summary["en"]) == ("A vigil", "Come early on")


def test_html_of_other_programs_becomes_words(alice, cause):
    rich = "DESCRIPTION:<p>Come <b>early</b>.</p><br>Bring&nbsp\\;water &amp\\; bread"

    confirm(alice, upload(alice, cause, calendar(event(rich))))

    assert drafts()[0].why["en"] == "Come early.\n\nBring water \\& bread"


def test_html_of_any_depth_becomes_words_in_no_time(alice, cause, monkeypatch):
    """A parser's time grows with the square of the depth: these are twelve seconds, for each look at the preview."""
    deep = "<div>" * 12_900 + "Come early"
    parsed = []
    monkeypatch.setattr(texts.nh3, "clean", lambda text, **_more: parsed.append(text) or text)

    confirm(alice, upload(alice, cause, calendar(event(f"DESCRIPTION:{deep}"))))

    assert drafts()[0].summary["en"] == "Come early"
    assert parsed == []


@pytest.mark.parametrize("said", ["SUMMARY;VALUE=DATE:20230101", "SUMMARY;ENCODING=BASE64;VALUE=BINARY:aGVsbG8="])
def test_a_title_that_is_no_text_is_none(alice, cause, said):
    preview = words(upload(alice, cause, calendar(event(said, title=None))))

    assert "It has no title." in preview


def test_too_long_texts_are_cut_and_that_is_said(alice, cause):
    long = event(f"DESCRIPTION:{'word ' * 3000}", f"LOCATION:{'x' * 900}", title="word " * 100)

    preview = words(upload(alice, cause, calendar(long)))

    assert "The title is cut to 120 characters." in preview
    assert "The description is too long and is cut." in preview
    assert "The place is too long and is cut." in preview


def test_a_text_of_any_length_is_cut_to_as_much_as_there_is_room_for(alice, cause):
    texts = ["word " * 12_000, "x" * 60_000, "*" * 60_000, "a\\n" * 15_000, "&lt\\;" * 9_000, "x" * 90_000]
    events = [event(f"DESCRIPTION:{text}", uid=str(number)) for number, text in enumerate(texts)]

    preview = upload(alice, cause, calendar(*events))
    confirm(alice, preview)

    assert words(preview).count("The description is too long and is cut.") == len(texts)
    assert len(drafts()) == len(texts)
    for draft in drafts():
        assert LIMITS["why"] - 20 < len(draft.why["en"]) <= LIMITS["why"], draft.uid


def test_what_repeats_a_long_text_for_ever_is_followed_until_there_is_no_room_for_it(alice, cause):
    endless = event(f"DESCRIPTION:{'word ' * 12_000}", "RRULE:FREQ=DAILY", start="20230601T180000Z", end=None)

    preview = words(upload(alice, cause, calendar(endless)))

    assert "34 drafts would be created" in preview
    assert re.search(r"3\d\d dates more than 34 are left out", preview)


def test_links_are_https_or_left_out(alice, cause):
    urls = ["http://a.example/", "javascript:alert(1)", "https://u:p@a.example/", "mailto:a@b.example"]

    preview = upload(alice, cause, calendar(*(event(f"URL:{url}", uid=url) for url in urls)))
    confirm(alice, preview)

    assert words(preview).count("Its link isn’t https, and is left out.") == len(urls)
    assert [draft.why for draft in drafts()] == [Texts()] * len(urls)


def test_guests_hosts_alarms_and_attachments_are_not_even_kept(alice, cause):
    full = event(
        "ATTENDEE;CN=Ada:mailto:ada@example.org",
        "ORGANIZER;CN=Bob:mailto:bob@example.org",
        "CONTACT:Carla",
        "ATTACH:https://files.example/secret.pdf",
        "COMMENT:for us only",
        "BEGIN:VALARM",
        "ACTION:EMAIL",
        "SUMMARY:Alarm",
        "ATTENDEE:mailto:dina@example.org",
        "END:VALARM",
    )

    upload(alice, cause, calendar(full))

    kept = repr(db.session.scalars(db.select(Import)).one().found)
    assert "Vigil" in kept
    for word in ("example.org", "Carla", "files.example", "for us only", "Alarm"):
        assert word not in kept


# ------------------------------------------------------------------ what is broken


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_calendar_is_refused_in_words(alice, cause, name):
    content, said = BROKEN[name]

    page = upload(alice, cause, content)

    assert page.status_code == 422
    assert said in page.text
    assert db.session.scalars(db.select(Import)).all() == []


def test_what_is_too_large_is_refused_in_words(alice, cause):
    too_large = alice.post("/manage/exchange/imports/new", environ_overrides={"CONTENT_LENGTH": str(2 * 1024 * 1024)})

    assert too_large.status_code == 413
    assert "a calendar 1 MB" in too_large.text
    with pytest.raises(Unreadable, match="too_large"):
        lines.sort(b"x" * (1024 * 1024 + 1))


def test_no_file_is_refused_in_words(alice, cause):
    page = alice.post("/manage/exchange/imports/new", data={"campaign": cause.id})

    assert page.status_code == 422
    assert "Choose a calendar file: it ends in .ics." in page.text


def test_an_event_that_cant_be_taken_leaves_the_others(alice, cause):
    bad = [
        text.replace("vigil@elsewhere.example", f"{number}@x") for number, (text, _) in enumerate(BAD_EVENTS.values())
    ]
    good = event(uid="good", title="Good one")

    preview = upload(alice, cause, calendar(*bad, good))
    confirm(alice, preview)

    assert [draft.uid for draft in drafts()] == ["good"]
    for name, (_, said) in BAD_EVENTS.items():
        assert said in words(preview), name
    assert f"{len(BAD_EVENTS)} are left out" in words(preview)


def test_any_uid_is_one(alice, cause):
    uids = [None, "", "x" * 5000, "a\x07b", "'; DROP TABLE actions; --", "\u202eabc", "é" * 200, "../../x", "%00"]
    file = calendar(*(event(uid=uid, title=f"Vigil {number}") for number, uid in enumerate(uids)))

    confirm(alice, upload(alice, cause, file))

    assert len(drafts()) == len(uids)
    assert all(0 < len(draft.uid) <= 255 for draft in drafts())
    assert f"{len(uids)} are here already, unchanged" in words(upload(alice, cause, file))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(alice, cause, encoding):
    confirm(alice, upload(alice, cause, calendar(event(title="Manifestação é já")).decode().encode(encoding)))

    assert drafts()[0].title["en"] == "Manifestação é já"


@pytest.mark.parametrize("folded", [b"Caf\xc3\r\n \xa9", b"Caf\xc3\n\t\xa9", b"Ca\r\n f\xc3\r\n \xa9"])
def test_a_fold_may_cut_through_a_character(alice, cause, folded):
    confirm(alice, upload(alice, cause, calendar(event(title="HERE")).replace(b"HERE", folded)))

    assert drafts()[0].title["en"] == "Café"


@pytest.mark.parametrize("own", [(), ("STATUS:CONFIRMED",)])
def test_all_of_a_cancellation_is_cancelled(alice, cause, own):
    preview = words(upload(alice, cause, calendar(event(*own), head=["METHOD:CANCEL"])))

    assert "It is cancelled there." in preview


# ------------------------------------------------------------------ whose it is


def test_somebody_else_of_the_team_doesnt_see_it(app, alice, cause, team):
    upload(alice, cause, calendar(event()))
    one = db.session.scalars(db.select(Import)).one()
    bob = type(alice)(app).sign_in(make.account("Bob", team, level=Level.ORGANIZER))

    assert bob.get(f"/manage/exchange/imports/{one.id}").status_code == 404
    assert bob.post(f"/manage/exchange/imports/{one.id}/confirm").status_code == 404


def test_after_a_day_it_is_gone(client, team, cause, at):
    account = make.account("Alice", team)
    preview = upload(client.sign_in(account), cause, calendar(event()))
    at.forward(timedelta(days=1))
    client.sign_in(account)

    assert confirm(client, preview).status_code == 404
    assert drafts() == []


def test_who_may_not_write_cant_import(client, team, cause):
    client.sign_in(make.account("Bob", team, level=Level.MODERATOR))

    page = client.get("/manage/exchange/imports/new")

    assert "There is none yet that you may write for." in page.text
    assert upload(client, cause, calendar(event())).status_code == 422


def test_an_outsider_cant_import_into_our_campaign(client, cause):
    client.sign_in(make.account("Charlie", make.team("Other people")))

    page = upload(client, cause, calendar(event()))

    assert page.status_code == 422
    assert db.session.scalars(db.select(Import)).all() == []


def test_sixty_in_an_hour_are_enough(alice, cause):
    answers = [alice.post("/manage/exchange/imports/new", data={"campaign": cause.id}).status_code for _ in range(61)]

    assert answers == [422] * 60 + [429]


def test_not_more_than_ten_wait_at_a_time(alice, cause, at):
    organizer = db.session.scalars(db.select(Organizer)).one()
    for number in range(9):
        keeping.begin(cause, organizer, f"{number}.ics", at())

    tenth, eleventh = (upload(alice, cause, calendar(event())) for _ in range(2))

    assert (tenth.status_code, eleventh.status_code) == (200, 409)
    assert "Ten calendars of yours wait" in eleventh.text
