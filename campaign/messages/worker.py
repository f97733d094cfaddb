"""What the worker does about mail: plan, expand, and make each letter from the facts of the moment that it goes out."""

import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, Select, String, Text, cast, literal_column, select

from campaign.accounts.models import Team
from campaign.actions.models import Action
from campaign.calendars import feeds
from campaign.campaigns.models import Campaign
from campaign.databases import writing
from campaign.extensions import db, in_language
from campaign.messages import expansion, letters, planning, sends, usual
from campaign.messages.models import Rule, RuleKind
from campaign.outbox import composing, sealed
from campaign.outbox import letters as plain_letters
from campaign.outbox.batches import Write, Writing
from campaign.outbox.claiming import Started
from campaign.outbox.composing import From, Mail, Marks, Part, Skeleton
from campaign.outbox.hand import Ask, Statement
from campaign.outbox.models import Kind, Occasion
from campaign.outbox.ways import Row
from campaign.rsvps.models import ActionKey, Rsvp, State
from campaign.rsvps.opening import Person
from campaign.sealing import CannotOpen, Keyring, Vault

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


class _Owed(NamedTuple):
    """What is owed, as the outbox has it."""

    kind: str
    letter: str
    subject: str
    facts: str  # JSON, as the database keeps it


def _owed(ids: Collection[Any]) -> Select[int, str, str, str, str]:
    facts = cast(Occasion.facts, Text)
    return select(Occasion.id, Occasion.kind, Occasion.letter, Occasion.subject, facts).where(Occasion.id.in_(ids))


_OWED = Statement(_owed, BigInteger)
_TOPIC = Statement(
    lambda ids: (
        select(ActionKey.wrapped, Action.revision, Action.version, Campaign.version, *Team.__table__.columns)
        .join(Action, Action.id == ActionKey.action_id)
        .join(Campaign, Campaign.id == Action.campaign_id)
        .join(Team, Team.id == Campaign.team_id)
        .where(ActionKey.action_id.in_(ids))
    ),
    BigInteger,
)
_WORDS = Statement(  # of confirmations, which are owed by who knows no rules
    lambda ids: (
        select(cast(Rule.subject, Text), cast(Rule.body, Text))
        .where(Rule.action_id.in_(ids), Rule.kind == literal_column(f"'{RuleKind.CONFIRMATION}'"))
        .order_by(Rule.id)
        .limit(1)
    ),
    BigInteger,
)
_CONFIRMED = Statement(
    lambda ids: select(Rsvp.id).where(Rsvp.id.in_(ids), Rsvp.state == literal_column(f"'{State.CONFIRMED}'")), String
)


class Desk:
    """Where letters are addressed and written. It alone joins what the outbox keeps apart: facts, person, action."""

    def __init__(self, keyring: Keyring, base_url: str, sender: str) -> None:
        self._keyring = keyring
        self._base_url = base_url
        self._sender = sender
        self._marks = Marks()
        self._about: dict[int, _Owed] = {}  # by occasion
        self._vaults: dict[int, Vault] = {}  # by action
        self._skeletons: OrderedDict[tuple[Any, ...], Skeleton] = OrderedDict()

    def address(self, started: Started) -> Mapping[str, str]:
        """To whom it goes (`to`), and what else it says to them alone. Raises CannotOpen."""
        what = self._what(started)
        action_id = _action_of(what.subject)
        if action_id is None or what.kind == Kind.TEST:
            return sealed.open_box(self._keyring, started.person_key, started.to_sealed)
        known = Person.open(self._vault(action_id), started.to_sealed, action_id, started.person_key)
        return {
            "to": known.to,
            "name": known.name,
            "manage": f"{self._base_url}/{started.language}/rsvps/{known.manage}",
            "unsubscribe": f"{self._base_url}/unsubscribe/{known.unsubscribe}",
            "answer": known.answer,
            "people": known.people,
        }

    def compose(self, batch: Sequence[Started], now: datetime) -> Writing:
        """What to ask about these letters, a few questions for all, and what writes them once that is answered.

        Most often the answers are that nothing has changed since the last time.
        """
        about = {started.occasion_id: self._what(started) for started in batch}
        subjects = {what.subject: _action_of(what.subject) for what in about.values()}
        worded = {what.subject for what in about.values() if _has_words(what)}
        notices = [started.person_key for started in batch if about[started.occasion_id].kind == Kind.NOTICE]
        asks: dict[Any, Ask] = {"owed": Ask(_OWED, list(about))}
        if notices:
            asks["confirmed"] = Ask(_CONFIRMED, notices)
        for subject, action_id in subjects.items():
            if action_id is not None:
                asks["topic", subject] = Ask(_TOPIC, [action_id])
            if subject in worded:
                asks["words", subject] = Ask(_WORDS, [action_id])

        def letters(answers: Sequence[Sequence[Row]]) -> Write:
            said = dict(zip(asks, answers, strict=True))
            owed = {row[0]: _Owed(*row[1:]) for row in said["owed"]}
            confirmed = {row[0] for row in said.get("confirmed", ())}

            def write(started: Started, person: Mapping[str, str]) -> Mail:
                what = owed[started.occasion_id]
                version = tuple(said.get(("topic", what.subject), ()))
                if not version and subjects[what.subject] is not None and what.kind != Kind.TEST:
                    raise CannotOpen
                if what.kind == Kind.NOTICE and person["name"] and started.person_key not in confirmed:
                    person = {**person, "name": ""}  # somebody else may have put it there
                if _has_words(what):
                    version += tuple(said["words", what.subject])
                skeleton = self._skeleton(started.occasion_id, what, version, started.language, person)
                return skeleton.fill_in(person, started.message_id, now)

            return write

        return Writing(list(asks.values()), letters)

    def clear(self) -> None:
        """Forget what was made so far: something that letters show may have changed without raising a version.

        And keep no key longer than for a moment: its action's may be erased.
        """
        self._skeletons.clear()
        self._vaults.clear()
        self._about.clear()

    def _what(self, started: Started) -> _Owed:
        """As it was a moment ago: its facts may be others by now."""
        what = self._about.get(started.occasion_id)
        if what is None:
            db.session.rollback()
            [row] = db.session.execute(_owed([started.occasion_id])).all()
            db.session.rollback()
            what = self._about[started.occasion_id] = _Owed(*row[1:])
        return what

    def _vault(self, action_id: int) -> Vault:
        """Raises CannotOpen for an action whose key is no more: nothing sealed for it can be opened."""
        vault = self._vaults.get(action_id)
        if vault is None:
            db.session.rollback()
            wrapped = db.session.scalar(select(ActionKey.wrapped).where(ActionKey.action_id == action_id))
            db.session.rollback()
            if wrapped is None:
                raise CannotOpen
            vault = self._vaults[action_id] = self._keyring.vault(wrapped, action_id)
        return vault

    def _skeleton(
        self, occasion_id: int, what: _Owed, version: tuple[Any, ...], language: str, person: Mapping[str, str]
    ) -> Skeleton:
        """Made once for all whose letter differs in their own values only."""
        shown = [(key, bool(value) if key in composing.OWN else value) for key, value in person.items()]
        key = (what, language, version, *shown)
        made = self._skeletons.get(key)
        if made is None:
            db.session.rollback()
            occasion = db.session.get_one(Occasion, occasion_id)
            made = self._skeletons[key] = self._make(occasion, self._facts(occasion, what), language, person)
            db.session.rollback()
            if len(self._skeletons) > _KEPT:
                self._skeletons.popitem(last=False)
        return made

    def _facts(self, occasion: Occasion, what: _Owed) -> Mapping[str, Any]:
        action_id = _action_of(what.subject)
        if action_id is None or not _has_words(what):
            return occasion.facts
        return {**occasion.facts, **planning.words_of_confirmation(action_id)}

    def _make(self, occasion: Occasion, facts: Mapping[str, Any], language: str, person: Mapping[str, str]) -> Skeleton:
        marked, base_url = self._marks.of(person), self._base_url
        action_id = _action_of(occasion.subject)
        if action_id is None:
            letter = plain_letters.render(occasion.letter, language, facts=facts, person=marked, base_url=base_url)
            return composing.compose(letter, self._marks, From(self._sender))
        action = db.session.get_one(Action, action_id)
        letter = letters.about(action, occasion.letter, language, facts=facts, person=marked, base_url=base_url)
        host = urlsplit(self._base_url).hostname or "localhost"
        team = action.campaign.team
        who = From(self._sender, team.reply_address, f"action-{action.id}.{host}", team.sender_name)
        return composing.compose(letter, self._marks, who, self._parts(occasion, action, language))

    def _parts(self, occasion: Occasion, action: Action, language: str) -> list[Part]:
        if occasion.kind not in WITH_CALENDAR:
            return []
        with in_language(language):
            content = feeds.for_mail(action, language, self._base_url)
        return [Part(f"{action.slug}.ics", "text/calendar; method=PUBLISH; charset=utf-8", content)]


def _action_of(subject: str) -> int | None:
    """The action that a letter is about; none for one about an organizer's account."""
    topic, _, number = subject.partition(":")
    return int(number) if topic == "action" else None


def _has_words(what: _Owed) -> bool:
    """Whether it is the letter to each who answers, for which a rule may have words."""
    return what.kind == Kind.CONFIRMATION and what.letter == usual.CONFIRMATION and _action_of(what.subject) is not None
