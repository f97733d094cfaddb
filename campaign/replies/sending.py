"""A reply comes in, or goes again."""

import re
from contextlib import suppress
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from campaign import tokens
from campaign.accounts.models import Organizer
from campaign.articles.models import Article
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.replies.models import Reply, Verdict

LINK = re.compile(
    r"https?://|www\.|[a-z0-9-]{2,}\.(?:com|net|org|info|biz|ru|cn|top|xyz|shop|online|site|io|co)\b", re.IGNORECASE
)
_WHOLE = re.compile(r"\S*(?:https?://|www\.)\S+", re.IGNORECASE)


def refuse_unless_open(article: Article, today: date) -> None:
    """today: in the campaign's zone. Raises Conflict."""
    if not article.takes_replies(today):
        raise Conflict(_l("Replies to this article are closed."))


def receive(article: Article, name: str, text: str, language: str, today: date, *, secret: str) -> str:
    """Keeps a reply until an organizer has read it. Returns the token of the link by which its writer can delete it.

    The same sent again on one day, as by a second click, is one reply with one link; but only while it waits, so that
    nobody is given the link of a reply by sending what everyone can read.

    secret: of this installation; the link is made of it and of what was sent.
    """
    token = tokens.of(secret, "reply", str(article.id), name, text, today.isoformat())
    before = db.session.scalar(select(Reply).where(Reply.delete_digest == tokens.digest(token)))
    if before is not None and before.verdict is Verdict.WAITING:
        return token
    if before is not None:
        token = tokens.new()
    reply = Reply(
        article=article,
        name=name,
        text=text,
        language=language,
        links=count_links(text),
        sent_on=today,
        delete_digest=tokens.digest(token),
    )
    with suppress(IntegrityError), db.session.begin_nested():  # its twin may come in at this very moment
        db.session.add(reply)
    return token


def answer(reply: Reply, organizer: Organizer, text: str, today: date) -> Reply:
    """An organizer's, under it. Raises Conflict for one that readers don't see, or that is an answer itself."""
    if reply.verdict is not Verdict.APPROVED:
        raise Conflict(_l("Approve the reply first: readers would see an answer to nothing."))
    if reply.parent_id is not None:
        raise Conflict(_l("That is an answer itself. Answer the reply above it."))
    made = Reply(
        article_id=reply.article_id,
        organizer_id=organizer.id,
        of_team=True,
        name=organizer.name,
        text=text,
        language=organizer.language,
        links=count_links(text),
        verdict=Verdict.APPROVED,
        sent_on=today,
        decided_on=today,
    )
    reply.answers.append(made)
    db.session.flush()
    return made


def delete(reply: Reply) -> None:
    """With the answers to it."""
    db.session.delete(reply)
    db.session.flush()


def count_links(text: str) -> int:
    """Addresses of pages, written out or only hinted at."""
    rest, written_out = _WHOLE.subn(" ", text)
    return written_out + len(LINK.findall(rest))
