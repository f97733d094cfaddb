"""Pages for anyone."""

from flask import Blueprint

bp = Blueprint("campaigns", __name__)
