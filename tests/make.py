"""Plain builders of what tests talk about. Each flushes and returns a row; nothing is random."""

from datetime import datetime, timedelta
from itertools import count

from campaign import clock
from campaign.accounts import passwords
from campaign.accounts.membership import Level as MembershipLevel
from campaign.accounts.membership import Membership
from campaign.accounts.models import Organizer, Team
from campaign.actions.models import Action, Level
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import db

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


def action(owner=None, *, starts=None, hours=2.5, publish=True, cause=None, slug=None, **more):
    """A published action of `owner` (a team), 31 May 2023, 7:00 am in Ottawa unless told otherwise.

    starts: naive, wall clock of the action's zone.
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
    row.set_time(starts, starts + timedelta(hours=hours), zone)
    _add(row)
    if publish:
        row.publish(now)
        db.session.flush()
    return row


def _add(row):
    db.session.add(row)
    db.session.flush()
    return row
