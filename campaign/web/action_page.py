"""The page of an action: shown as it is, with a form that was refused, or to its organizers before anyone else."""

from datetime import datetime
from typing import Any

from flask import render_template

from campaign.actions import listing as actions
from campaign.actions.models import Action
from campaign.articles import listing as articles
from campaign.web import structured

MORE_DATES = 6  # of a series


def action_page(action: Action, form: Any = None, *, now: datetime, preview: bool = False) -> str:
    """The HTML.

    form:    the RSVP form, where the action takes RSVPs. With errors, the page is short: head and form.
    preview: for organizers: the page says that it isn't public yet, and can't be sent from.
    """
    return render_template(
        "actions/show.html",
        action=action,
        campaign=action.campaign,
        form=form,
        refused=bool(form is not None and form.errors),
        over=action.is_over(now),
        links=articles.about(action),
        more_dates=actions.others_of_series(action, now, MORE_DATES),
        cover=articles.cover(action.campaign),
        event=structured.event(action),
        preview=preview,
        now=now,
    )
