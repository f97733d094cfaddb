"""Who is here, and what they may reach. Below /manage everything is looked up through the person."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy import Select, func, select
from werkzeug.datastructures import MultiDict

from campaign import clock
from campaign.accounts import sessions
from campaign.accounts.membership import ALLOWED, Membership, Permission
from campaign.accounts.models import Organizer, Team
from campaign.actions.models import Action, Series
from campaign.articles.models import Article, Category
from campaign.campaigns.models import Campaign
from campaign.errors import Missing, NotAllowed
from campaign.exchange.models import Import
from campaign.extensions import Record, csrf, db
from campaign.history import unsaved
from campaign.photos.models import Photo
from campaign.replies.models import Reply
from campaign.web import language

T = TypeVar("T", bound=Record)
View = TypeVar("View", bound=Callable[..., Any])

WANTED = "wanted"  # in the session: the page that an unsigned visitor asked for; never taken from the address
LONGEST_WANTED = 500  # characters; it has to fit into a cookie
LARGEST_ID = 2**31 - 1


def install(manage: Blueprint) -> None:
    """Guards a parent blueprint and all that is nested in it."""
    manage.before_request(admit)


def open_to_all(view: View) -> View:
    """Marks a page below /manage that needs no signing in: invitations."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def outlives_its_session(view: View) -> View:
    """Marks a form whose text isn't lost when it is sent after the session has ended. It has one address for seeing and
    sending it, and holds nothing secret and nothing about supporters."""
    view.outlives_its_session = True  # type: ignore[attr-defined]
    return view


def admit() -> ResponseReturnValue | None:
    """Lets organizers in, in their own language; everybody else signs in first, and then is back where they were."""
    signed_in = current_user.is_authenticated
    if signed_in or _is("open_to_all"):
        csrf.protect()
        g.lang = me().language if signed_in else language.current()
        if signed_in and request.method == "POST" and _is("outlives_its_session"):
            unsaved.forget(me().id, request.path)  # if this is saved: it is undone with all else if it isn't
        return None
    if request.headers.get("HX-Request"):  # a part of a page, which is still open
        g.lang = language.current()
        if _who_was_here() is None:
            words = _("You are signed out. Copy what you wrote before you leave this page, then sign in again.")
        else:
            words = _("Your session has ended. Save what you wrote: you are asked to sign in, and nothing is lost.")
        return f'<p class="notice notice--warn">{words}</p>', 401
    if request.method == "GET" and len(request.full_path) <= LONGEST_WANTED:
        session[WANTED] = request.full_path.rstrip("?")
    elif request.method == "POST":
        _keep_what_was_sent()
    return redirect(url_for("security.login"), 302 if request.method in ("GET", "HEAD") else 303)


def unsaved_form() -> MultiDict[str, str] | None:
    """What the person sent from this page after their session had ended, for its form to show again."""
    g.unsaved = unsaved.find(me().id, request.path, clock.now())
    return MultiDict([(name, value) for name, value in g.unsaved.fields]) if g.unsaved else None


def me() -> Organizer:
    """The organizer who is signed in. For pages that `admit` guards."""
    organizer = current_user._get_current_object()
    if not isinstance(organizer, Organizer):
        raise Missing
    return organizer


def find(model: type[T], id: int, *, may: Permission) -> T:
    """The one of `model` with this id, if it is in a team of the person's and they may do this to it.

    Raises Missing for an outsider, as for what isn't there; NotAllowed for a member without the right.
    """
    if id > LARGEST_ID:
        raise Missing
    row = db.session.execute(_within(model).add_columns(Membership.level).where(_id_of(model) == id)).one_or_none()
    if row is None:
        raise Missing
    found, level = row
    if may not in ALLOWED[level]:
        raise NotAllowed
    return found  # type: ignore[no-any-return]


def every(
    model: type[T], *, may: Permission, where: Sequence[Any] = (), order: Sequence[Any] = (), most: int | None = None
) -> Sequence[T]:
    """All of `model` in the person's teams that they may do this to; the first `most` of them."""
    query = _allowed(model, may).where(*where).order_by(*order, _id_of(model)).limit(most)
    return db.session.scalars(query).all()


def count(model: type[T], *, may: Permission, where: Sequence[Any] = ()) -> int:
    """How many `every` would find."""
    query = _allowed(model, may).where(*where).with_only_columns(func.count(_id_of(model)))
    return db.session.scalar(query) or 0


def permissions(team_id: int) -> frozenset[Permission]:
    """What the person may do in a team: for what a page offers. What it does asks `find`."""
    membership = db.session.get(Membership, (me().id, team_id))
    return ALLOWED[membership.level] if membership else frozenset()


def _keep_what_was_sent() -> None:
    """If the browser was signed in once, and the form is of that session: its cookie is signed, its token fits. So only
    organizers can leave something here, and only for themselves."""
    writer = _who_was_here()
    if writer is None or not _is("outlives_its_session") or len(request.path) > unsaved.LONGEST_PATH:
        return
    try:
        csrf.protect()
    except CSRFError:
        return
    fields = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    unsaved.keep(writer, request.path, fields, clock.now())
    db.session.commit()
    session[WANTED] = request.path
    flash(_("Your session had ended. Sign in again: what you wrote is kept, and you can save it then."), "warn")


def _who_was_here() -> Organizer | None:
    """Whom the browser was signed in as when its session ran out: its cookie says so, and is signed. Nobody, if the
    session was ended from afar: it may be somebody else's hands that it was taken from."""
    key, row = session.get("_user_id"), session.get(sessions.ROW, "")
    named = select(Organizer).where(Organizer.fs_uniquifier == key, Organizer.active)
    organizer = db.session.scalar(named) if key else None
    return organizer if organizer is not None and sessions.ran_out(row, organizer, clock.now()) else None


def _is(mark: str) -> bool:
    return bool(getattr(current_app.view_functions[str(request.endpoint)], mark, False))


def _allowed(model: type[T], may: Permission) -> Select[Any]:
    levels = [level for level, allowed in ALLOWED.items() if may in allowed]
    return _within(model).where(Membership.level.in_(levels))


def _within(model: type[T]) -> Select[Any]:
    """Everything of `model` that belongs to a team of the person's."""
    mine = Membership.organizer_id == me().id
    query: Select[Any] = select(model)
    if model is Team:
        return query.join(Membership, Membership.team_id == Team.id).where(mine)
    if model in (Action, Article, Category, Import, Photo, Series):
        query = query.join(model.campaign)  # type: ignore[attr-defined]
    elif model is Reply:
        query = query.join(Reply.article).join(Article.campaign)
    elif model is not Campaign:
        raise TypeError(f"{model.__name__} doesn't belong to a team: look up what it hangs on")
    return query.join(Membership, Membership.team_id == Campaign.team_id).where(mine)


def _id_of(model: type[T]) -> Any:
    return model.id  # type: ignore[attr-defined]
