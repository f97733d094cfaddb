"""Pages for anyone."""

from flask import Blueprint

bp = Blueprint("site", __name__)
