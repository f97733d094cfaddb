"""The stamp of public forms."""

from datetime import UTC, datetime, timedelta

import pytest

from campaign.web import stamp

NOON = datetime(2023, 5, 10, 12, 0, tzinfo=UTC)


def test_everybody_gets_the_same_stamp_for_an_hour_so_that_pages_stay_cacheable(app):
    assert stamp.make("action:7", NOON) == stamp.make("action:7", NOON + timedelta(minutes=59))
    assert stamp.make("action:7", NOON) != stamp.make("action:7", NOON + timedelta(minutes=60))


@pytest.mark.parametrize(
    ("hours", "good"), [(-2, False), (-1, True), (0, True), (24, True), (25, False), (9000, False)]
)
def test_a_stamp_is_good_for_24_hours(app, hours, good):
    made = stamp.make("action:7", NOON)

    assert stamp.is_good(made, "action:7", NOON + timedelta(hours=hours)) is good


def test_a_stamp_is_good_for_one_thing_only(app):
    made = stamp.make("action:7", NOON)

    assert not stamp.is_good(made, "action:77", NOON)
    assert not stamp.is_good(made, "article:7", NOON)


@pytest.mark.parametrize(
    "wrong", ["", "1", ".", "467700.", "-1.{mac}", "467700.{mac}\n", "٤.{mac}", "9999999999.{mac}"]
)
def test_what_was_never_made_is_not_good(app, wrong):
    mac = stamp.make("action:7", NOON).partition(".")[2]

    assert not stamp.is_good(wrong.format(mac=mac), "action:7", NOON)


def test_the_hour_cannot_be_changed_to_renew_a_stamp(app):
    old = stamp.make("action:7", NOON - timedelta(days=3))

    renewed = f"{stamp.hour(NOON)}.{old.partition('.')[2]}"

    assert not stamp.is_good(renewed, "action:7", NOON)


def test_another_secret_makes_other_stamps(app, monkeypatch):
    made = stamp.make("action:7", NOON)

    monkeypatch.setitem(app.config, "SECRET_KEY", "another key for tests, 32 characters too")

    assert not stamp.is_good(made, "action:7", NOON)
