"""Being forgotten on the day that the form promised."""

from datetime import datetime, timedelta

import pytest

from campaign import clock, sealing, timezones, tokens
from campaign.accounts import joining
from campaign.accounts.models import Invitation
from campaign.extensions import db
from campaign.outbox import posting
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion
from campaign.privacy import erasure, worker
from campaign.rsvps import letters
from campaign.rsvps.models import ActionKey, Rsvp, State, UnsubscribeLink
from campaign.rsvps.opening import open_box
from tests import make

pytestmark = pytest.mark.both


@pytest.fixture
def action(app):
    return make.action(starts=datetime(2023, 5, 31, 7, 0), hours=2.5)


@pytest.fixture
def later(app):
    return make.action(starts=datetime(2023, 6, 28, 7, 0))


@pytest.fixture
def purge(keyring):
    def run():
        db.session.commit()
        made = worker.purge(clock.now(), keyring)
        db.session.expire_all()
        return made

    return run


def local(at, *moment):
    """Sets the clock to a moment in Ottawa in summer."""
    from campaign import timezones

    at.set(timezones.instant(datetime(*moment), "America/Toronto"))


def test_on_the_promised_day_whatever_names_a_person_is_gone_and_counts_stay(action, later, purge, keyring, at):
    mine = make.rsvp(action, "ada@example.org", party_size=3)
    anonymous = make.rsvp(action, party_size=2)
    cancelled = make.rsvp(action, "bob@example.org", state="cancelled")
    never_confirmed = make.rsvp(action, "cleo@example.org", state="pending").id
    unopened = make.rsvp(action, "dora@example.org", state="sealed").id
    noise = make.rsvp(later, "ada@example.org")
    local(at, 2023, 6, 7, 23, 30)

    purge()

    kept = db.session.scalars(db.select(Rsvp).where(Rsvp.action_id == action.id)).all()
    assert {rsvp.id for rsvp in kept} == {mine.id, anonymous.id, cancelled.id}
    assert {(rsvp.box, rsvp.blind_index, rsvp.manage_digest, rsvp.letter_on) for rsvp in kept} == {(None,) * 4}
    assert sum(rsvp.places for rsvp in kept) == action.seats_taken == 5
    assert db.session.get(ActionKey, action.id) is None
    assert db.session.get(Rsvp, never_confirmed) is db.session.get(Rsvp, unopened) is None
    assert open_box(keyring, later.id, noise.id, noise.box).to == "ada@example.org"


def test_it_happens_on_that_day_not_before_and_not_after(action, purge, at):
    rsvp = make.rsvp(action, "ada@example.org")
    days_with_an_address = []
    local(at, 2023, 6, 4, 23, 30)
    for _ in range(6):
        purge()
        if rsvp.box is not None:
            days_with_an_address.append(at().date().isoformat())
        at.forward(timedelta(days=1))

    assert days_with_an_address == ["2023-06-05", "2023-06-06", "2023-06-07"]  # UTC; in Ottawa a day less


def test_what_a_mail_server_has_noted_leads_to_no_answer_any_more(action, later, purge, worker, mailbox, at):
    mine, other = make.rsvp(action, "ada@example.org"), make.rsvp(later, "ada@example.org")
    for rsvp in (mine, other):
        for letter in ("rsvps/again", "rsvps/farewell"):
            letters.write(letter, Kind.CONFIRMATION, rsvp, rsvp.box, at())
    db.session.commit()
    worker.run_until_idle()
    noted = {letter.message_id[1:-1].partition("@")[0] for letter in mailbox.to("ada@example.org")}
    local(at, 2023, 6, 7, 23, 30)

    purge()

    of_mine, of_other = (
        db.session.scalars(db.select(Delivery).join(Delivery.occasion).where(Occasion.subject == f"action:{about.id}"))
        for about in (action, later)
    )
    assert len(noted) == 4
    assert [(row.state, row.person_key == mine.id, row.message_id in noted) for row in of_mine] == [
        (DeliveryState.SENT, False, False)
    ] * 2
    assert [(row.person_key, row.message_id in noted) for row in of_other] == [(other.id, True)] * 2


def test_in_every_zone_the_nightly_purge_falls_into_the_promised_day(app, purge, at):
    zones = ["Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Etc/GMT+12"]
    rsvps = {make.rsvp(make.action(zone=zone), "ada@example.org"): zone for zone in zones}
    erased = {}
    at.set(min(rsvp.action.ends_at for rsvp in rsvps))

    while len(erased) < len(rsvps):
        at.forward(timedelta(hours=1))
        purge()
        gone = [rsvp for rsvp in rsvps if rsvp not in erased and rsvp.box is None]
        erased.update({rsvp: timezones.wall(at(), rsvps[rsvp]).date() for rsvp in gone})

    assert erased == {rsvp: rsvp.action.erase_on for rsvp in rsvps}


def test_a_copy_of_a_box_made_before_the_purge_cannot_be_opened_after_it(action, purge, keyring, at):
    rsvp = make.rsvp(action, "ada@example.org")
    copy, id_ = bytes(rsvp.box), rsvp.id
    local(at, 2023, 6, 7, 23, 30)

    purge()

    with pytest.raises(sealing.CannotOpen):
        open_box(keyring, action.id, id_, copy)


def test_letters_that_are_still_owed_go_too_and_no_copy_of_an_address_stays(action, later, purge, at):
    rsvps = [make.rsvp(action, "ada@example.org"), make.rsvp(later, "ada@example.org")]
    mine, noise = (
        posting.post(
            "messages/reminder",
            kind=Kind.FOLLOWUP,
            subject=f"action:{rsvp.action_id}",
            person_key=rsvp.id,
            to_sealed=rsvp.box,
            language="en",
            now=clock.now(),
        )
        for rsvp in rsvps
    )
    local(at, 2023, 6, 7, 23, 30)

    purge()

    assert (mine.to_sealed, mine.next_at) == (None, None)
    assert mine.state is DeliveryState.CANCELLED
    assert noise.state is DeliveryState.QUEUED
    assert db.session.scalar(db.select(db.func.count()).select_from(Delivery)) == 2


def test_private_links_end_with_the_purge(client, action, purge, at):
    rsvp = make.rsvp(action, "ada@example.org")
    token = rsvp.token
    local(at, 2023, 6, 7, 12, 0)
    before = client.get(f"/en/rsvps/{token}")
    at.forward(timedelta(hours=11.5))

    purge()

    assert before.status_code == 200
    assert client.get(f"/en/rsvps/{token}").status_code == 404


def test_a_longer_or_shorter_retention_is_kept_to(app, purge, at):
    action = make.action(retention_days=2)
    rsvp = make.rsvp(action, "ada@example.org")
    local(at, 2023, 6, 2, 23, 30)

    purge()

    assert rsvp.box is None


def test_an_action_that_moved_is_purged_after_its_new_date(action, purge, at):
    rsvp = make.rsvp(action, "ada@example.org")
    action.move(datetime(2023, 6, 10, 7, 0), datetime(2023, 6, 10, 9, 0), "America/Toronto", at())
    local(at, 2023, 6, 8, 12, 0)

    purge()

    assert rsvp.box is not None


def test_there_is_one_purge_a_night_however_often_the_worker_asks(app, purge, at):
    made = []
    for _ in range(48):
        made.append(purge())
        at.forward(timedelta(hours=1))

    assert made.count(True) == 3  # at once after the start, then at 3 in the morning, UTC


def test_a_worker_that_slept_for_days_purges_as_soon_as_it_wakes(action, purge, at):
    rsvp = make.rsvp(action, "ada@example.org")
    purge()
    at.forward(timedelta(days=60))

    assert purge() is True
    assert rsvp.box is None


def test_unsubscribe_links_of_purged_actions_are_dropped_after_60_days_and_others_are_not(action, later, purge, at):
    links = [tokens.digest(make.person(make.rsvp(where, "ada@example.org")).unsubscribe) for where in (action, later)]
    local(at, 2023, 6, 7, 23, 30)
    purge()
    at.forward(timedelta(days=61))
    db.session.get(UnsubscribeLink, links[1]).expires_on = at().date() - timedelta(days=1)
    db.session.get(ActionKey, later.id)
    later.set_time(datetime(2024, 1, 1, 7, 0), datetime(2024, 1, 1, 9, 0), "America/Toronto")

    purge()

    assert db.session.get(UnsubscribeLink, links[0]) is None
    assert db.session.get(UnsubscribeLink, links[1]) is not None


def test_the_log_of_a_purge_counts_and_names_nobody(action, purge, at, caplog):
    caplog.set_level("INFO")
    rsvp = make.rsvp(action, "ada@example.org", name="Ada")
    token, id_ = rsvp.token, rsvp.id
    local(at, 2023, 6, 7, 23, 30)

    purge()

    assert f"action {action.id}, 1 RSVPs" in caplog.text
    for secret in ("ada", token, id_):
        assert secret.lower() not in caplog.text.lower()


def test_what_is_due_is_nothing_once_it_is_erased(action, purge, at):
    make.rsvp(action, "ada@example.org")
    make.rsvp(action)
    local(at, 2023, 6, 7, 23, 30)
    due = erasure.due(at())

    purge()

    assert due == [action.id]
    assert erasure.due(at()) == []
    assert {rsvp.state for rsvp in db.session.scalars(db.select(Rsvp))} == {State.CONFIRMED, State.UNVERIFIED}


def test_an_invitation_that_nobody_took_up_goes_after_its_week(app, purge, at):
    joining.invite_owner("alice@example.org", clock.now())
    at.forward(timedelta(days=4))
    joining.invite_owner("bob@example.org", clock.now())
    at.forward(timedelta(days=4))

    purge()

    assert db.session.scalars(db.select(Invitation.email)).all() == ["bob@example.org"]
