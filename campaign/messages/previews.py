"""How a letter reads, before anybody gets it: with the real facts, for a person who is made up."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaign.actions.models import Action
from campaign.columns import LANGUAGES
from campaign.extensions import in_language, say
from campaign.messages import letters
from campaign.outbox.wrapping import wrap


@dataclass(frozen=True)
class Preview:
    """A letter as somebody gets it."""

    language: str
    subject: str
    text: str  # wrapped


def preview(action: Action, letter: str, facts: Mapping[str, object], language: str, base_url: str) -> Preview:
    with in_language(language):
        person = {
            "to": "",
            "name": say("Alex"),
            "manage": f"{base_url}/{language}/rsvps/…",
            "unsubscribe": f"{base_url}/unsubscribe/…",
            "answer": say("Yes, I will be there"),
            "people": "2",
        }
    made = letters.about(action, letter, language, facts=facts, person=person, base_url=base_url)
    lines = [line for paragraph in made.body.split("\n") for line in wrap(paragraph)]
    return Preview(language, made.subject, "\n".join(lines))


def each_language(action: Action, letter: str, facts: Mapping[str, object], base_url: str) -> list[Preview]:
    return [preview(action, letter, facts, language, base_url) for language in LANGUAGES]
