"""The readable part of an address. One that was public keeps leading to the same thing after it is changed."""

import re
import unicodedata
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from campaign.campaigns.models import FormerSlug
from campaign.extensions import db

LONGEST = 80
SHAPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


class Named(Protocol):
    """A campaign, an action, an article."""

    id: int
    slug: str


def is_well_formed(slug: str) -> bool:
    return len(slug) <= LONGEST and SHAPE.fullmatch(slug) is not None


def made_of(text: str, otherwise: str) -> str:
    """ "Banner-making, évening!" becomes "banner-making-evening"; what has no such letters becomes `otherwise`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return slug or otherwise


def is_free(kind: str, column: InstrumentedAttribute[str], slug: str, mine: int | None = None) -> bool:
    """Whether nothing else of this kind has the slug, or had it in public.

    column: where this kind keeps its slugs, e.g. `Action.slug`.
    mine:   the id of who wants it, and may have it already or take it back.
    """
    model = column.class_
    taken = db.session.scalar(select(model.id).where(column == slug, model.id != (mine or 0)))
    former = db.session.get(FormerSlug, (kind, slug))
    return taken is None and (former is None or former.subject_id == mine)


def unused(kind: str, column: InstrumentedAttribute[str], text: str) -> str:
    """A free slug made of `text`, with a number if need be."""
    slug, number = made_of(text, kind), 1
    while not is_free(kind, column, slug if number == 1 else _numbered(slug, number)):
        number += 1
    return slug if number == 1 else _numbered(slug, number)


def change(kind: str, named: Named, slug: str, *, was_public: bool) -> None:
    """Gives it a free slug. The old one, if the public may know it, answers 301 from now on."""
    if slug == named.slug:
        return
    returning = db.session.get(FormerSlug, (kind, slug))
    if returning is not None:
        db.session.delete(returning)
    if was_public:
        remember(kind, named)
    named.slug = slug
    db.session.flush()


def remember(kind: str, named: Named) -> None:
    """The public knows its slug, so that leads to it for ever, also if it is renamed while it isn’t public."""
    db.session.merge(FormerSlug(kind=kind, slug=named.slug, subject_id=named.id))


def _numbered(slug: str, number: int) -> str:
    ending = f"-{number}"
    return slug[: LONGEST - len(ending)].strip("-") + ending
