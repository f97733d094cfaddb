"""What may be typed in organizers' forms, and what is made of it."""

from datetime import date, datetime, time

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from campaign.fields import (
    AddressField,
    CoordinatesField,
    HourField,
    IdField,
    LineField,
    ProseField,
    WallTimeField,
    WholeNumberField,
    ZoneField,
    read_hour,
)


@pytest.fixture(autouse=True)
def _words(app):
    """Words need a language."""


class Everything(Form):
    line = LineField()
    prose = ProseField()
    address = AddressField()
    number = WholeNumberField(least=1, most=100)
    id = IdField()
    position = CoordinatesField()
    hour = HourField()
    zone = ZoneField(choices=[])
    starts = WallTimeField()
    ends = WallTimeField(day_optional=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Vigil\tat  dusk \r\n", "Vigil at dusk"),
        ("Bcc: x@example.org\r\nSubject: y", "Bcc: x@example.org Subject: y"),
        ("a\0b\x1b[31mc\u2028d", "a b [31mc d"),
        ("\u00a0", ""),
        ("Æther – “ünïcode” 🕯", "Æther – “ünïcode” 🕯"),
    ],
)
def test_a_line_is_one_line(typed, kept):
    assert read("line", typed).data == kept


def test_prose_keeps_its_paragraphs_and_nothing_that_controls():
    assert read("prose", "\r\nOne  \r\n\r\ntwo\rthree\0\n").data == "One\n\ntwo\nthree"


@pytest.mark.parametrize("typed", ["Team@Example.ORG", " team@example.org "])
def test_an_address_has_one_spelling(typed):
    assert read("address", typed).data == "team@example.org"


@pytest.mark.parametrize(
    "typed", ["team", "team@", "@example.org", "a b@example.org", "a@b@example.org", "a@localhost"]
)
def test_what_is_no_address_is_said_so(typed):
    assert read("address", typed).errors == ["Enter an email address like name@example.org."]


@pytest.mark.parametrize(("typed", "kept"), [("1", 1), (" 100 ", 100), ("007", 7), ("", None)])
def test_a_whole_number_is_read(typed, kept):
    field = read("number", typed)

    assert field.data == kept
    assert not field.errors


@pytest.mark.parametrize("typed", ["0", "101", "-1", "1_0", "１０", "1.0", "1e1", "ten", "+5", "9" * 5000])
def test_what_is_no_whole_number_in_bounds_is_refused_and_kept(typed):
    field = read("number", typed)

    assert field.data is None
    assert field.errors == ["Enter a whole number from 1 to 100."]
    assert typed in str(field())


@pytest.mark.parametrize("typed", ["x", "-1", "0", "99999999999999999999", ""])
def test_a_row_that_cannot_be_is_a_new_one(typed):
    field = read("id", typed)

    assert field.data is None
    assert not field.errors


@pytest.mark.parametrize(
    ("typed", "point"),
    [("45.3236, -75.6570", (45.3236, -75.657)), ("45.3236 -75.657", (45.3236, -75.657)), ("0;0", (0.0, 0.0))],
)
def test_a_position_is_read_as_map_sites_write_it(typed, point):
    assert read("position", typed).point == point


@pytest.mark.parametrize("typed", ["45.3", "91, 0", "0, 181", "45° N", "nan, inf", "1e2, 0", "45,3236, -75,657"])
def test_a_position_that_is_nowhere_is_refused(typed):
    field = read("position", typed)

    assert field.errors == ["Write latitude and longitude like 45.3236, -75.6570."]
    assert field.point is None


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("7:00", time(7)),
        ("07:00", time(7)),
        ("19.30", time(19, 30)),
        ("7h", time(7)),
        ("7 h 05", time(7, 5)),
        ("7:50 am", time(7, 50)),
        ("7 PM", time(19)),
        ("12 a.m.", time(0)),
        ("12:15 pm", time(12, 15)),
        ("0:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_an_hour_is_read_as_people_write_it(typed, hour):
    assert read_hour(typed) == hour


@pytest.mark.parametrize(
    "typed", ["7", "24:00", "7:60", "25h", "13 pm", "0 am", "seven", "-7:00", "7:0", "７:００", "7:00:00", "1" * 999]
)
def test_what_is_no_hour_is_none(typed):
    assert read_hour(typed) is None


def test_an_hour_that_cannot_be_read_is_refused_and_kept():
    field = read("hour", "half past six")

    assert field.errors == ["Write the time like 7:00 or 19:30."]
    assert field.data == "half past six"
    assert field.clock == ""


@pytest.mark.parametrize("typed", ["Europe/Nowhere", "", "America/Toronto; DROP", "../etc/passwd", "Factory"])
def test_a_zone_that_there_is_none_of_is_refused(typed):
    assert read("zone", typed).errors == ["Choose a time zone from the list."]


def test_an_older_name_of_a_zone_still_is_one():
    assert not read("zone", "Canada/Eastern").errors


def test_a_date_and_an_hour_make_a_moment():
    field = moment("starts", "31", "5", "2023", "7:00")

    assert field.data == datetime(2023, 5, 31, 7, 0)
    assert not field.errors
    assert field.clock == "07:00"


@pytest.mark.parametrize(
    ("day", "month", "year", "hour", "words", "wrong"),
    [
        ("", "", "", "", "Enter a date and a time.", {"day", "month", "year", "time"}),
        ("31", "", "2023", "7:00", "The date needs a day, a month and a year.", {"month"}),
        ("31", "6", "2023", "7:00", "There is no such date. Check the day and the month.", {"day", "month"}),
        ("29", "2", "2023", "7:00", "There is no such date. Check the day and the month.", {"day", "month"}),
        ("0", "5", "2023", "7:00", "There is no such date. Check the day and the month.", {"day", "month"}),
        ("1", "13", "2023", "7:00", "There is no such date. Check the day and the month.", {"day", "month"}),
        ("1", "5", "23", "7:00", "Write the year with four digits, such as 2023.", {"year"}),
        ("1", "5", "99999", "7:00", "Write the year with four digits, such as 2023.", {"year"}),
        ("１", "5", "2023", "7:00", "Write the date in numbers, such as 31, 5 and 2023.", {"day", "month", "year"}),
        ("31", "May", "2023", "7:00", "Write the date in numbers, such as 31, 5 and 2023.", {"day", "month", "year"}),
        ("31", "5", "2023", "", "Enter a time, such as 7:00 or 19:30.", {"time"}),
        ("31", "5", "2023", "25:00", "Write the time like 7:00 or 19:30.", {"time"}),
        (
            "31",
            "6",
            "2023",
            "",
            "There is no such date. Check the day and the month. Enter a time, such as 7:00 or 19:30.",
            {"day", "month", "time"},
        ),
    ],
)
def test_a_moment_that_cannot_be_is_refused_in_words_and_kept(day, month, year, hour, words, wrong):
    field = moment("starts", day, month, year, hour)

    assert field.errors == [words]
    assert field.data is None
    assert field.wrong == wrong
    assert field.typed == {"day": day, "month": month, "year": year, "time": hour}


def test_a_leap_day_exists_in_leap_years_only():
    assert moment("starts", "29", "2", "2024", "7:00").data == datetime(2024, 2, 29, 7, 0)


def test_a_moment_may_wait_for_its_day():
    field = moment("ends", "", "", "", "9:30")

    assert field.data is None
    assert not field.errors
    field.complete(date(2023, 5, 31))
    assert field.data == datetime(2023, 5, 31, 9, 30)


def test_a_moment_never_waits_for_its_hour():
    assert moment("ends", "", "", "", "").errors == ["Enter a time, such as 7:00 or 19:30."]


def test_a_moment_that_is_not_sent_at_all_is_missing():
    form = Everything(MultiDict({"line": "x"}))

    form.validate()

    assert form.starts.errors == ["Enter a date and a time."]


def read(name, typed):
    form = Everything(MultiDict({name: typed}))
    form.validate()
    return form[name]


def moment(name, day, month, year, hour):
    given = {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year, f"{name}-time": hour}
    form = Everything(MultiDict(given))
    form.validate()
    return form[name]
