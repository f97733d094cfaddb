"""The front page, and what machines ask of a site."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaign import clock, create_app
from campaign.actions.models import Kind
from campaign.columns import Texts
from campaign.extensions import db
from campaign.outbox.models import Kind as LetterKind
from campaign.outbox.models import Occasion, OccasionState, OnUnknown, Priority
from tests import make


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        ("es", "es"),
        ("de,en;q=0.1", "en"),
        ("de", "fr"),
        ("", "fr"),
        (",;q=;\x7f", "fr"),
    ],
)
def test_a_visitor_is_led_to_their_language_else_the_campaigns(client, accept, lang):
    make.campaign(language="fr")

    page = client.get("/", headers={"Accept-Language": accept})

    assert page.status_code == 302
    assert page.location == f"/{lang}/"
    assert page.headers["Vary"] == "Accept-Language"


def test_an_empty_site_says_so(client):
    page = client.get("/en/")

    assert page.status_code == 200
    assert "Nothing here yet" in page.text


def test_the_only_campaign_is_the_front_page(client):
    cause = make.campaign()
    make.action(cause=cause, title=Texts(en="Vigil"), kind=Kind.VIGIL, starts=_may(20))
    make.action(cause=cause, slug="protest", title=Texts(en="Protest CANSEC"))
    make.action(cause=cause, title=Texts(en="Sit-in"), starts=_may(2))
    make.action(cause=cause, title=Texts(en="A secret draft"), publish=False)
    make.action(cause=cause, title=Texts(en="For friends"), unlisted=True)
    make.article(cause, title=Texts(en="Why we go"))
    make.article(cause, title=Texts(en="Half an article"), publish=False)

    page = client.get("/en/").text

    assert "<h1>No arms for repression</h1>" in page
    assert '/en/actions/protest#rsvp">RSVP for 31 May</a>' in page
    assert "Why we go" in page
    assert page.index("Vigil") < page.index("Protest CANSEC") < page.index("What has been") < page.index("Sit-in")
    assert "secret" not in page
    assert "friends" not in page
    assert "Half an article" not in page


def test_several_campaigns_share_the_front_page(client):
    make.campaign(slug="other", claim=Texts(en="Clean water"))
    make.action(cause=make.campaign(slug="one"))

    page = client.get("/en/").text

    assert '/en/campaigns/one">' in page
    assert '/en/campaigns/other">Clean water</a>' in page
    assert "Protest CANSEC" in page
    assert page.count("<h1") == 1


def test_sample_content_is_called_sample_content(client):
    cause = make.campaign(sample=True)
    with_sample = client.get("/en/").text
    cause.sample = False

    assert "sample content" in with_sample
    assert "sample content" not in client.get("/en/").text


# ------------------------------------------------------------------ for machines


def test_health_tells_of_database_worker_and_mail(client):
    page = client.get("/health")

    assert page.status_code == 200
    assert page.json == {"database": True, "worker_seen_seconds": None, "oldest_overdue_seconds": 0}
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("seconds", "status"), [(600, 200), (601, 503)])
def test_mail_that_is_late_by_more_than_ten_minutes_is_no_health(client, seconds, status):
    db.session.add(
        Occasion(
            kind=LetterKind.NOTICE,
            letter="messages/notice",
            subject="action:1",
            due_at=clock.now() - timedelta(seconds=seconds),
            expires_at=clock.now() + timedelta(days=1),
            state=OccasionState.PLANNED,
            priority=Priority.NOTICE,
            on_unknown=OnUnknown.RESEND,
            facts={},
        )
    )

    page = client.get("/health")

    assert page.status_code == status
    assert page.json["oldest_overdue_seconds"] == seconds


def test_a_database_out_of_reach_is_no_health(settings, tmp_path):
    nowhere = replace(settings, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'not' / 'there.db'}")

    page = create_app(nowhere).test_client().get("/health")

    assert page.status_code == 503
    assert page.json["database"] is False


def test_robots_may_read_pages_and_feeds_but_no_private_links(client):
    page = client.get("/robots.txt")

    assert page.mimetype == "text/plain"
    assert "Disallow: /manage/" in page.text
    assert "Disallow: /*/rsvps/" in page.text
    assert ".ics" not in page.text


def test_there_is_an_icon_for_browsers_that_look_for_one(client):
    page = client.get("/favicon.ico")

    assert page.mimetype == "image/png"
    assert page.data.startswith(b"\x89PNG")


def _may(day):
    return datetime(2023, 5, day, 19, 0)
