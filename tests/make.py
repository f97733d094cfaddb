"""Plain builders of what tests talk about. Each flushes and returns a row; nothing is random."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count

from flask import current_app

from campaign import clock, tokens
from campaign.accounts import passwords
from campaign.accounts.membership import Level as MembershipLevel
from campaign.accounts.membership import Membership
from campaign.accounts.models import Organizer, Team
from campaign.actions import repeating
from campaign.actions.models import Action, Level, Status
from campaign.articles.models import (
    Article,
    ArticleLink,
    ArticleStatus,
    Category,
    FiguresRow,
    FiguresTable,
    LinkKind,
    Source,
)
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import db
from campaign.outbox.models import Delivery, Occasion
from campaign.photos.models import Photo
from campaign.replies.models import Reply, Verdict
from campaign.replies.sending import count_links
from campaign.rsvps import booking, intake, signup
from campaign.rsvps.forms import Asked
from campaign.rsvps.models import Answer, Rsvp, State
from campaign.rsvps.opening import open_box
from campaign.sealing import Keyring, Sealer
from campaign.series import making

PASSWORD = "four words, easily remembered"

_number = count(1)


def team(name="Heron collective", **more):
    given = {"reply_address": "team@example.org", "postal_address": "12 Sample Street, Ottawa", **more}
    return _add(Team(name=name, created_at=clock.now(), **given))


def account(name, team=None, level=MembershipLevel.OWNER, password=PASSWORD):
    """Somebody who can sign in. The cast: Alice owns, Bob is a member, Charlie is an outsider."""
    organizer = _add(
        Organizer(
            email=f"{name.lower()}@example.org",
            name=name,
            password=passwords.hashed(password),
            active=True,
            fs_uniquifier=f"uniquifier-{next(_number)}",
            confirmed_at=clock.now(),
            created_at=clock.now(),
        )
    )
    if team is not None:
        _add(Membership(organizer_id=organizer.id, team_id=team.id, level=level, since_at=clock.now()))
    return organizer


def campaign(owner=None, slug=None, **more):
    given = {
        "name": Texts(en="Ottawa Against the Arms Fair"),
        "claim": Texts(en="No arms for repression"),
        "lede": Texts(en="What we ask."),
        "about": Texts(en="Who we are."),
        "zone": "America/Toronto",
        "city": "Ottawa",
        **more,
    }
    owner = owner or team()
    now = clock.now().replace(microsecond=0)
    slug = slug or f"campaign-{next(_number)}"
    return _add(Campaign(team_id=owner.id, slug=slug, created_at=now, changed_at=now, **given))


def action(owner=None, *, starts=None, hours=2.5, all_day=False, publish=True, cause=None, slug=None, **more):
    """A published action of `owner` (a team), 31 May 2023, 7:00 am in Ottawa unless told otherwise.

    starts: naive, wall clock of the action's zone.
    all_day: then from midnight to midnight.
    """
    number = next(_number)
    starts = starts or datetime(2023, 5, 31, 7, 0)
    cause = cause or campaign(owner)
    given = {
        "title": Texts(en="Protest CANSEC"),
        "venue": "EY Centre",
        "address": "4899 Uplands Drive, Ottawa",
        "city": "Ottawa",
        "level": Level.REMINDERS,
        "status": Status.DRAFT,
        **more,
    }
    zone = given.pop("zone", "America/Toronto")
    now = clock.now().replace(microsecond=0)
    row = Action(
        campaign=cause,
        uid=f"action-{number}@example.org",
        slug=slug or f"action-{number}",
        created_at=now,
        changed_at=now,
        **given,
    )
    row.set_time(starts, starts + timedelta(hours=hours), zone, all_day=all_day)
    if publish:
        row.publish(now)
    return _add(row)


def series(first, count=4, **rule):
    """An action and those that repeat it, every week: its dates in order. The new ones are as public as the first."""
    given = {"pattern": repeating.Pattern.WEEKLY, "every": 1, "weekdays": [], **rule}
    rrule = repeating.rule(**given, first=first.starts_local.date())
    to_be = making.planned(first, rrule, count, None)
    dates = [first, *making.begin(first, rrule, to_be, "example.org", clock.now())]
    for later in dates[1:] if first.is_public() else ():
        later.publish(clock.now().replace(microsecond=0))
    db.session.flush()
    return dates


def article(cause=None, *, slug=None, sources=(), figures=(), about=(), publish=True, **more):
    """A published article of 26 May 2023.

    sources: their texts, numbered from 1. figures: tables, each a list of (label, value).
    about:   actions that it is tied to.
    """
    now = clock.now().replace(microsecond=0)
    given = {
        "title": Texts(en="What Canada sells to Peru"),
        "summary": Texts(en="Five years of figures."),
        "author": Texts(en="the research group"),
        "body": Texts(en="Read on."),
        "published_on": date(2023, 5, 26),
        **more,
    }
    row = Article(
        campaign=cause or campaign(),
        slug=slug or f"article-{next(_number)}",
        status=ArticleStatus.PUBLISHED if publish else ArticleStatus.DRAFT,
        created_at=now,
        changed_at=now,
        **given,
    )
    row.sources = [Source(number=number, text=Texts(en=text)) for number, text in enumerate(sources, 1)]
    row.figures = [
        FiguresTable(
            number=number,
            title=Texts(en="Exports"),
            finding=Texts(en="They grew."),
            label_heading=Texts(en="Year"),
            value_heading=Texts(en="Value"),
            currency="CAD",
            source=Texts(en="Global Affairs Canada"),
            source_number=1,
            rows=[
                FiguresRow(position=at, label=label, value=Decimal(value)) for at, (label, value) in enumerate(table)
            ],
        )
        for number, table in enumerate(figures, 1)
    ]
    row.links = [ArticleLink(action=action, kind=LinkKind.WHY) for action in about]
    return _add(row)


def category(cause=None, name="News Updates", slug="news-updates", **more):
    return _add(Category(campaign_id=(cause or campaign()).id, slug=slug, name=Texts(en=name), **more))


def photo(cause=None, **more):
    """A picture that comes with the code."""
    given = {"file": "img/gates", "alt": Texts(en="A crowd at dawn."), **more}
    return _add(Photo(campaign=cause or campaign(), **given))


def reply(article, text="Thank you.", *, name="Rosa", verdict=Verdict.APPROVED, of_team=False, parent=None, **more):
    """A reader's, sent today. `row.token` is its private link's."""
    today = clock.now().date()
    token = tokens.new()
    given = {"language": "en", "sent_on": today, "links": count_links(text), **more}
    if verdict is not Verdict.WAITING:
        given = {"decided_on": today, **given}
    row = Reply(article_id=article.id, name=name, text=text, verdict=verdict, of_team=of_team, **given)
    row.parent_id = parent.id if parent else None
    row.delete_digest = tokens.digest(token)
    row.token = token
    return _add(row)


def rsvp(
    action,
    address="",
    *,
    answer="yes",
    party_size=1,
    state="confirmed",
    name="",
    reminders=True,
    lang="en",
):
    """An answer that has come to `state` the way they all do, its letter sent and done with.

    With an address: sealed, pending, confirmed or cancelled; without: unverified or cancelled. `row.token` is its
    private link's, except while it is sealed.
    """
    asked = Asked(Answer(answer), party_size, address, name, reminders)
    before = set(db.session.scalars(db.select(Rsvp.id)))
    token = signup.receive(action, asked, Sealer(_keys_dir()), lang, clock.now())
    [made] = set(db.session.scalars(db.select(Rsvp.id))) - before
    row = db.session.get_one(Rsvp, made)
    if address and state != "sealed":
        intake.take_in(
            intake.open_box(row.id, action.id, row.box, _keyring(_keys_dir())), _keyring(_keys_dir()), clock.now()
        )
        db.session.flush()
        token = person(row).manage
        _forget_letters(row)
    if address and state in ("confirmed", "cancelled"):
        booking.confirm(row, clock.now())
    if state == "cancelled":
        booking.cancel(row, clock.now())
        _forget_letters(row)
    row.token = token
    db.session.flush()
    assert row.state == (State.UNVERIFIED if not address and state == "confirmed" else State(state))
    return row


def person(row):
    """Who an RSVP is of, as only the worker can tell: address, name, tokens."""
    return open_box(_keyring(_keys_dir()), row.action_id, row.id, row.box)


def _forget_letters(row):
    theirs = db.select(Delivery.occasion_id).where(Delivery.person_key == row.id)
    occasions = db.session.scalars(theirs).all()
    db.session.execute(db.delete(Delivery).where(Delivery.person_key == row.id))
    db.session.execute(db.delete(Occasion).where(Occasion.id.in_(occasions)))


def _keys_dir():
    return current_app.config["KEYS_DIR"]


@cache
def _keyring(keys_dir):
    return Keyring(keys_dir)


def _add(row):
    db.session.add(row)
    db.session.flush()
    return row
