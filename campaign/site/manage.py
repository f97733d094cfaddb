"""Where organizers arrive: what is next, and what needs doing."""

from flask import Blueprint, render_template

bp = Blueprint("site", __name__)


@bp.get("/")
def index() -> str:
    return render_template("manage/site/index.html")
