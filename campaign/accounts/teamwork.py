"""Who belongs to a team and as what. A team keeps an owner: the statement that would take the last one away fails."""

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import aliased

from campaign.accounts.membership import Level, Membership
from campaign.accounts.models import Team
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db

LAST_OWNER = _l("A team needs an owner. Make somebody else an owner first.")


def member(team: Team, organizer_id: int) -> Membership:
    """Raises Missing."""
    found = db.session.get(Membership, (organizer_id, team.id))
    if found is None:
        raise Missing
    return found


def change_level(membership: Membership, level: Level) -> None:
    """Raises Conflict for the last owner."""
    change: Any = update(Membership).where(_is(membership)).values(level=level)
    if level is not Level.OWNER:
        change = change.where(_leaves_an_owner(membership.team_id))
    _done(change, membership)


def remove(membership: Membership) -> None:
    """At once: each page asks who is in the team. Raises Conflict for the last owner."""
    _done(delete(Membership).where(_is(membership), _leaves_an_owner(membership.team_id)), membership)


def _done(change: Any, membership: Membership) -> None:
    db.session.execute(select(Team.id).where(Team.id == membership.team_id).with_for_update())  # one change at a time
    if not db.session.execute(change.returning(Membership.organizer_id)).all():
        raise Conflict(LAST_OWNER)


def _is(membership: Membership) -> ColumnElement[bool]:
    return (Membership.organizer_id == membership.organizer_id) & (Membership.team_id == membership.team_id)


def _leaves_an_owner(team_id: int) -> ColumnElement[bool]:
    """Of a membership of the team: it is no owner's, or there is another owner."""
    other = aliased(Membership)
    another = exists().where(
        other.team_id == team_id, other.level == Level.OWNER, other.organizer_id != Membership.organizer_id
    )
    return (Membership.level != Level.OWNER) | another
