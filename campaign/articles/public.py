"""Pages for anyone."""

from flask import Blueprint

bp = Blueprint("articles", __name__)
