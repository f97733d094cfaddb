"""On which dates something repeats."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign import timezones
from campaign.actions import repeating
from campaign.actions.drafting import Time
from campaign.actions.repeating import Pattern
from campaign.errors import Conflict

FRIDAY = date(2026, 12, 4)
OTTAWA = "America/Toronto"


def weekly(every=1, weekdays=(), first=FRIDAY):
    return repeating.rule(Pattern.WEEKLY, every, weekdays, first)


def vigil(day=FRIDAY, begins=(18, 0), lasts=timedelta(hours=1), zone=OTTAWA):
    starts = datetime(day.year, day.month, day.day, *begins)
    return Time(starts, starts + lasts, zone)


def said(days):
    return [day.isoformat() for day in days]


def test_every_week_is_the_same_weekday_so_many_times():
    days = repeating.days(weekly(), FRIDAY, count=3)

    assert said(days) == ["2026-12-04", "2026-12-11", "2026-12-18"]


def test_every_other_week_on_chosen_days_counts_weeks_from_monday():
    days = repeating.days(weekly(2, [0, 3]), FRIDAY, until=date(2026, 12, 31))

    assert said(days) == ["2026-12-04", "2026-12-14", "2026-12-17", "2026-12-28", "2026-12-31"]


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        (Pattern.MONTHLY, FRIDAY, ["2026-12-04", "2027-01-01", "2027-02-05"]),
        (Pattern.MONTHLY, date(2026, 12, 22), ["2026-12-22", "2027-01-26", "2027-02-23"]),
        (Pattern.MONTHLY_LAST, date(2026, 12, 25), ["2026-12-25", "2027-01-29", "2027-02-26"]),
        (Pattern.MONTHLY_LAST, date(2026, 12, 31), ["2026-12-31", "2027-01-28", "2027-02-25"]),
    ],
)
def test_every_month_is_the_same_weekday_of_the_month(pattern, first, expected):
    rule = repeating.rule(pattern, 1, [], first)

    assert said(repeating.days(rule, first, count=3)) == expected


@pytest.mark.parametrize(
    ("first", "fitting"),
    [
        (date(2026, 12, 4), [Pattern.WEEKLY, Pattern.MONTHLY]),
        (date(2026, 12, 25), [Pattern.WEEKLY, Pattern.MONTHLY, Pattern.MONTHLY_LAST]),
        (date(2026, 12, 31), [Pattern.WEEKLY, Pattern.MONTHLY_LAST]),  # a fifth Thursday: few months have one
    ],
)
def test_only_what_every_month_has_is_offered(first, fitting):
    assert repeating.patterns(first) == fitting


def test_whichever_end_comes_first_ends_it():
    assert len(repeating.days(weekly(), FRIDAY, count=10, until=date(2026, 12, 18))) == 3
    assert len(repeating.days(weekly(), FRIDAY, count=2, until=date(2026, 12, 18))) == 2


def test_two_years_of_a_weekly_one_are_the_most():
    assert len(repeating.days(weekly(), FRIDAY, count=104)) == 104
    assert len(repeating.days(weekly(), FRIDAY, until=FRIDAY + timedelta(weeks=103))) == 104
    for end in ({"count": 105}, {"until": FRIDAY + timedelta(weeks=104)}, {"until": date(9999, 12, 31)}):
        with pytest.raises(Conflict, match="more than 104 dates"):
            repeating.days(weekly(), FRIDAY, **end)


def test_without_an_end_it_is_refused():
    with pytest.raises(Conflict, match="Say when it ends"):
        repeating.days(weekly(), FRIDAY)


def test_further_dates_go_on_in_the_same_step():
    further = repeating.days_after(weekly(2), FRIDAY, date(2026, 12, 18), count=2)

    assert said(further) == ["2027-01-01", "2027-01-15"]


def test_the_hour_stays_when_the_clocks_change():
    dates = repeating.at([date(2027, 3, 12), date(2027, 3, 19)], vigil())

    assert {one.time.starts_local.hour for one in dates} == {18}
    before, after = (timezones.instant(one.time.starts_local, OTTAWA) for one in dates)
    assert after - before == timedelta(days=7, hours=-1)


def test_an_hour_that_the_clocks_jump_over_is_as_far_on_as_they_jump_and_is_named():
    [one] = repeating.at([date(2027, 3, 14)], vigil(begins=(2, 30)))

    assert one.missing == datetime(2027, 3, 14, 2, 30)
    assert (one.time.starts_local, one.time.ends_local) == (datetime(2027, 3, 14, 3, 30), datetime(2027, 3, 14, 4, 30))


def test_an_end_that_the_clocks_jump_over_moves_alone():
    [one] = repeating.at([date(2027, 3, 14)], vigil(begins=(1, 15)))

    assert one.missing is None
    assert (one.time.starts_local.hour, one.time.ends_local.hour) == (1, 3)


def test_whole_days_stay_whole_days_even_without_a_midnight():
    camp = Time(datetime(2023, 4, 21), datetime(2023, 4, 23), "Africa/Cairo", all_day=True)

    [one] = repeating.at([date(2023, 4, 28)], camp)

    assert one == repeating.Date(Time(datetime(2023, 4, 28), datetime(2023, 4, 30), "Africa/Cairo", all_day=True))


@settings(max_examples=100)
@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from(list(Pattern)),
    st.integers(1, 12),
    st.sets(st.integers(0, 6)),
    st.integers(2, 104),
)
def test_dates_grow_begin_with_the_first_and_are_as_many_as_asked(first, pattern, every, weekdays, count):
    if pattern not in repeating.patterns(first):
        return

    days = repeating.days(repeating.rule(pattern, every, weekdays, first), first, count=count)

    assert days[0] == first
    assert len(days) == count
    assert days == sorted(set(days))
    assert repeating.days(repeating.rule(pattern, every, weekdays, first), first, until=days[-1]) == days


@settings(max_examples=100)
@given(
    st.dates(date(2007, 1, 1), date(2037, 1, 1)),
    st.sampled_from(["America/Toronto", "Europe/Paris", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe"]),
    st.times(),
    st.integers(1, 60 * 24 * 3),
)
def test_every_date_has_a_start_that_exists_and_an_end_after_it(day, zone, begins, minutes):
    at = begins.replace(second=0, microsecond=0, fold=0)
    like = vigil(begins=(at.hour, at.minute), lasts=timedelta(minutes=minutes), zone=zone)

    for one in repeating.at([day + timedelta(days=number) for number in range(7)], like):
        starts, ends = (timezones.instant(wall, zone) for wall in (one.time.starts_local, one.time.ends_local))
        assert ends > starts
