"""Pages for anyone."""

from flask import Blueprint

bp = Blueprint("calendars", __name__)
