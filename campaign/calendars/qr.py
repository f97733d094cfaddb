"""An address as a picture that phones read."""

from io import BytesIO

import segno

SCALE, BORDER = 8, 4  # pixels a module; modules, as the standard asks for


def png(address: str) -> bytes:
    """Black on white, in light and dark alike. The same address always gives the same bytes."""
    picture = BytesIO()
    _code(address).save(picture, kind="png", scale=SCALE, border=BORDER)
    return picture.getvalue()


def side(address: str) -> int:
    """How wide and high that picture is, in pixels."""
    return int(_code(address).symbol_size(SCALE, BORDER)[0])


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
