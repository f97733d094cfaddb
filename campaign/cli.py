"""The commands: demo, worker, accounts."""

from flask import Flask


def install(app: Flask) -> None:
    """Adds every command group to `flask`."""
