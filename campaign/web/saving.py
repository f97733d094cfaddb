"""What a page says after a form that several may have open was saved."""

from flask import flash
from flask_babel import gettext as _

from campaign.merging import SharedForm


def say_saved(form: SharedForm) -> None:
    """And which of somebody else's changes stay, that the person hasn't seen."""
    flash(_("Saved."), "ok")
    if form.kept:
        fields = ", ".join(str(label) for label in form.kept)
        flash(_("Somebody else has changed this meanwhile, and it stays: %(fields)s.", fields=fields), "warn")
