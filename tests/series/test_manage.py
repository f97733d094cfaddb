"""What repeats: made, published, changed and ended."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level as Membership
from campaign.actions.models import Action, Series, Status
from campaign.actions.parts import AgendaItem, Block, BlockKind
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages.models import Rule
from tests import make

REPEAT = {"pattern": "weekly", "every": "1", "weekdays": "4", "count": "4"}
YES = {"confirm": "yes"}


@pytest.fixture
def team(app):
    make.series(make.action(make.team("Other people")))
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team)


@pytest.fixture
def vigil(cause):
    """A draft: Friday 2 June 2023, six o'clock."""
    starts = datetime(2023, 6, 2, 18)
    action = make.action(cause=cause, slug="vigil", title=Texts(en="Vigil", fr="Veillée"), starts=starts, publish=False)
    action.agenda = [AgendaItem(minutes_from_start=30, text=Texts(en="Silence"))]
    action.blocks = [Block(kind=BlockKind.BRING, text=Texts(en="A candle."))]
    db.session.flush()
    return action


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def published(action):
    action.publish(action.created_at)
    return action


def of(series_id):
    return db.session.scalars(db.select(Action).where(Action.series_id == series_id).order_by(Action.starts_at)).all()


def days(actions):
    return [f"{action.starts_local:%Y-%m-%d %H:%M}" for action in actions]


def listed(page):
    return [item.get_text(" ", strip=True) for item in BeautifulSoup(page.text, "html.parser").select("ol.rows > li")]


# ------------------------------------------------------------------ making


def test_every_date_is_listed_before_any_is_made(alice, vigil):
    page = alice.post(f"/manage/actions/{vigil.id}/repeat", data=REPEAT)

    assert listed(page) == [
        "Friday 2 June 2023, 6:00 pm this one",
        "Friday 9 June 2023, 6:00 pm",
        "Friday 16 June 2023, 6:00 pm",
        "Friday 23 June 2023, 6:00 pm",
    ]
    assert "3 dates will be made, beside this one." in page.text
    assert vigil.series_id is None


def test_each_date_is_a_draft_of_its_own_that_says_the_same(alice, vigil):
    article = make.article(vigil.campaign, about=[vigil])

    page = alice.post(f"/manage/actions/{vigil.id}/repeat", data={**REPEAT, **YES})

    dates = of(vigil.series_id)
    assert page.location == f"/manage/series/{vigil.series_id}"
    assert days(dates) == ["2023-06-02 18:00", "2023-06-09 18:00", "2023-06-16 18:00", "2023-06-23 18:00"]
    assert [date.slug for date in dates] == ["vigil", "vigil-2023-06-09", "vigil-2023-06-16", "vigil-2023-06-23"]
    assert len({date.uid for date in dates}) == 4
    for date in dates[1:]:
        assert date.status is Status.DRAFT
        assert date.title == Texts(en="Vigil", fr="Veillée")
        assert [(item.minutes_from_start, item.text) for item in date.agenda] == [(30, Texts(en="Silence"))]
        assert [block.text for block in date.blocks] == [Texts(en="A candle.")]
        assert article.id in {link.article_id for link in article.links if link.action_id == date.id}


def test_own_messages_are_taken_along(alice, vigil):
    db.session.add(Rule(action_id=vigil.id, kind="reminder", minutes=90, letter="messages/reminder"))

    alice.post(f"/manage/actions/{vigil.id}/repeat", data={**REPEAT, **YES})

    assert [
        [rule.minutes for rule in db.session.scalars(db.select(Rule).where(Rule.action_id == date.id))]
        for date in of(vigil.series_id)
    ] == [[90]] * 4


def test_the_hour_that_the_clocks_jump_over_is_named_and_stays_one_date(alice, cause):
    night = make.action(cause=cause, starts=datetime(2023, 3, 5, 2, 30), hours=1, publish=False)
    sundays = {**REPEAT, "weekdays": "6", "count": "3"}

    page = alice.post(f"/manage/actions/{night.id}/repeat", data=sundays)
    alice.post(f"/manage/actions/{night.id}/repeat", data={**sundays, **YES})

    assert "no 2:30 am that day" in page.text
    assert "so it begins at 3:30 am" in page.text
    assert days(of(night.series_id)) == ["2023-03-05 02:30", "2023-03-12 03:30", "2023-03-19 02:30"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": ""}, "Say when it ends: a number of dates, or a last day."),
        ({"count": "105"}, "Enter a whole number from 2 to 104."),
        (
            {"count": "", "until-day": "1", "until-month": "1", "until-year": "2030"},
            "That would be more than 104 dates. Choose an earlier end.",
        ),
        ({"until-day": "1", "until-month": "6", "until-year": "2023"}, "The last day comes after the first date."),
        ({"until-day": "31", "until-month": "6", "until-year": "2023"}, "There is no such date."),
        ({"every": "0"}, "Enter a whole number from 1 to 12."),
        ({"pattern": "daily"}, "There is a problem"),
        ({"weekdays": "9"}, "not"),
    ],
)
def test_what_makes_no_series_is_refused_in_words(alice, vigil, changes, words):
    page = alice.post(f"/manage/actions/{vigil.id}/repeat", data={**REPEAT, **changes, **YES})

    assert page.status_code == 422
    assert words in page.text
    assert vigil.series_id is None


def test_on_second_thoughts_the_form_comes_back_as_it_was(alice, vigil):
    page = alice.post(f"/manage/actions/{vigil.id}/repeat", data={**REPEAT, "confirm": "change"})

    assert BeautifulSoup(page.text, "html.parser").find(id="count")["value"] == "4"


def test_what_repeats_already_does_not_repeat_again(alice, vigil):
    dates = make.series(vigil)

    shown = alice.get(f"/manage/actions/{dates[2].id}/repeat")
    page = alice.post(f"/manage/actions/{dates[2].id}/repeat", data={**REPEAT, **YES})

    assert "It is one date of a series already." in shown.text
    assert page.status_code == 409
    assert len(of(vigil.series_id)) == 4


def test_the_first_friday_is_offered_where_it_is_one(alice, vigil):
    page = alice.get(f"/manage/actions/{vigil.id}/repeat")

    assert "Every month on the first Friday" in page.text
    assert "on the last Friday" not in page.text


# ------------------------------------------------------------------ publishing


def test_publishing_says_how_many_dates_and_then_publishes_each(alice, client, vigil):
    dates = make.series(vigil)

    asked = alice.get(f"/manage/series/{vigil.series_id}/publish")
    alice.post(f"/manage/series/{vigil.series_id}/publish")

    assert "These 4 dates become public" in asked.text
    assert {date.status for date in dates} == {Status.PUBLISHED}
    assert client.get(f"/campaigns/{vigil.campaign.slug}/calendar.ics").text.count("BEGIN:VEVENT") == 4
    assert client.get("/en/actions/vigil-2023-06-16").status_code == 200


def test_what_is_over_stays_a_draft(client, team, vigil, at):
    dates = make.series(vigil)
    at.set(dates[1].ends_at + timedelta(hours=1))
    client.sign_in(make.account("Alice", team))

    client.post(f"/manage/series/{vigil.series_id}/publish")

    assert [date.status for date in dates] == [Status.DRAFT, Status.DRAFT, Status.PUBLISHED, Status.PUBLISHED]


def test_publishing_twice_is_refused_in_words(alice, vigil):
    make.series(published(vigil))

    page = alice.post(f"/manage/series/{vigil.series_id}/publish")

    assert page.status_code == 409
    assert "Every date of this series is published already." in page.text


def test_nothing_of_a_series_is_published_without_the_teams_addresses(alice, team, vigil):
    dates = make.series(vigil)
    team.postal_address = ""

    page = alice.post(f"/manage/series/{vigil.series_id}/publish")

    assert page.status_code == 409
    assert {date.status for date in dates} == {Status.DRAFT}


# ------------------------------------------------------------------ one date alone


def test_a_date_that_is_cancelled_alone_leaves_the_others(alice, vigil):
    dates = make.series(published(vigil))

    alice.post(f"/manage/actions/{dates[1].id}/cancel", data={"reason": "Storm"})

    assert [date.status.value for date in dates] == ["published", "cancelled", "published", "published"]


# ------------------------------------------------------------------ this and following


def following(action, *what, **more):
    return {"what": list(what), "reason": "The church is closed.", **more}


def test_what_changes_on_which_date_is_shown_before_it_does(alice, vigil):
    _first, second, third, _ = make.series(published(vigil))
    make.rsvp(third, "ada@example.org")
    second.venue = "Fountain"
    second.set_time(datetime(2023, 6, 9, 19), datetime(2023, 6, 9, 20), second.zone)

    page = alice.post(f"/manage/actions/{second.id}/following", data=following(second, "place", "hours", "texts"))

    assert [line.split(",")[0] for line in listed(page)] == ["Friday 16 June 2023", "Friday 23 June 2023"]
    assert "6:00 pm – 8:30 pm → 7:00 pm – 8:00 pm" in listed(page)[0]
    assert "EY Centre, 4899 Uplands Drive, Ottawa → Fountain, 4899 Uplands Drive, Ottawa" in listed(page)[0]
    assert "Texts" not in listed(page)[0]
    assert "1 person who answered is told by mail." in page.text
    assert third.venue == "EY Centre"


def test_this_and_following_changes_those_that_follow_and_tells_their_people(alice, worker, mailbox, vigil):
    first, second, third, fourth = make.series(published(vigil))
    make.rsvp(first, "ada@example.org")
    make.rsvp(third, "bea@example.org")
    second.venue, second.title = "Fountain", Texts(en="Silent vigil")
    second.set_time(datetime(2023, 6, 9, 19), datetime(2023, 6, 9, 20), second.zone)
    uids = [date.uid for date in (first, second, third, fourth)]

    alice.post(f"/manage/actions/{second.id}/following", data=following(second, "place", "hours", "texts", **YES))
    worker.run_until_idle()
    worker.run_until_idle()

    assert days(of(vigil.series_id)) == ["2023-06-02 18:00", "2023-06-09 19:00", "2023-06-16 19:00", "2023-06-23 19:00"]
    assert [date.venue for date in (first, third, fourth)] == ["EY Centre", "Fountain", "Fountain"]
    assert [date.title["en"] for date in (first, third, fourth)] == ["Vigil", "Silent vigil", "Silent vigil"]
    assert [date.uid for date in (first, second, third, fourth)] == uids
    assert third.revision == 1
    letter = mailbox.to("bea@example.org")[-1]
    assert letter.subject == "Moved: Friday 16 June 2023, 7:00 pm"
    assert "The church is closed." in letter.text
    assert not any(letter.subject.startswith("Moved") for letter in mailbox.to("ada@example.org"))


def test_texts_alone_are_carried_over_without_a_word_to_anybody(alice, vigil):
    first, second, *_ = make.series(published(vigil))
    first.title, first.venue = Texts(en="Silent vigil", fr="Veillée silencieuse"), "Fountain"
    version = second.version

    page = alice.post(f"/manage/actions/{first.id}/following", data={"what": "texts", **YES})

    assert page.status_code == 303
    assert second.title == Texts(en="Silent vigil", fr="Veillée silencieuse")
    assert (second.venue, second.revision) == ("EY Centre", 0)
    assert second.version > version


def test_plan_and_sections_are_carried_over_whole(alice, vigil):
    first, second, *_ = make.series(vigil)
    first.agenda[0].text = Texts(en="Songs")
    first.blocks = [
        Block(kind=BlockKind.BRING, text=Texts(en="A lamp.")),
        Block(kind=BlockKind.ACCESS, text=Texts(en="Ramp.")),
    ]

    alice.post(f"/manage/actions/{first.id}/following", data={"what": "parts", **YES})

    assert [item.text for item in second.agenda] == [Texts(en="Songs")]
    assert {block.kind: block.text for block in second.blocks} == {
        BlockKind.BRING: Texts(en="A lamp."),
        BlockKind.ACCESS: Texts(en="Ramp."),
    }
    assert [item.text for item in first.agenda] == [Texts(en="Songs")]


def test_dates_that_are_cancelled_over_or_postponed_keep_their_time(alice, vigil, at):
    first, second, third, fourth = make.series(published(vigil))
    second.cancel(at())
    third.postpone(at())
    first.set_time(datetime(2023, 6, 2, 12), datetime(2023, 6, 2, 13), first.zone)

    alice.post(f"/manage/actions/{first.id}/following", data=following(first, "hours", **YES))

    assert [date.starts_local.hour for date in (second, third, fourth)] == [18, 18, 12]
    assert third.status is Status.POSTPONED


@pytest.mark.parametrize(
    ("data", "words"), [({}, "Tick what they take over."), ({"what": "place", "reason": ""}, "Enter a reason.")]
)
def test_what_would_change_nothing_or_needs_a_reason_is_refused_in_words(alice, vigil, data, words):
    first, second, *_ = make.series(published(vigil))
    first.venue = "Fountain"

    page = alice.post(f"/manage/actions/{first.id}/following", data={**data, **YES})

    assert page.status_code == 422
    assert words in page.text
    assert second.venue == "EY Centre"


def test_after_the_last_date_there_is_nothing_to_carry_over_to(alice, vigil):
    *_, last = make.series(vigil)

    page = alice.get(f"/manage/actions/{last.id}/following")

    assert "No date follows this one." in page.text


# ------------------------------------------------------------------ the end, and more


def test_ending_a_series_cancels_this_and_all_that_follow_and_tells_their_people(alice, worker, mailbox, vigil):
    first, second, third, _fourth = make.series(vigil)
    for date in (first, second, third):
        published(date)
    make.rsvp(first, "ada@example.org")
    make.rsvp(third, "bea@example.org")

    asked = alice.get(f"/manage/actions/{second.id}/end-series")
    alice.post(f"/manage/actions/{second.id}/end-series", data={"reason": "We have won."})
    worker.run_until_idle()
    worker.run_until_idle()

    assert "1 person who answered is told by mail." in asked.text
    assert "Deleted, since the public has never seen them:" in asked.text
    assert of(vigil.series_id) == [first, second, third]
    assert [date.status.value for date in (first, second, third)] == ["published", "cancelled", "cancelled"]
    assert "We have won." in mailbox.to("bea@example.org")[-1].text
    assert not any("We have won." in letter.text for letter in mailbox.to("ada@example.org"))


def test_ending_needs_a_reason_where_somebody_may_know_of_it(alice, vigil):
    dates = make.series(published(vigil))

    page = alice.post(f"/manage/actions/{dates[1].id}/end-series", data={"reason": ""})

    assert page.status_code == 422
    assert {date.status for date in dates} == {Status.PUBLISHED}


def test_a_series_of_drafts_that_ends_with_its_first_date_is_gone(alice, vigil):
    series_id = make.series(vigil)[0].series_id

    page = alice.post(f"/manage/actions/{vigil.id}/end-series")

    assert page.location == "/manage/actions/"
    assert db.session.get(Series, series_id) is None
    assert of(series_id) == []


def test_a_series_goes_on_as_its_last_date_says(alice, vigil):
    *_, last = make.series(published(vigil))
    last.venue = "Fountain"

    asked = alice.post(f"/manage/series/{vigil.series_id}/extend", data={"count": "2"})
    alice.post(f"/manage/series/{vigil.series_id}/extend", data={"count": "2", **YES})

    assert listed(asked) == ["Friday 30 June 2023, 6:00 pm", "Friday 7 July 2023, 6:00 pm"]
    *_, fifth, sixth = of(vigil.series_id)
    assert days([fifth, sixth]) == ["2023-06-30 18:00", "2023-07-07 18:00"]
    assert (sixth.slug, sixth.venue, sixth.status) == ("vigil-2023-07-07", "Fountain", Status.DRAFT)


def test_a_last_day_before_the_next_date_brings_none(alice, vigil):
    make.series(vigil)
    soon = {"until-day": "24", "until-month": "6", "until-year": "2023"}

    page = alice.post(f"/manage/series/{vigil.series_id}/extend", data={**soon, **YES})

    assert page.status_code == 422
    assert "The series has no further date until then." in page.text


# ------------------------------------------------------------------ where they are shown


def test_each_dates_page_leads_to_the_next_ones_and_takes_its_own_answers(client, vigil, at):
    _first, second, *_ = make.series(published(vigil))
    second.cancel(at())

    page = BeautifulSoup(client.get("/en/actions/vigil").text, "html.parser")

    more = page.find("section", attrs={"aria-labelledby": "more-dates"})
    assert [(item.a["href"], item.get_text(" ", strip=True)) for item in more.find_all("li")] == [
        ("/en/actions/vigil-2023-06-09", "Friday 9 June 2023, 6:00 pm Cancelled"),
        ("/en/actions/vigil-2023-06-16", "Friday 16 June 2023, 6:00 pm"),
        ("/en/actions/vigil-2023-06-23", "Friday 23 June 2023, 6:00 pm"),
    ]
    assert page.find(id="rsvp").find("form")["action"].startswith("/en/actions/vigil/rsvp")


def test_drafts_and_what_is_over_are_no_next_dates(client, vigil, at):
    first, *drafts = make.series(vigil)
    published(drafts[2])
    published(first)
    page = client.get("/en/actions/vigil").text
    assert "vigil-2023-06-23" in page
    assert "vigil-2023-06-09" not in page

    at.set(first.ends_at)

    assert "/en/actions/vigil#" not in client.get("/en/actions/vigil-2023-06-23").text
    assert "More dates" not in client.get("/en/actions/vigil-2023-06-23").text


def test_an_action_by_itself_is_one_of_no_series(client, vigil):
    published(vigil)

    assert "More dates" not in client.get("/en/actions/vigil").text


def test_the_organizers_list_shows_a_series_once(alice, vigil):
    make.series(published(vigil))

    page = BeautifulSoup(alice.get("/manage/actions/").text, "html.parser")

    assert [title.text for title in page.select(".agenda h3")] == ["Vigil"]
    link = page.find("a", href=f"/manage/series/{vigil.series_id}")
    assert link.text.startswith("and 3 more dates")


def test_an_overview_leads_to_its_series_or_lets_it_repeat(alice, vigil):
    assert f"/manage/actions/{vigil.id}/repeat" in alice.get(f"/manage/actions/{vigil.id}").text

    make.series(vigil)

    page = alice.get(f"/manage/actions/{vigil.id}").text
    assert f"/manage/series/{vigil.series_id}" in page
    assert f"/manage/actions/{vigil.id}/following" in page
    assert f"/manage/actions/{vigil.id}/end-series" in page


# ------------------------------------------------------------------ who may


def test_an_outsider_sees_no_such_series(client, team, vigil):
    dates = make.series(vigil)
    client.sign_in(make.account("Charlie", make.team("More other people")))

    for path in (f"series/{vigil.series_id}", f"actions/{dates[0].id}/following", f"actions/{dates[0].id}/repeat"):
        assert client.get(f"/manage/{path}").status_code == 404


def test_a_moderator_publishes_and_ends_nothing(client, team, vigil):
    dates = make.series(vigil)
    client.sign_in(make.account("Bob", team, level=Membership.MODERATOR))

    assert client.post(f"/manage/series/{vigil.series_id}/publish").status_code == 403
    assert client.post(f"/manage/actions/{dates[0].id}/end-series", data={"reason": "x"}).status_code == 403
    assert {date.status for date in dates} == {Status.DRAFT}
