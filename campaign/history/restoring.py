"""Comparing versions, and going back to one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaign.actions.models import Action
from campaign.history import of_actions, of_articles, parts, recording
from campaign.history.models import Deed, Revision
from campaign.history.parts import Change, Part
from campaign.history.recording import Thing


def between(thing: Thing, earlier: Mapping[str, Any], later: Mapping[str, Any], lang: str) -> list[Change]:
    """What differs, in the order of the page. earlier: empty if there is no earlier version.

    lang: of who reads it.
    """
    before, after = (_read(thing, said, lang) if said else [] for said in (earlier, later))
    return parts.changes(before, after)


def target(thing: Thing, said: Mapping[str, Any], answered: bool) -> tuple[dict[str, Any], list[Any]]:
    """What restoring this would make of the thing, and in words what would stay as it is."""
    if isinstance(thing, Action):
        return of_actions.target(thing, said, answered=answered)
    return of_articles.target(thing, said)


def restore(thing: Thing, entry: Revision, answered: bool, by: int | None, now: datetime) -> None:
    """An entry of its own. What is public is never moved, and nothing is published, unpublished or cancelled by it."""
    aim, _left = target(thing, entry.content, answered)
    with recording.change(thing, Deed.RESTORED, by, now, restored_from_at=entry.made_at):
        if isinstance(thing, Action):
            of_actions.put_back(thing, aim, now)
        else:
            of_articles.put_back(thing, aim, now)


def would_move(thing: Thing, entry: Revision) -> bool:
    """Whether its time and place are public and were others in that version."""
    if not isinstance(thing, Action) or not thing.is_public():
        return False
    now = of_actions.content(thing)
    return any(now[name] != entry.content[name] for name in (*of_actions.TIME, *of_actions.PLACE))


def _read(thing: Thing, said: Mapping[str, Any], lang: str) -> list[Part]:
    if isinstance(thing, Action):
        return of_actions.parts(said, lang)
    return of_articles.parts(said, lang, thing.campaign)
