"""Background for anyone."""

from flask import Blueprint, render_template

from campaign.web.language import PREFIX

bp = Blueprint("articles", __name__)


@bp.get(f"{PREFIX}/articles/")
def index(lang: str) -> str:
    return render_template("articles/index.html")
