"""Pictures, good and bad, as files."""

import io
import struct
import zlib

from PIL import Image

PLACE = "45 deg 19' 24\" N, Ottawa"


def drawn(width=1600, height=900, mode="RGB"):
    picture = Image.new(mode, (width, height), 0 if mode in ("L", "1") else None)
    if mode in ("RGB", "RGBA"):
        picture.paste((200, 30, 30), (0, 0, width // 2, height))
        picture.paste((30, 30, 200), (width // 2, 0, width, height))
    return picture


def saved(picture, kind="JPEG", **more):
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def exif(orientation=1):
    """With a place, a camera, an owner and a remark."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = PLACE
    notes[0x013B] = "Ada Lovelace"
    notes[0x010F] = "Camera of Ada"
    gps = notes.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (45.0, 19.0, 24.0), "W", (75.0, 40.0, 0.0)
    return notes.tobytes()


def with_notes(kind="JPEG", width=1600, height=900, orientation=1):
    more = {"exif": exif(orientation)}
    if kind == "JPEG":
        more |= {"comment": b"taken by Ada", "icc_profile": _profile()}
    if kind == "PNG":
        more |= {"pnginfo": _png_text(), "icc_profile": _profile()}
    if kind == "WEBP":
        more |= {"xmp": b"<x:xmpmeta>Ada</x:xmpmeta>", "icc_profile": _profile()}
    return saved(drawn(width, height), kind, **more)


def png_of(width, height, data=b""):
    """A PNG that says it is so large, with whatever in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(data)) + _chunk(b"IEND", b"")


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _png_text():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "Ada Lovelace")
    info.add_itxt("Comment", PLACE)
    return info
