"""A self-hosted organizer for protest campaigns."""

from pathlib import Path

from flask import Blueprint, Flask

from campaign import databases  # noqa: F401 -- it listens to every engine
from campaign.calendars import shelf
from campaign.cli.commands import Commands
from campaign.extensions import babel, csrf, db, limiter, mail
from campaign.web import errors, guard, headers, incoming, jinja, kept, language, limits, requests, seals, signing_in
from config import Settings

ROOT = Path(__file__).resolve().parent.parent


def faces() -> tuple[list[Blueprint], list[Blueprint]]:
    """Every page there is: (public ones, organizers' ones)."""
    from campaign.accounts import manage as accounts_manage
    from campaign.actions import manage as actions_manage
    from campaign.actions import public as actions_public
    from campaign.articles import manage as articles_manage
    from campaign.articles import public as articles_public
    from campaign.calendars import public as calendars_public
    from campaign.campaigns import manage as campaigns_manage
    from campaign.campaigns import public as campaigns_public
    from campaign.categories import manage as categories_manage
    from campaign.clones import manage as clones_manage
    from campaign.credentials import manage as credentials_manage
    from campaign.exchange import manage as exchange_manage
    from campaign.figures import manage as figures_manage
    from campaign.figures import public as figures_public
    from campaign.history import manage as history_manage
    from campaign.messages import manage as messages_manage
    from campaign.photos import manage as photos_manage
    from campaign.photos import public as photos_public
    from campaign.profiles import manage as profiles_manage
    from campaign.replies import manage as replies_manage
    from campaign.replies import public as replies_public
    from campaign.rsvps import manage as rsvps_manage
    from campaign.rsvps import public as rsvps_public
    from campaign.series import manage as series_manage
    from campaign.signins import manage as signins_manage
    from campaign.site import manage as site_manage
    from campaign.site import public as site_public
    from campaign.updates import manage as updates_manage

    return (
        [
            site_public.bp,
            campaigns_public.bp,
            actions_public.bp,
            rsvps_public.bp,
            photos_public.bp,
            articles_public.bp,
            figures_public.bp,
            replies_public.bp,
            calendars_public.bp,
        ],
        [
            site_manage.bp,
            accounts_manage.bp,
            credentials_manage.bp,
            signins_manage.bp,
            profiles_manage.bp,
            campaigns_manage.bp,
            actions_manage.bp,
            series_manage.bp,
            photos_manage.bp,
            articles_manage.bp,
            categories_manage.bp,
            figures_manage.bp,
            history_manage.bp,
            replies_manage.bp,
            rsvps_manage.bp,
            messages_manage.bp,
            updates_manage.bp,
            clones_manage.bp,
            exchange_manage.bp,
        ],
    )


def create_app(settings: Settings) -> Flask:
    """The whole application. Reads no environment and opens no connection."""
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.INSTANCE_DIR),
    )
    app.cli = Commands(app.name)
    app.config.from_object(settings)
    db.init_app(app)
    mail.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=language.current)
    limiter.init_app(app)
    for part in (requests, signing_in, language, jinja, headers, errors, limits, seals, kept, incoming):
        part.install(app)
    app.extensions["shelf"] = shelf.Shelf(settings.INSTANCE_DIR / "calendars", shelf.shape(settings.BASE_URL))
    public, organizers = faces()
    for face in public:
        csrf.exempt(face)  # public forms carry a stateless stamp, see web/stamp.py
        app.register_blueprint(face)
    manage = Blueprint("manage", __name__, url_prefix="/manage")
    guard.install(manage)
    for face in organizers:
        manage.register_blueprint(face)
    app.register_blueprint(manage)
    return app
