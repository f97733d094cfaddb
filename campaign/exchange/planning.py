"""What an import would do, before it does: create, update, leave alone, and why. It is asked again when it is done."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from campaign.actions.models import Action, Status
from campaign.campaigns.models import Campaign
from campaign.exchange import taking, texts
from campaign.exchange.models import Import
from campaign.exchange.reader import Found
from campaign.exchange.reading import from_plain
from campaign.exchange.taking import Refused, Taken
from campaign.exchange.troubles import Fault, Note
from campaign.extensions import db

MANY = 200  # UIDs in one question
OF_AGENDA = re.compile(r"plan-\d+-")  # what an item of ours has before its action's UID


class Verdict(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    SKIP = "skip"


@dataclass(frozen=True)
class Step:
    """taken: none if it is skipped. action: what is here already, if the person may know. changes: names of fields."""

    verdict: Verdict
    uid: str
    title: str
    taken: Taken | None = None
    action: Action | None = None
    changes: Sequence[str] = ()
    fault: Fault | None = None
    notes: Sequence[Note] = ()

    @property
    def key(self) -> str:
        """Names it in a form: UIDs may hold anything."""
        return sha256(self.uid.encode("utf-8", "replace")).hexdigest()[:24]

    @property
    def is_wanted(self) -> bool:
        """Whether it is ticked at first: what is over hardly is."""
        return self.verdict in (Verdict.CREATE, Verdict.UPDATE) and Note.OVER not in self.notes


@dataclass(frozen=True)
class Plan:
    """In the order of time; what is skipped comes as it stands in the calendar."""

    steps: list[Step] = field(default_factory=list)

    def of(self, *verdicts: Verdict) -> list[Step]:
        return [step for step in self.steps if step.verdict in verdicts]

    @property
    def seal(self) -> str:
        """Another whenever anything that the person was shown would be another."""
        shown: list[Any] = [
            (step.verdict, step.uid, repr(step.taken), step.changes, _now(step.action)) for step in self.steps
        ]
        return sha256(repr(shown).encode("utf-8", "replace")).hexdigest()[:32]


def plan(one: Import, base_url: str, now: datetime) -> Plan:
    """base_url: how this site is reached: what leads there comes from here."""
    found = [from_plain(plain) for plain in one.found]
    home = taking.home(one.zone, one.campaign.zone, one.campaign.city)
    uids = [taking.uid(event) for event in found]
    team = one.campaign.team_id
    others = [OF_AGENDA.sub("", uid, count=1) for uid in uids] + [texts.uid_of_team(uid, team) for uid in uids]
    here, hidden = _here([*uids, *others], team)
    uids = [own if (own := texts.uid_of_team(uid, team)) in here or uid in hidden else uid for uid in uids]
    steps: list[Step] = []
    seen: set[str] = set()
    for event, uid in zip(found, uids, strict=True):
        steps.append(_step(event, uid, here, seen, one.campaign, home, base_url, now))
        seen.add(uid)
    return Plan([*sorted(_taken(steps), key=_when), *(step for step in steps if step.taken is None)])


def _now(action: Action | None) -> Any:
    """What an update would overwrite."""
    if action is None:
        return None
    own = action.language
    texts_now = [getattr(action, name).get(own) for name in ("title", "summary", "why")]
    return action.id, action.status, action.starts_at, action.ends_at, action.place, texts_now


def _step(
    event: Found,
    uid: str,
    here: dict[str, Action],
    seen: set[str],
    campaign: Campaign,
    home: taking.Home,
    base_url: str,
    now: datetime,
) -> Step:
    title = texts.cut(texts.line(event.title), 120)[0]
    action = here.get(uid) or here.get(OF_AGENDA.sub("", uid, count=1))
    fault = Fault.TWICE if uid in seen else _reserved(action, event, campaign, base_url)
    if fault is not None:
        known = action if action is not None and action.campaign.team_id == campaign.team_id else None
        return Step(Verdict.SKIP, uid, title, action=known, fault=fault)
    try:
        taken = replace(taking.take(event, home), uid=uid)
    except Refused as refused:
        return Step(Verdict.SKIP, uid, title, action=action, fault=refused.fault)
    if taken.cancelled:
        return Step(Verdict.SKIP, uid, title, action=action, fault=Fault.CANCELLED)
    notes = [*taken.notes, *([Note.OVER] if taken.ends_at <= now else [])]
    if action is None:
        return Step(Verdict.CREATE, uid, taken.title, taken, notes=notes)
    changes = list(taking.differences(action, taken))
    return Step(Verdict.UPDATE if changes else Verdict.SAME, uid, taken.title, taken, action, changes, notes=notes)


def _reserved(action: Action | None, event: Found, campaign: Campaign, base_url: str) -> Fault | None:
    """Why what has this UID here is not to be touched."""
    if action is None:
        return None
    if action.campaign.team_id != campaign.team_id:
        return Fault.OTHER_TEAM
    if texts.line(event.url).startswith(f"{base_url}/"):
        return Fault.OURS
    if action.campaign_id != campaign.id:
        return Fault.OTHER_CAMPAIGN
    return Fault.PUBLIC if action.status is not Status.DRAFT or action.published_at is not None else None


def _here(uids: Sequence[str], team_id: int) -> tuple[dict[str, Action], set[str]]:
    """What is here, by UID; and UIDs that are taken by what another team hasn't shown to everybody. Nobody is to learn
    of that: for them it isn't here, and its UID is theirs in another form."""
    found: dict[str, Action] = {}
    for start in range(0, len(uids), MANY):
        some = Action.uid.in_(uids[start : start + MANY])
        query = select(Action).where(some).options(joinedload(Action.campaign))
        found |= {action.uid: action for action in db.session.scalars(query)}
    hidden = {uid for uid, action in found.items() if action.campaign.team_id != team_id and not _is_shown(action)}
    return {uid: action for uid, action in found.items() if uid not in hidden}, hidden


def _is_shown(action: Action) -> bool:
    return action.is_public() and not action.unlisted


def _taken(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.taken is not None]


def _when(step: Step) -> tuple[datetime, str]:
    assert step.taken is not None  # noqa: S101 -- `_taken` saw to it
    return step.taken.starts_at, step.uid
