"""Letters about an action, framed: each opens with when and where and ends with who writes and the way out.

Besides what `outbox/letters.py` names, such a letter gets:

    action, campaign, team   the rows
    when                     a `Moment`: when the action is now
    dates                    the `Moment`s that the occasion's facts name: a notice of change tells all of them
    pages                    links: `pages.action`, `pages.feed`, `pages.campaign`
    own                      what the team wrote in place of the letter's own words: `own.subject`, `own.body`, or ""
    news                     what stands at the top of the action's page, the latest first: `day` and `text` of each
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from campaign import days, timezones
from campaign.actions.models import Action, Status
from campaign.actions.parts import AnnouncedDate
from campaign.columns import Texts
from campaign.extensions import _l, in_language, say
from campaign.messages import placeholders
from campaign.outbox import letters
from campaign.outbox.letters import Letter

FRAME = "layout"
ELSEWHERE = {
    "en": _l("(This text is only there in English so far.)"),
    "fr": _l("(This text is only there in French so far.)"),
    "es": _l("(This text is only there in Spanish so far.)"),
}


@dataclass(frozen=True)
class Moment:
    """A time and a place in words."""

    full: str  # "Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)"
    start: str  # "Wednesday 31 May 2023, 7:00 am": for subjects; with the action's title if its campaign wants that
    place: str  # "EY Centre, 4899 Uplands Drive, Ottawa"


@dataclass(frozen=True)
class Own:
    """The team's own words, filled in; "" where the letter's stand.

    note: said where they aren't in the reader's language.
    """

    subject: str
    body: str
    note: str


@dataclass(frozen=True)
class News:
    day: str
    text: str


def about(
    action: Action, letter: str, language: str, *, facts: Mapping[str, Any], person: Mapping[str, str], base_url: str
) -> Letter:
    """The letter as it stands today: an action that has moved since it was owed is told with its new date."""
    when = _moment(action, language)
    if action.campaign.subject_names_action:
        when = replace(when, start=f"{action.title.best(language, action.language)[0]}, {when.start}")
    values = {
        "facts": facts,
        "person": person,
        "base_url": base_url,
        "action": action,
        "campaign": action.campaign,
        "team": action.campaign.team,
        "when": when,
        "dates": [_announced(date, language) for date in facts.get("dates", ())],
        "pages": {
            "action": f"{base_url}/{language}/actions/{action.slug}",
            "feed": f"{base_url}/{language}/actions/{action.slug}.ics",
            "campaign": f"{base_url}/{language}/campaigns/{action.campaign.slug}",
        },
        "Status": Status,
        "news": _news(action, language, facts),
    }
    values["own"] = _own(values, language)
    inner = letters.render(letter, language, **values)
    return letters.render(FRAME, language, subject=inner.subject, body=inner.body, **values)


def _own(values: Mapping[str, Any], language: str) -> Own:
    facts, action, when, person = (values[name] for name in ("facts", "action", "when", "person"))
    subject, _ = Texts(facts.get("own_subject")).best(language, action.language)
    body, spoken = Texts(facts.get("own_body")).best(language, action.language)
    hour = timezones.hour_in_words(action.starts_local.time(), language)
    with in_language(language):
        note = str(ELSEWHERE[spoken]) if body and spoken != language else ""
        hour = str(say("all day")) if action.all_day else hour
    fills = {
        "name": person.get("name", ""),
        "title": action.title.best(language, action.language)[0],
        "when": when.full,
        "day": days.days_in_words(action.starts_local.date(), _until(action), language),
        "hour": hour,
        "place": when.place,
        "page": values["pages"]["action"],
        "link": person.get("manage", ""),
    }
    if "plain" in facts:  # as it stands on the page
        fills = {}
    return Own(placeholders.fill(subject, fills), placeholders.fill(body, fills), note)


def _until(action: Action) -> date:
    """The last day that is named: of hours that run into the night, the first says enough."""
    return days.last_day(action) if action.all_day else action.starts_local.date()


def _news(action: Action, language: str, facts: Mapping[str, Any]) -> list[News]:
    """But for what this letter itself is about."""
    return [
        News(
            timezones.day_in_words(timezones.wall(update.written_at, action.zone), language),
            update.text.best(language, action.language)[0],
        )
        for update in action.news
        if update.id != facts.get("update")
    ]


def _announced(date: Mapping[str, Any], language: str) -> Moment:
    starts, ends = datetime.fromisoformat(date["starts_local"]), datetime.fromisoformat(date["ends_local"])
    return _moment(AnnouncedDate(**{**date, "starts_local": starts, "ends_local": ends}), language)


def _moment(when: Action | AnnouncedDate, language: str) -> Moment:
    return Moment(full=days.fully_in_words(when, language), start=days.start_in_words(when, language), place=when.place)
