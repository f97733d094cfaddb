"""The queue: what organizers read, and what they decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from campaign.articles.models import Article
from campaign.extensions import db
from campaign.replies.models import Reply, Verdict

MANY_LINKS = 3  # from here on it looks like advertising, and waits behind the others


@dataclass(frozen=True)
class Waiting:
    """A reply with what helps to judge it. first_time: no reply under this name was approved in the campaign so far.
    Anyone can use a name, so it is a hint and lets nobody in."""

    reply: Reply
    first_time: bool

    @property
    def looks_like_spam(self) -> bool:
        return self.reply.links >= MANY_LINKS


def judged(replies: Sequence[Reply]) -> list[Waiting]:
    """What looks like spam comes last; else in the order given."""
    known = _known_names(replies)
    found = [Waiting(reply, (reply.article.campaign_id, reply.name.casefold()) not in known) for reply in replies]
    return sorted(found, key=lambda one: one.looks_like_spam)


def decide(replies: Iterable[Reply], verdict: Verdict, today: date) -> int:
    """The same for all of them. Returns how many. Raises Conflict."""
    count = 0
    for reply in replies:
        reply.decide(verdict, today)
        count += 1
    db.session.flush()
    return count


def _known_names(replies: Sequence[Reply]) -> set[tuple[int, str]]:
    names = {reply.name for reply in replies}
    rows = db.session.execute(
        select(Article.campaign_id, Reply.name)
        .join(Reply.article)
        .where(
            Reply.verdict == Verdict.APPROVED,
            Reply.of_team.is_(False),
            func.lower(Reply.name).in_({name.lower() for name in names}),
        )
        .distinct()
    )
    return {(campaign_id, name.casefold()) for campaign_id, name in rows}
