"""Doing what an import's plan says: drafts, which nobody but the team sees."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from campaign.actions import drafting
from campaign.actions.drafting import Content, Place
from campaign.actions.models import Action, Kind
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.exchange.planning import Plan, Verdict
from campaign.exchange.taking import Taken
from campaign.extensions import db
from campaign.history import recording
from campaign.history.models import Deed


class Done(NamedTuple):
    created: int
    updated: int


def carry_out(plan: Plan, keys: Collection[str], campaign: Campaign, by: int, now: datetime) -> Done:
    """Nothing is published, and nothing that is public changes.

    keys: of the steps that are wanted. by: the id of the organizer who wants them.
    """
    wanted = [step for step in plan.of(Verdict.CREATE, Verdict.UPDATE) if step.key in keys]
    taken_slugs: dict[str, int] = {}
    done = {Verdict.CREATE: 0, Verdict.UPDATE: 0}
    for step in wanted:
        if step.taken is None:
            continue
        if step.action is None:
            created = _create(campaign, step.taken, _slug(step.taken, taken_slugs), now)
            recording.begun(created, by, now)
        else:
            with recording.change(step.action, Deed.EDITED, by, now):
                _update(step.action, step.taken, step.changes)
        done[step.verdict] += 1
    db.session.flush()
    return Done(done[Verdict.CREATE], done[Verdict.UPDATE])


def _create(campaign: Campaign, taken: Taken, slug: str, now: datetime) -> Action:
    content = Content(
        title=taken.title,
        kind=taken.kind or Kind.OTHER,
        slug=slug,
        summary=taken.summary,
        why=taken.why,
        city=taken.city,
        point=taken.point,
    )
    action = drafting.begin(campaign, content, taken.time, Place(taken.venue, taken.address), "", now)
    action.uid = taken.uid
    return action


def _update(action: Action, taken: Taken, changes: Collection[str]) -> None:
    own = action.language
    for name in ("title", "summary", "why"):
        if name in changes:
            setattr(action, name, getattr(action, name).having(own, getattr(taken, name)))
    if "time" in changes:
        if action.zone != taken.time.zone:
            action.city = taken.city
        taken.time.put_on(action)
    if "place" in changes:
        action.venue, action.address = taken.venue, taken.address
    if "point" in changes and taken.point:
        action.latitude, action.longitude = taken.point
    if "kind" in changes and taken.kind:
        action.kind = taken.kind


def _slug(taken: Taken, used: dict[str, int]) -> str:
    """ "vigil-2026-12-04". Of many that are called alike each begins its search where the last one ended."""
    day = f"{taken.time.starts_local:%Y-%m-%d}"
    base = f"{slugs.made_of(taken.title, 'action')[: slugs.LONGEST - len(day) - 6].strip('-')}-{day}"
    used[base] = used.get(base, 0) + 1
    return base if used[base] == 1 else f"{base}-{used[base]}"
