"""Pictures' files: below the instance's own folder, under names that nobody can guess."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import select

from campaign import tokens
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import db
from campaign.photos.drawing import Drawn
from campaign.photos.models import Focus, Photo

FOLDER = "photos"  # below INSTANCE_DIR
DAY = 86_400  # seconds


def add(
    campaign: Campaign, drawn: Drawn, texts: Mapping[str, str], focus: Focus, *, cover: bool, folder: Path
) -> Photo:
    """texts: alt, caption and credit, in the campaign's language. folder: where files lie; made if it isn't there."""
    photo = Photo(
        campaign=campaign, key=tokens.new(), width=drawn.width, height=drawn.height, widest=drawn.widest, alt=Texts()
    )
    folder.mkdir(parents=True, exist_ok=True)
    for ending, content in drawn.files.items():
        _put(folder / f"{photo.key}{ending}", content)
    db.session.add(photo)
    describe(photo, texts, focus, cover=cover)
    return photo


def describe(photo: Photo, texts: Mapping[str, str], focus: Focus, *, cover: bool) -> None:
    """texts: as above; an empty alt says that the picture is decorative."""
    language = photo.campaign.language
    for name in ("alt", "caption", "credit"):
        setattr(photo, name, (getattr(photo, name) or Texts()).having(language, texts[name]))
    if not texts["alt"]:
        photo.alt = Texts()
    photo.focus, photo.cover = focus, cover
    db.session.flush()


def delete(photo: Photo) -> str:
    """The row; whatever showed it shows none from now on. Returns the key of its files, to be removed when this is
    committed."""
    key = photo.key
    db.session.delete(photo)
    db.session.flush()
    return key


def remove(key: str, folder: Path) -> None:
    """The files of a picture."""
    if key:
        for path in folder.glob(f"{key}-*"):
            path.unlink(missing_ok=True)


def sweep(folder: Path, seconds: float) -> int:
    """Removes files that no picture has any more, if they are older than a day: what a crash left behind. Returns how
    many.

    seconds: since 1970, now.
    """
    known = set(db.session.scalars(select(Photo.key)))
    old = [path for path in _files(folder) if path.stat().st_mtime < seconds - DAY]
    db.session.rollback()
    stray = [path for path in old if path.name.rpartition("-")[0] not in known]
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


def _files(folder: Path) -> Iterable[Path]:
    return folder.iterdir() if folder.is_dir() else ()


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
