"""Publish, postpone, move, cancel: what is done to an action, and the word of it that is owed to those who come."""

from datetime import datetime
from typing import Any

from campaign import timezones
from campaign.actions.models import Action, Level, Status
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.messages import usual
from campaign.messages.planning import plan, replan, subject_of
from campaign.outbox.models import Kind, Occasion, OccasionState, OnUnknown, Priority
from campaign.outbox.posting import LASTS, REMINDING, TO_ALL, renew_about, withdraw_about

LETTER = "messages/notice"


def publish(action: Action, now: datetime) -> None:
    """Open a draft to the public; its default reminders are planned. Raises Conflict."""
    if action.status is not Status.DRAFT:
        raise Conflict(_l("This action has been published already."))
    if not action.campaign.team.can_publish:
        raise Conflict(
            _l("Give the team a reply address and a postal address first: they stand in every mail to those who come.")
        )
    action.publish(now)
    db.session.flush()
    if action.level is not Level.COUNT:
        usual.add(action)
    plan(action, now)


def postpone(action: Action, reason: str, now: datetime) -> None:
    """Off for now, a new date to follow. Its reminders stop; those who answered are told. Raises Conflict."""
    action.postpone(now)
    _stop(action, now)
    _tell(action, "postponed", reason, now)


def cancel(action: Action, reason: str, now: datetime) -> None:
    """Called off for good. Its reminders stop; those who answered are told. Raises Conflict."""
    action.cancel(now)
    _stop(action, now)
    _tell(action, "cancelled", reason, now)


def move(
    action: Action,
    starts_local: datetime,
    ends_local: datetime,
    zone: str,
    venue: str,
    address: str,
    city: str,
    reason: str,
    now: datetime,
    *,
    all_day: bool = False,
) -> None:
    """A new date, a new place, or both. Those who answered are told; a new start has reminders of its own.

    starts_local, ends_local: wall clock of `zone`, naive.
    city: the one that names the zone.

    Raises Conflict when there is nothing to move or nothing changes, and what `timezones.instant` raises.
    """
    if action.status not in (Status.PUBLISHED, Status.POSTPONED):
        raise Conflict(_l("Only an action that is published or postponed can be moved."))
    was_off, old_start = action.status is Status.POSTPONED, action.starts_at
    new_time = was_off or _time_of(action) != (starts_local, ends_local, zone, all_day)
    new_place = (action.venue, action.address, action.city) != (venue, address, city)
    if not (new_time or new_place):
        raise Conflict(_l("That is when and where it takes place already."))
    read = timezones.instant_or_later if all_day else timezones.instant
    read(starts_local, zone), read(ends_local, zone)  # raises before anything is changed
    if new_time:
        action.venue, action.address, action.city = venue, address, city
        action.move(starts_local, ends_local, zone, now, all_day=all_day)
    else:
        action.relocate(venue, address, now, city=city)
    if was_off or action.starts_at != old_start:
        _stop(action, now)
        plan(action, now)
    else:
        withdraw_about(subject_of(action), [Kind.NOTICE])
        replan(action, now)
        renew_about(subject_of(action), [*REMINDING, Kind.CONFIRMATION], now)
    _tell(action, "moved" if new_time else "relocated", reason, now)


def _stop(action: Action, now: datetime) -> None:
    """Nothing with the old date goes out any more; what somebody waits for goes out with the new facts."""
    db.session.flush()
    withdraw_about(subject_of(action), TO_ALL)
    renew_about(subject_of(action), [Kind.CONFIRMATION], now)


def _tell(action: Action, change: str, reason: str, now: datetime) -> None:
    """Owe the notice, ahead of everything else. Nobody is told that what is over won't take place."""
    if action.is_over(now):
        return
    db.session.add(
        Occasion(
            kind=Kind.NOTICE,
            letter=LETTER,
            subject=subject_of(action),
            schedule_rev=action.schedule_rev,
            due_at=now,
            expires_at=now + LASTS,
            state=OccasionState.PLANNED,
            priority=Priority.NOTICE,
            on_unknown=OnUnknown.RESEND,
            facts={
                "change": change,
                "reason": reason.strip(),
                "dates": dates_of(action),
                "asks": change == "moved" and has_moved(action),
            },
        )
    )
    db.session.flush()


def dates_of(action: Action) -> list[dict[str, Any]]:
    """Every date and place since it was published, in order: whoever missed a notice understands the next."""
    dates: list[dict[str, Any]] = []
    for announced in action.announced:
        date = {
            "starts_local": announced.starts_local.isoformat(),
            "ends_local": announced.ends_local.isoformat(),
            "zone": announced.zone,
            "place": announced.place,
            "city": announced.city,
            "all_day": announced.all_day,
        }
        if not dates or dates[-1] != date:
            dates.append(date)
    return dates


def has_moved(action: Action) -> bool:
    """Whether somebody may have answered for another time than that of today."""
    starts = {(date["starts_local"], date["zone"]) for date in dates_of(action)}
    return len(starts) > 1 or (action.schedule_rev > 0 and action.status is Status.PUBLISHED)


def _time_of(action: Action) -> tuple[datetime, datetime, str, bool]:
    return action.starts_local, action.ends_local, action.zone, action.all_day
