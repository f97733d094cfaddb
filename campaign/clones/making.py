"""What a clone takes along, and what it doesn't."""

from datetime import datetime

from sqlalchemy import select

from campaign.actions import copying
from campaign.actions.drafting import Time
from campaign.actions.models import Action
from campaign.articles.models import ArticleLink
from campaign.campaigns import slugs
from campaign.extensions import db
from campaign.messages import rules


def clone(action: Action, time: Time, host: str, now: datetime) -> Action:
    """A draft with all texts, the plan, meeting points, sections, figures, background and messages, on its own date.

    Without answers, news, former dates or a series; with a slug and a UID of its own. Its messages are planned once it
    is published, and thanks are a draft again.

    host: of this site, for the UID.
    """
    slug = slugs.unused("action", Action.slug, action.title.best(action.language, action.language)[0])
    made = copying.copy(action, time, slug, host, now)
    made.goal = action.goal
    rules.copy(action, made)
    for link in db.session.scalars(select(ArticleLink).where(ArticleLink.action_id == action.id)).all():
        db.session.add(copying.copy_of_row(link, action_id=made.id))
    db.session.flush()
    return made
