"""Word of a change: to everybody who was told otherwise, once, with every date there was."""

from datetime import UTC, datetime, timedelta

import pytest

from campaign import timezones
from campaign.actions.models import Status
from campaign.errors import Conflict
from campaign.extensions import db
from campaign.messages import notices
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion
from tests import make
from tests.mailbox import DROP

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)
THAT_MORNING = datetime(2023, 5, 31, 10, 0, tzinfo=UTC)
HERE = ("EY Centre", "4899 Uplands Drive, Ottawa", "Ottawa")
ZONE = "America/Toronto"


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


def move(action, day, at, place=HERE, reason="", hour=7, zone=ZONE):
    starts = datetime(2023, 6, day, hour)
    notices.move(action, starts, starts + timedelta(hours=2), zone, *place, reason, at())


def subjects(mailbox, address="ada@example.org"):
    return [letter.subject for letter in mailbox.to(address)]


def test_those_who_come_and_those_who_may_are_told_and_nobody_else(action, at, worker, mailbox):
    make.rsvp(action, "yes@example.org")
    make.rsvp(action, "maybe@example.org", answer="maybe")
    make.rsvp(action, "pending@example.org", state="pending")
    make.rsvp(action, "unreminded@example.org", reminders=False)
    make.rsvp(action, "no@example.org", answer="no")
    make.rsvp(action, "cancelled@example.org", state="cancelled")
    make.rsvp(action, "unsubscribed@example.org").unsubscribed = True
    make.rsvp(action)
    other = make.action()
    make.rsvp(other, "elsewhere@example.org")

    notices.cancel(action, "Storm", at())
    worker.run_until_idle()
    worker.run_until_idle()

    told = sorted(letter.to for letter in mailbox.letters)
    assert told == [f"{who}@example.org" for who in ("maybe", "pending", "unreminded", "yes")]


@pytest.mark.parametrize(
    ("act", "subject", "says"),
    [
        (
            lambda action, at: notices.cancel(action, "Storm", at()),
            "Cancelled: Wednesday 31 May 2023, 7:00 am",
            "will not take place",
        ),
        (
            lambda action, at: notices.postpone(action, "Storm", at()),
            "Postponed: Wednesday 31 May 2023, 7:00 am",
            "no date yet",
        ),
        (
            lambda action, at: move(action, 7, at, reason="Storm"),
            "Moved: Wednesday 7 June 2023, 7:00 am",
            "now: Wednesday 7 June 2023",
        ),
    ],
)
def test_a_notice_says_what_and_why_and_opens_with_the_date_and_place(action, at, worker, mailbox, act, subject, says):
    make.rsvp(action, "ada@example.org", name="Ada")

    act(action, at)
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert letter.subject == subject
    assert says in letter.text
    assert "Storm" in letter.text
    assert subject.split(": ")[1] in letter.text.replace("\n", " ").split("Protest CANSEC")[0]
    assert "EY Centre" in letter.text.split("Protest CANSEC")[0]


def test_a_notice_carries_the_calendar_entry_as_it_is_now(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")

    notices.cancel(action, "", at())
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert "STATUS:CANCELLED" in letter.ics
    assert f"UID:{action.uid}" in letter.ics
    assert "METHOD:PUBLISH" in letter.ics


def test_a_notice_names_every_date_in_order(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    move(action, 7, at)
    worker.run_until_idle()

    move(action, 9, at, place=("City Hall", "110 Laurier Avenue", "Ottawa"))
    worker.run_until_idle()

    second = " ".join(mailbox.to("ada@example.org")[1].text.split())
    a = second.index("- Wednesday 31 May 2023, 7:00 am")
    b = second.index("- Wednesday 7 June 2023, 7:00 am")
    c = second.index("- now: Friday 9 June 2023, 7:00 am")
    assert a < b < c
    assert "City Hall, 110 Laurier Avenue" in second[c:]


def test_a_notice_that_was_overtaken_isnt_sent(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")

    move(action, 7, at)
    move(action, 9, at)
    worker.run_until_idle()

    assert subjects(mailbox) == ["Moved: Friday 9 June 2023, 7:00 am"]
    assert "7 June" in mailbox.letters[0].text


def test_a_notice_that_waits_for_another_try_is_overtaken_too(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    mailbox.answers["RCPT"] = ["450 later"]
    move(action, 7, at)
    worker.run_until_idle()

    move(action, 9, at)
    worker.run_until_idle()
    at.forward(timedelta(hours=1))
    worker.run_until_idle()

    assert subjects(mailbox) == ["Moved: Friday 9 June 2023, 7:00 am"]


def test_after_a_move_the_reminders_have_the_new_date_and_each_comes_once(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    assert subjects(mailbox) == ["Reminder: Wednesday 31 May 2023, 7:00 am"]

    move(action, 7, at)
    for _ in range(24 * 9):
        worker.run_until_idle()
        at.forward(timedelta(hours=1))

    assert subjects(mailbox)[1:] == [
        "Moved: Wednesday 7 June 2023, 7:00 am",
        "Reminder: Wednesday 7 June 2023, 7:00 am",
        "Reminder: Wednesday 7 June 2023, 7:00 am",
    ]


@pytest.mark.parametrize("verb", [notices.cancel, notices.postpone])
def test_reminders_that_are_planned_queued_or_claimed_stop(action, at, worker, mailbox, verb):
    make.rsvp(action, "ada@example.org")
    at.set(EVENING_BEFORE)
    mailbox.answers["RCPT"] = ["450 later"]
    worker.run_until_idle()
    assert db.session.query(Delivery).one().state is DeliveryState.QUEUED

    verb(action, "Storm", at())
    for _ in range(30):
        worker.run_until_idle()
        at.forward(timedelta(hours=1))

    assert [subject.split(":")[0] for subject in subjects(mailbox)] in (["Cancelled"], ["Postponed"])


def test_postponed_and_then_given_a_date_it_has_reminders_again(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    notices.postpone(action, "", at())
    worker.run_until_idle()

    notices.move(action, action.starts_local, action.ends_local, ZONE, *HERE, "", at())
    for moment in (at(), EVENING_BEFORE, THAT_MORNING, action.ends_at):
        at.set(moment)
        worker.run_until_idle()

    assert action.status is Status.PUBLISHED
    assert [subject.split(":")[0] for subject in subjects(mailbox)] == ["Postponed", "Moved", "Reminder", "Reminder"]


def test_a_new_place_is_told_and_brings_no_second_reminder(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    local = (action.starts_local, action.ends_local, ZONE)
    notices.move(action, *local, "Strathcona Park", "Range Road", "Ottawa", "Floods", at())
    for _ in range(20):
        worker.run_until_idle()
        at.forward(timedelta(hours=1))

    assert subjects(mailbox) == [
        "Reminder: Wednesday 31 May 2023, 7:00 am",
        "New place: Wednesday 31 May 2023, 7:00 am",
        "Reminder: Wednesday 31 May 2023, 7:00 am",
    ]
    assert "Strathcona Park" in mailbox.letters[2].text


def test_a_notice_overtakes_reminders(action, at, worker, mailbox):
    other = make.action()
    for number in range(5):
        make.rsvp(action, f"a{number}@example.org")
        make.rsvp(other, f"b{number}@example.org")
    at.set(EVENING_BEFORE)

    notices.cancel(other, "", at())
    worker.run_until_idle()

    kinds = [letter.subject.split(":")[0] for letter in mailbox.letters]
    assert set(kinds[:5]) == {"Cancelled"}
    assert set(kinds[5:]) == {"Reminder"}


def test_after_a_cancellation_at_most_as_many_letters_go_as_there_are_connections(action, app, at, worker, mailbox):
    for number in range(40):
        make.rsvp(action, f"p{number}@example.org")
    action_id, calls = action.id, []

    def cancel_after_the_tenth(_address):
        calls.append(1)
        if len(calls) == 10:
            with app.app_context():
                db.session.connection(execution_options={"writes": True})
                notices.cancel(db.session.get(type(action), action_id), "Storm", at())
                db.session.commit()
            calls.append("cancelled")

    mailbox.answers["RCPT"] = cancel_after_the_tenth
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    reminders = [letter for letter in mailbox.letters if letter.subject.startswith("Reminder")]
    assert len(reminders) <= 10 + 2
    worker.run_until_idle()
    assert sum(letter.subject.startswith("Cancelled") for letter in mailbox.letters) == 40


def test_who_signs_up_after_the_move_and_before_the_notice_is_told_the_present_date(action, at, worker, mailbox):
    make.rsvp(action, "late@example.org", state="sealed")

    move(action, 7, at)
    worker.run_until_idle()

    letters = mailbox.to("late@example.org")
    assert len(letters) == 2  # the confirmation, and the notice: the page had shown the old date
    assert all("Wednesday 7 June 2023, 7:00 am to 9:00 am" in letter.text for letter in letters)


def test_an_unsent_confirmation_goes_out_with_the_new_facts(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org", state="sealed")
    mailbox.answers["DOT"] = [DROP]
    mailbox.answers["RCPT"] = [None, "450 later"]
    worker.run_until_idle()

    move(action, 7, at)
    at.forward(timedelta(minutes=10))
    worker.run_until_idle()

    confirmation = [letter for letter in mailbox.letters if "confirm" in letter.subject.lower()]
    assert [letter.subject for letter in confirmation] == ["Please confirm: Wednesday 7 June 2023, 7:00 am"]
    assert len({message_id for message_id, _ in mailbox.seen}) == len(mailbox.seen)


def test_a_move_that_changes_nothing_is_refused_and_told_to_nobody(action, at):
    with pytest.raises(Conflict):
        notices.move(action, action.starts_local, action.ends_local, ZONE, *HERE, "", at())

    assert db.session.query(Occasion).filter_by(kind=Kind.NOTICE).count() == 0


@pytest.mark.parametrize("verb", [notices.cancel, notices.postpone])
def test_the_same_word_twice_is_refused(action, at, verb):
    verb(action, "", at())

    with pytest.raises(Conflict):
        verb(action, "", at())


def test_what_is_cancelled_stays_so(action, at):
    notices.cancel(action, "", at())

    with pytest.raises(Conflict):
        move(action, 7, at)
    with pytest.raises(Conflict):
        notices.postpone(action, "", at())
    with pytest.raises(Conflict):
        notices.publish(action, at())


def test_a_draft_is_neither_moved_nor_cancelled(app, at):
    draft = make.action(publish=False)

    for act in (
        lambda: move(draft, 7, at),
        lambda: notices.cancel(draft, "", at()),
        lambda: notices.postpone(draft, "", at()),
    ):
        with pytest.raises(Conflict):
            act()


def test_nothing_is_published_without_a_way_to_answer(app, at):
    draft = make.action(make.team(reply_address=""), publish=False)

    with pytest.raises(Conflict, match="reply address"):
        notices.publish(draft, at())
    assert draft.status is Status.DRAFT


def test_a_time_that_isnt_there_changes_nothing(action, at):
    before = (action.starts_at, action.venue, action.revision)

    with pytest.raises(timezones.MissingHour):
        notices.move(
            action, datetime(2024, 3, 10, 2, 30), datetime(2024, 3, 10, 5), ZONE, "Elsewhere", "", "", "", at()
        )

    assert (action.starts_at, action.venue, action.revision) == before
    assert action.status is Status.PUBLISHED


def test_nobody_is_told_that_what_is_over_wont_take_place(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    at.set(action.ends_at)

    notices.cancel(action, "", at())
    worker.run_until_idle()

    assert mailbox.letters == []


def test_what_the_organizer_writes_adds_no_header_and_no_mark(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")

    notices.cancel(action, "Storm\r\n.\r\nBcc: evil@example.org\r\n\x00{{ 7*7 }} %(name)s {0}", at())
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert "Bcc" not in letter.headers
    assert "{{ 7*7 }} %(name)s {0}" in letter.text
    assert "\n.\nBcc: evil@example.org\n" in letter.text
