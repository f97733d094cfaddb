"""Letters as text: templates/mail/<feature>/<letter>.txt in the language of who gets them.

A template is its subject, a blank line, and the body. One line of it is one paragraph, or one line that stands alone;
it is wrapped later. It gets:

    facts     what its occasion says: plain values
    person    what the sealed copy holds: `to`, `name` ("" if none); of an RSVP also the links `manage` and
              `unsubscribe`, its `answer` and `party_size`; of an organizer perhaps a `link`. Names and links may be
              printed, or asked for whether they are there, no more: a letter is made once for many people, and what is
              theirs alone is put in afterwards
    language  "en", "fr" or "es"; `_()` and `ngettext()` speak it
    base_url  what links begin with
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from campaign.columns import Texts
from campaign.extensions import in_language, say, say_many
from campaign.outbox.wrapping import clean, on_one_line

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "mail"


@dataclass(frozen=True)
class Letter:
    """What somebody reads, not yet wrapped."""

    subject: str
    body: str


def render(letter: str, language: str, **values: Any) -> Letter:
    """A letter by name. Raises jinja2.TemplateError for one that is missing or asks for what it isn't given."""
    with in_language(language):
        text = _templates.get_template(f"{letter}.txt").render(language=language, **values)
    subject, _, body = text.lstrip("\n").partition("\n")
    return Letter(on_one_line(subject), clean(body).strip("\n"))


@pass_context
def _plain(context: Context, texts: Mapping[str, str], default: str) -> str:
    """A text in the letter's language, or the next best: the same filter as on pages."""
    return Texts(texts).best(context["language"], default)[0]


def _environment() -> Environment:
    made = Environment(  # noqa: S701 -- plain text: nothing to escape
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(say, say_many, newstyle=True)  # type: ignore[attr-defined]
    made.filters["plain"] = _plain
    return made


_templates = _environment()
