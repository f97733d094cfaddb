"""Pictures' files, for anyone who has their address."""

from pathlib import Path

from flask import Blueprint, current_app, make_response
from werkzeug.wrappers import Response

from campaign import tokens
from campaign.errors import Missing
from campaign.photos.keeping import FOLDER
from campaign.web.headers import FOR_EVER

bp = Blueprint("photos", __name__)

TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}


@bp.get("/photos/<key>-<int:width>.<any(webp,jpg):ending>")
def show(key: str, width: int, ending: str) -> Response:
    """What a name stands for never changes; it is gone when the picture was deleted."""
    path = Path(current_app.config["INSTANCE_DIR"]) / FOLDER / f"{key}-{width}.{ending}"
    if not tokens.is_well_formed(key) or not path.is_file():
        raise Missing
    response = make_response(path.read_bytes())
    response.headers["Content-Type"] = TYPES[ending]
    response.headers["Cache-Control"] = FOR_EVER
    return response
