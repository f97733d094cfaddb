"""Pages for anyone."""

from flask import Blueprint

bp = Blueprint("actions", __name__)
