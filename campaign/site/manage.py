"""Pages for organizers."""

from flask import Blueprint

bp = Blueprint("site", __name__)
