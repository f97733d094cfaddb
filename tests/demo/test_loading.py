"""`flask demo load`: the reference case, loaded once and left alone."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from campaign.accounts.models import Organizer
from campaign.actions.models import Action, Status
from campaign.articles.models import Article, ArticleLink
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.columns import Texts
from campaign.demo import dates
from campaign.extensions import Record, db
from campaign.messages.models import Rule
from campaign.rsvps.models import Rsvp
from tests import make

OTTAWA = "America/Toronto"


@pytest.fixture
def notes(app):
    """What `demo.json` says."""
    path = app.config["INSTANCE_DIR"] / "demo.json"
    path.unlink(missing_ok=True)
    yield lambda: json.loads(path.read_text())
    path.unlink(missing_ok=True)


@pytest.fixture
def load(app, notes):
    def load(*arguments):
        db.session.commit()
        done = app.test_cli_runner().invoke(args=["demo", "load", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        db.session.rollback()
        return done

    return load


def _action(slug):
    return db.session.scalars(select(Action).where(Action.slug == slug)).one()


def _all():
    """Every row of every table."""
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in Record.metadata.sorted_tables
    }


def test_the_reference_case_is_there(load, client):
    load()

    protest = _action("protest-cansec")
    assert protest.status is Status.PUBLISHED
    assert protest.starts_at == datetime(2023, 5, 31, 11, 0, tzinfo=UTC)
    assert protest.place == "EY Centre, 4899 Uplands Drive, Ottawa"
    assert re.fullmatch(r"[A-Za-z0-9_-]{27}@localhost", protest.uid)
    assert [protest.at_minute(item.minutes_from_start).strftime("%H:%M") for item in protest.agenda] == [
        "06:45",
        "07:00",
        "07:50",
        "09:30",
    ]
    assert "keynote" in protest.agenda[2].text["en"]
    assert db.session.scalars(select(Campaign)).one().slug == "ottawa-against-the-arms-fair"
    for slug in ("protest-cansec", "protest-cansec-next", "demo-tomorrow", "marshal-training"):
        assert client.get(f"/en/actions/{slug}").status_code == 200
    assert _action("marshal-training").capacity == 5


def test_the_article_has_its_figures_and_names_who_says_what(load, client):
    load()

    page = client.get("/en/articles/what-canada-sells-to-peru").text

    article = db.session.scalars(select(Article).where(Article.slug == "what-canada-sells-to-peru")).one()
    assert article.figures[0].total == Decimal("2403611.89")
    for fact in (
        "News Updates",
        "26 May 2023",
        "$2,403,611.89",
        "2014 and in 2018",
        "49 deaths",
        "7 March 2023",
        "By The Maple’s count, 71 Canadian mining companies hold nearly $10 billion",
        "Illustration made for this site.",
        'class="quote"',
        'href="/en/actions/protest-cansec"',
    ):
        assert fact in page
    cited = {int(number) for number in re.findall(r'href="#s(\d+)"', page)}
    assert cited == {source.number for source in article.sources}


def test_every_text_of_the_demo_is_used_as_meant(load, client):
    load()

    for article in db.session.scalars(select(Article)).all():
        page = client.get(f"/en/articles/{article.slug}").text
        assert "[[" not in page
        assert "[^" not in page
        assert '<aside class="callout' in page


def test_the_site_says_what_is_sample_content(load, client):
    load()

    assert "sample content" in client.get("/en/").text


def test_loading_again_changes_nothing(load):
    load()
    before = _all()

    load()

    assert _all() == before


def test_what_somebody_edited_stays_edited(load):
    load()
    protest = _action("protest-cansec-next")
    protest.title, protest.slug = Texts(en="Ours now"), "ours"
    db.session.add(FormerSlug(kind="action", slug="protest-cansec-next", subject_id=protest.id))
    db.session.scalars(select(Campaign)).one().claim = Texts(en="Our claim")
    db.session.commit()
    before = _all()

    load()

    assert _all() == before


def test_what_is_missing_is_made(load):
    load()
    db.session.delete(db.session.scalars(select(Article).where(Article.slug == "what-canada-sells-to-peru")).one())
    db.session.commit()

    load()

    assert db.session.scalar(select(Article.id).where(Article.slug == "what-canada-sells-to-peru"))


# ------------------------------------------------------------------ dates


def test_what_has_passed_is_followed_by_a_new_one_and_keeps_its_own_page(load, client, at):
    load()
    uid, starts = _action("demo-tomorrow").uid, _action("demo-tomorrow").starts_local
    at.set(_action("demo-tomorrow").ends_at)

    load()

    renewed = _action("demo-tomorrow")
    assert renewed.uid != uid
    assert timedelta(hours=25) < renewed.starts_at - at() <= timedelta(hours=26)
    before = _action(f"demo-tomorrow-{starts:%Y-%m-%d-%H%M}")
    assert before.uid == uid
    assert before.starts_local == starts
    assert client.get(f"/en/actions/{before.slug}").status_code == 200


def test_reminders_of_the_coming_vigil_are_planned(load):
    load()

    mine = select(Rule).where(Rule.action_id == _action("demo-tomorrow").id, Rule.active, Rule.days.is_not(None))
    rules = db.session.scalars(mine.order_by(Rule.id)).all()
    assert [(rule.days, rule.at_local.hour) for rule in rules] == [(1, 18), (0, 6)]


def test_next_years_protest_is_tied_to_the_same_article(load, at):
    load()
    at.set(_action("protest-cansec-next").ends_at)

    load()

    [link] = db.session.scalars(
        select(ArticleLink).where(ArticleLink.action_id == _action("protest-cansec-next").id)
    ).all()
    assert link.article.slug == "what-canada-sells-to-peru"
    assert _action("protest-cansec-next").starts_local == datetime(2024, 5, 29, 7, 0)


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2023, 5, 10, 14, 0), datetime(2023, 5, 31, 7, 0)),
        (datetime(2023, 5, 31, 13, 29), datetime(2023, 5, 31, 7, 0)),
        (datetime(2023, 5, 31, 13, 30), datetime(2024, 5, 29, 7, 0)),
        (datetime(2024, 1, 1), datetime(2024, 5, 29, 7, 0)),
        (datetime(2026, 12, 31, 23, 59), datetime(2027, 5, 26, 7, 0)),
    ],
)
def test_the_next_protest_is_on_the_last_wednesday_of_the_coming_may(now, start):
    assert dates.next_protest(now.replace(tzinfo=UTC), OTTAWA)[0] == start


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2023, 5, 10, 14, 0), datetime(2023, 5, 21, 14, 0)),
        (datetime(2023, 5, 21, 21, 0), datetime(2024, 5, 19, 14, 0)),
    ],
)
def test_its_training_is_on_the_sunday_ten_days_before(now, start):
    found = dates.next_training(now.replace(tzinfo=UTC), OTTAWA)

    assert found == (start, start + timedelta(hours=3))
    assert start.weekday() == 6


def test_tomorrow_is_never_in_a_missing_hour():
    for minute in range(0, 60 * 24 * 2, 7):
        now = datetime(2023, 3, 10, 0, 0, tzinfo=UTC) + timedelta(minutes=minute)

        start, end = dates.tomorrow(now, OTTAWA)

        made = make.Action(starts_local=start)
        made.set_time(start, end, OTTAWA)
        assert timedelta(hours=25, minutes=30) < made.starts_at - now <= timedelta(hours=26)


# ------------------------------------------------------------------ signing in


def test_the_sign_in_is_handed_over_and_works(load, notes, client, app):
    load()

    path = app.config["INSTANCE_DIR"] / "demo.json"
    assert notes()["email"] == "organizer@example.org"
    assert path.stat().st_mode & 0o777 == 0o600
    client.sign_in(db.session.scalars(select(Organizer)).one(), notes()["password"])


def test_the_password_is_made_once_and_what_else_is_noted_stays(load, notes, app):
    load()
    first = notes()
    (app.config["INSTANCE_DIR"] / "demo.json").write_text(json.dumps({**first, "mailbox": "http://127.0.0.1:8025"}))

    load()

    assert notes() == {**first, "mailbox": "http://127.0.0.1:8025"}


def test_a_lost_note_is_written_anew_with_a_password_that_works(load, notes, client, app):
    load()
    (app.config["INSTANCE_DIR"] / "demo.json").unlink()

    load()

    client.sign_in(db.session.scalars(select(Organizer)).one(), notes()["password"])


def test_address_and_password_may_be_given(load, notes):
    load("--email", "dina@example.org", "--password", "four words that are given")

    assert notes() == {"email": "dina@example.org", "password": "four words that are given"}
    assert db.session.scalars(select(Organizer)).one().email == "dina@example.org"


def test_the_article_has_replies_with_the_teams_answer(client, load):
    load()
    load()

    page = client.get("/en/articles/what-canada-sells-to-peru").text

    assert "2 replies" in page
    assert page.count("under the orange flag") == 1


def test_organizers_see_charts_and_nobody_is_made_up(load, client):
    load("--email", "noor@example.org", "--password", make.PASSWORD)
    protest = _action("protest-cansec")

    client.sign_in(db.session.scalars(select(Organizer)).one())
    page = client.get(f"/manage/actions/{protest.id}").text

    assert "150" in page
    assert "24 May" in page
    answers = db.session.scalars(select(Rsvp).where(Rsvp.action_id == protest.id)).all()
    assert len(answers) > 100
    assert not any(answer.box or answer.blind_index or answer.manage_digest for answer in answers)
