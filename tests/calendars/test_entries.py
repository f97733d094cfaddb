"""What a calendar is told of an action."""

from datetime import UTC, datetime, timedelta

import pytest

from campaign.actions.parts import AgendaItem
from campaign.calendars import entries
from campaign.columns import Texts
from tests import make

SITE = "https://example.org"


@pytest.fixture
def action(app):
    action = make.action(
        slug="protest-cansec",
        summary=Texts(en="Meet us at the gates.", fr="Retrouvons-nous aux portes."),
        latitude=45.3226,
        longitude=-75.6692,
    )
    action.agenda = [
        AgendaItem(minutes_from_start=-15, text=Texts(en="Marshals meet")),
        AgendaItem(minutes_from_start=50, text=Texts(en="The minister's keynote", fr="Discours de la ministre")),
    ]
    return action


def test_it_is_told_what_it_is_when_where_and_where_to_read_more(action):
    entry = entries.of_action(action, "en", SITE)

    assert entry.uid == action.uid
    assert (entry.title, entry.category) == ("Protest CANSEC", "Protest")
    assert (entry.starts_at, entry.ends_at) == (action.starts_at, action.ends_at)
    assert entry.place == "EY Centre, 4899 Uplands Drive, Ottawa"
    assert entry.position == (45.3226, -75.6692)
    assert entry.page == "https://example.org/en/actions/protest-cansec"
    assert entry.description == (
        "Meet us at the gates.\n\n"
        "6:45 am – Marshals meet\n7:50 am – The minister's keynote\n\n"
        "https://example.org/en/actions/protest-cansec"
    )


def test_each_language_has_its_own_words_and_address_and_the_same_uid(action):
    french = entries.of_action(action, "fr", SITE)

    assert french.uid == entries.of_action(action, "en", SITE).uid
    assert french.title == "Protest CANSEC"  # not translated yet: what there is
    assert french.description == (
        "Retrouvons-nous aux portes.\n\n"
        "6 h 45 – Marshals meet\n7 h 50 – Discours de la ministre\n\n"
        "https://example.org/fr/actions/protest-cansec"
    )


def test_stamps_are_those_of_the_row(action, at):
    at.forward(timedelta(days=3))
    action.touch(at())

    entry = entries.of_action(action, "en", SITE)

    assert entry.created_at == datetime(2023, 5, 10, 14, 0, tzinfo=UTC)
    assert entry.changed_at == datetime(2023, 5, 13, 14, 0, tzinfo=UTC)


def test_a_published_action_takes_the_time_of_those_who_come(action):
    entry = entries.of_action(action, "en", SITE)

    assert (entry.status, entry.busy, entry.sequence) == ("CONFIRMED", True, 0)


def test_a_cancelled_action_says_so_first_and_frees_the_time(action, at):
    action.cancel(at())

    entry = entries.of_action(action, "en", SITE)

    assert (entry.status, entry.busy, entry.sequence) == ("CANCELLED", False, 1)
    assert entry.title == "Cancelled: Protest CANSEC"
    assert entry.description.startswith("This action is cancelled.\n\nMeet us")


def test_a_postponed_action_stands_at_its_old_time_and_says_so(action, at):
    action.postpone(at())

    entry = entries.of_action(action, "en", SITE)

    assert (entry.status, entry.busy, entry.sequence) == ("TENTATIVE", False, 1)
    assert entry.title == "Postponed: Protest CANSEC"
    assert entry.starts_local == datetime(2023, 5, 31, 7, 0)
    assert entry.description.startswith("This action is postponed. A new date will follow.\n\n")


def test_a_moved_action_keeps_its_uid_and_names_every_date_it_had(action, at):
    uid = action.uid
    for day in (7, 14):
        action.move(datetime(2023, 6, day, 7), datetime(2023, 6, day, 9), "America/Toronto", at())

    entry = entries.of_action(action, "en", SITE)

    assert (entry.uid, entry.status, entry.title, entry.sequence) == (uid, "CONFIRMED", "Protest CANSEC", 2)
    assert entry.starts_local == datetime(2023, 6, 14, 7)
    assert entry.description.startswith(
        "Moved from Wednesday 31 May 2023, 7:00 am; Wednesday 7 June 2023, 7:00 am.\n\nMeet us"
    )


def test_an_action_that_came_back_to_its_first_date_does_not_claim_to_have_left_it(action, at):
    for month, day in ((6, 7), (5, 31)):
        action.move(datetime(2023, month, day, 7), datetime(2023, month, day, 9, 30), "America/Toronto", at())

    entry = entries.of_action(action, "en", SITE)

    assert entry.description.startswith("Moved from Wednesday 7 June 2023, 7:00 am.\n\n")


def test_a_percent_sign_in_a_title_is_a_percent_sign(action, at):
    action.title = Texts(en="100 %(title)s peace % now")
    action.cancel(at())

    assert entries.of_action(action, "en", SITE).title == "Cancelled: 100 %(title)s peace % now"


def test_an_action_at_the_equator_has_a_position(action):
    action.latitude, action.longitude = 0.0, 0.0

    assert entries.of_action(action, "en", SITE).position == (0.0, 0.0)


def test_half_a_position_is_none(action):
    action.longitude = None

    assert entries.of_action(action, "en", SITE).position is None


# ------------------------------------------------------------------ the agenda


def test_on_request_each_item_of_the_agenda_lasts_until_the_next(action):
    action.agenda[0].id, action.agenda[1].id = 11, 12

    whole, first, second = entries.with_agenda(action, "en", SITE)

    assert whole == entries.of_action(action, "en", SITE)
    assert first.title == "Protest CANSEC – Marshals meet"
    assert (first.starts_local, first.ends_local) == (datetime(2023, 5, 31, 6, 45), datetime(2023, 5, 31, 7, 50))
    assert (second.starts_local, second.ends_local) == (datetime(2023, 5, 31, 7, 50), datetime(2023, 5, 31, 9, 30))
    assert len({whole.uid, first.uid, second.uid}) == 3
    assert first.page == second.description == whole.page


def test_an_item_at_the_very_end_lasts_a_quarter_of_an_hour(action):
    action.agenda = [AgendaItem(id=13, minutes_from_start=150, text=Texts(en="Carpool home"))]

    [_, last] = entries.with_agenda(action, "en", SITE)

    assert last.ends_at - last.starts_at == timedelta(minutes=15)


def test_items_of_a_cancelled_action_are_cancelled(action, at):
    action.cancel(at())

    assert {entry.status for entry in entries.with_agenda(action, "en", SITE)} == {"CANCELLED"}
    assert all(entry.title.startswith("Cancelled: ") for entry in entries.with_agenda(action, "en", SITE))


def test_an_item_in_the_missing_hour_is_when_the_clocks_have_jumped(app):
    action = make.action(starts=datetime(2023, 3, 11, 22, 0), hours=9)
    action.agenda = [AgendaItem(id=14, minutes_from_start=270, text=Texts(en="Tea"))]

    [_, tea] = entries.with_agenda(action, "en", SITE)

    assert tea.starts_local == datetime(2023, 3, 12, 3, 30)


def test_an_item_after_midnight_names_its_day(app):
    action = make.action(starts=datetime(2023, 5, 31, 22, 0), hours=9)
    action.agenda = [AgendaItem(minutes_from_start=240, text=Texts(en="Tea"))]

    assert "Thu 1 Jun, 2:00 am – Tea" in entries.of_action(action, "en", SITE).description
