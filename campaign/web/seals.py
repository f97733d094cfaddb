"""The web process's public keys: read once, at the start if they are there."""

from flask import Flask, current_app

from campaign.sealing import Sealer

NAME = "sealer"


def install(app: Flask) -> None:
    """Refuses the start (KeysUnusable) when others can get at the keys. On a first start there may be none yet."""
    if (app.config["KEYS_DIR"] / "web").exists():
        app.extensions[NAME] = Sealer(app.config["KEYS_DIR"])


def sealer() -> Sealer:
    """Raises KeysUnusable while no worker has made the keys."""
    if NAME not in current_app.extensions:
        current_app.extensions[NAME] = Sealer(current_app.config["KEYS_DIR"])
    made: Sealer = current_app.extensions[NAME]
    return made
