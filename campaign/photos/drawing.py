"""A picture drawn anew: what comes out are pixels of ours, and nothing of the file that came in.

No EXIF, no place, no comment, no profile, no thumbnail: none of it is copied, so none of it can be forgotten.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from threading import Lock
from typing import Any

from PIL import Image, ImageCms, ImageOps

from campaign.extensions import _l
from campaign.photos.checking import CUT_SHORT, NO_PICTURE, Refused, kind_of
from campaign.photos.models import WIDTHS, widths_up_to

MOST_PIXELS = 40_000_000  # a phone's camera makes 12 to 50 million; looked at before anything is decoded
LONGEST_SIDE = 12_000
PAPER = "white"  # behind what is transparent
BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, MemoryError, struct.error, zlib.error)
TOO_LARGE = _l("That picture has too many pixels. Make it smaller: %(width)s pixels wide is plenty.", width=2400)

_one_at_a_time = Lock()  # a large picture takes some 300 MB while it is drawn


@dataclass(frozen=True)
class Drawn:
    """files: by the end of their names, "-800.webp" and the like. width, height: of the JPEG for old browsers."""

    files: dict[str, bytes]
    width: int
    height: int
    widest: int


def draw(content: bytes) -> Drawn:
    """Raises Refused for what is no picture, more than one, damaged or too large."""
    kind = kind_of(content)
    try:
        with _one_at_a_time, Image.open(io.BytesIO(content), formats=(kind,)) as opened:
            _refuse_large(opened.size)
            return _in_widths(_upright(opened))
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_LARGE) from None
    except BROKEN:
        raise Refused(CUT_SHORT) from None


def _refuse_large(size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise Refused(NO_PICTURE)
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise Refused(TOO_LARGE)


def _upright(opened: Image.Image) -> Image.Image:
    """A new image with the same pixels, turned as the camera was held, in the colours of the web."""
    opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))  # a JPEG may be decoded at half its size or less
    opened.load()
    flat = _in_web_colours(_turned(_reduced(opened)))
    new = Image.new("RGB", flat.size, PAPER)
    if "A" in flat.getbands():
        new.paste(flat.convert("RGB"), mask=flat.getchannel("A"))
    else:
        new.paste(flat.convert("RGB"))
    return new


def _reduced(picture: Image.Image) -> Image.Image:
    """Roughly smaller, if it is far larger than what is kept: the rest then needs less memory."""
    factor = min(picture.size) // (2 * WIDTHS[-1])
    return picture.reduce(factor) if factor > 1 and picture.mode in ("L", "RGB", "RGBA", "CMYK") else picture


def _turned(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except BROKEN:
        return picture  # its EXIF can't be read, and isn't kept anyway


def _in_web_colours(picture: Image.Image) -> Image.Image:
    """sRGB, by the picture's own profile where it has one that makes sense. Palettes and grey become RGB or RGBA."""
    profile = picture.info.get("icc_profile")
    transparent = "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "La", "RGBa")
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode not in ("RGB", "RGBA", "CMYK"):
        picture = picture.convert("RGBA" if transparent else "RGB")
    if not profile or picture.mode == "RGBA":
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, *BROKEN):
        return picture
    return changed or picture


def _in_widths(picture: Image.Image) -> Drawn:
    files: dict[str, bytes] = {}
    middle = (0, 0)
    for width in widths_up_to(picture.width):
        height = max(1, round(picture.height * width / picture.width))
        small = picture.resize((width, height), Image.Resampling.LANCZOS)
        files[f"-{width}.webp"] = _saved(small, "WEBP", quality=80, method=4)
        files[f"-{width}.jpg"] = _saved(small, "JPEG", quality=82, optimize=True, progressive=True)
        if width <= WIDTHS[1]:
            middle = (width, height)
    return Drawn(files, *middle, min(picture.width, WIDTHS[-1]))


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
