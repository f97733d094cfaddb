"""What the worker does about mail: plan, expand, and make each letter from the facts of the moment that it goes out."""

import json
import logging
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from campaign.actions.models import Action
from campaign.calendars import feeds
from campaign.databases import writing
from campaign.extensions import db, in_language
from campaign.messages import expansion, letters, planning, sends, usual
from campaign.outbox import composing, sealed
from campaign.outbox import letters as plain_letters
from campaign.outbox.claiming import Started
from campaign.outbox.composing import From, Mail, Marks, Part, Skeleton
from campaign.outbox.models import Kind, Occasion
from campaign.rsvps import booking
from campaign.rsvps.opening import Vaults
from campaign.sealing import CannotOpen, Keyring

log = logging.getLogger(__name__)

WITH_CALENDAR = frozenset({Kind.CONFIRMATION, Kind.NOTICE})  # letters that put the action into a calendar, or change it
_KEPT = 200  # skeletons


def plan(now: datetime) -> None:
    """Occasions for rules that have none yet."""
    lacking = bool(planning.lacking(now))
    db.session.rollback()
    if lacking:
        with writing():
            planning.plan_all(now)


def expand(now: datetime) -> int:
    """Deliveries for what is due, each occasion in a transaction of its own. Returns how many."""
    due, paused = expansion.due(now), sends.are_paused()
    db.session.rollback()
    if paused:
        with writing():
            sends.keep_paused(now)
    owed = 0
    for occasion_id in due:
        with writing():
            owed += expansion.expand(occasion_id, now)
    return owed


class Desk:
    """Where letters are written and addressed. It alone joins what the outbox keeps apart: facts, person, action."""

    def __init__(self, keyring: Keyring, base_url: str, sender: str) -> None:
        self._keyring = keyring
        self._vaults = Vaults(keyring)
        self._base_url = base_url
        self._sender = sender
        self._marks = Marks()
        self._skeletons: OrderedDict[tuple[str, ...], Skeleton] = OrderedDict()

    def compose(self, occasion: Occasion, started: Started, now: datetime) -> Mail:
        """Raises CannotOpen or composing.Unsendable for what can never be sent."""
        action = self._action(occasion.subject)
        to_organizer = action is None or occasion.kind == Kind.TEST
        person = self._organizer(started) if to_organizer or action is None else self._supporter(action, started)
        if occasion.kind == Kind.NOTICE and person["name"] and not booking.is_confirmed(started.person_key):
            person = {**person, "name": ""}  # somebody else may have put it there
        skeleton = self._skeleton(occasion, action, started.language, person)
        return skeleton.fill_in(person, started.message_id, now)

    def clear(self) -> None:
        """Forget what was made so far: something that letters show may have changed without raising a version."""
        self._skeletons.clear()
        self._vaults.clear()

    def _action(self, subject: str) -> Action | None:
        """The action that a letter is about; none for one about an organizer's account."""
        topic, _, number = subject.partition(":")
        if topic != "action":
            return None
        action = db.session.get(Action, int(number))
        if action is None:
            raise CannotOpen
        return action

    def _organizer(self, started: Started) -> Mapping[str, str]:
        return sealed.open_box(self._keyring, started.person_key, started.to_sealed)

    def _supporter(self, action: Action, started: Started) -> Mapping[str, str]:
        known = self._vaults.open_box(action.id, started.person_key, started.to_sealed)
        return {
            "to": known.to,
            "name": known.name,
            "manage": f"{self._base_url}/{started.language}/rsvps/{known.manage}",
            "unsubscribe": f"{self._base_url}/unsubscribe/{known.unsubscribe}",
            "answer": known.answer,
            "people": known.people,
        }

    def _skeleton(
        self, occasion: Occasion, action: Action | None, language: str, person: Mapping[str, str]
    ) -> Skeleton:
        """Made once for all whose letter differs in their own values only."""
        said = self._facts(occasion, action)
        facts = json.dumps(said, sort_keys=True)
        version = () if action is None else (str(action.revision), str(action.version))
        shown = [f"{key}={bool(value) if key in composing.OWN else value}" for key, value in sorted(person.items())]
        key = (occasion.letter, occasion.kind, occasion.subject, language, facts, *version, *shown)
        made = self._skeletons.get(key)
        if made is None:
            made = self._skeletons[key] = self._make(occasion, said, action, language, person)
            if len(self._skeletons) > _KEPT:
                self._skeletons.popitem(last=False)
        return made

    def _facts(self, occasion: Occasion, action: Action | None) -> Mapping[str, Any]:
        """A confirmation is owed by who knows no rules; the team's words for it are looked up when it is written."""
        if action is None or occasion.kind != Kind.CONFIRMATION or occasion.letter != usual.CONFIRMATION:
            return occasion.facts
        return {**occasion.facts, **planning.words_of_confirmation(action.id)}

    def _make(
        self,
        occasion: Occasion,
        facts: Mapping[str, Any],
        action: Action | None,
        language: str,
        person: Mapping[str, str],
    ) -> Skeleton:
        marked, base_url = self._marks.of(person), self._base_url
        if action is None:
            letter = plain_letters.render(occasion.letter, language, facts=facts, person=marked, base_url=base_url)
            return composing.compose(letter, self._marks, From(self._sender))
        letter = letters.about(action, occasion.letter, language, facts=facts, person=marked, base_url=base_url)
        host = urlsplit(self._base_url).hostname or "localhost"
        who = From(self._sender, action.campaign.team.reply_address, f"action-{action.id}.{host}")
        return composing.compose(letter, self._marks, who, self._parts(occasion, action, language))

    def _parts(self, occasion: Occasion, action: Action, language: str) -> list[Part]:
        if occasion.kind not in WITH_CALENDAR:
            return []
        with in_language(language):
            content = feeds.for_mail(action, language, self._base_url)
        return [Part(f"{action.slug}.ics", "text/calendar; method=PUBLISH; charset=utf-8", content)]
