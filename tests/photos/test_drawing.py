"""What becomes of a picture that is uploaded."""

import io
import zipfile
import zlib

import pytest
from PIL import Image

from campaign.photos.checking import LARGEST_FILE, Refused
from campaign.photos.drawing import draw
from tests.photos import pictures

JPEG = pictures.saved(pictures.drawn(64, 48))
PNG = pictures.saved(pictures.drawn(64, 48), "PNG")
WEBP = pictures.saved(pictures.drawn(64, 48), "WEBP")


def _opened(content):
    return Image.open(io.BytesIO(content))


def _zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<b>hello</b>")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_kept_as_webp_and_jpeg_in_three_widths(kind):
    drawn = draw(pictures.saved(pictures.drawn(1600, 900), kind))

    sizes = {ending: (_opened(content).format, _opened(content).size) for ending, content in drawn.files.items()}
    assert sizes == {
        f"-{width}.{ending}": (name, (width, width * 9 // 16))
        for width in (480, 800, 1200)
        for ending, name in (("webp", "WEBP"), ("jpg", "JPEG"))
    }
    assert (drawn.width, drawn.height, drawn.widest) == (800, 450, 1200)


@pytest.mark.parametrize(("width", "kept"), [(64, [64]), (480, [480]), (500, [480, 500]), (900, [480, 800, 900])])
def test_a_small_one_is_not_blown_up(width, kept):
    drawn = draw(pictures.saved(pictures.drawn(width, 40), "PNG"))

    assert sorted({int(ending[1:].partition(".")[0]) for ending in drawn.files}) == kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_was_noted_in_the_file_comes_out(kind):
    source = pictures.with_notes(kind)
    assert b"Ada" in source

    drawn = draw(source)

    for content in drawn.files.values():
        picture = _opened(content)
        assert not {"exif", "icc_profile", "comment", "xmp", "photoshop", "dpi"} & picture.info.keys()
        assert dict(picture.getexif()) == {}
        assert not any(sign in content for sign in (b"Ada", b"Exif", b"Ottawa", b"Photoshop", b"http", b"ICC", b"XMP"))


@pytest.mark.parametrize(("orientation", "size"), [(1, (800, 450)), (6, (800, 1422)), (8, (800, 1422))])
def test_it_stands_upright(orientation, size):
    drawn = draw(pictures.with_notes(orientation=orientation))

    assert (drawn.width, drawn.height) == size


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), ("WEBP", "RGBA"), *(("PNG", mode) for mode in ("P", "1", "LA", "RGBA", "I;16"))],
)
def test_pictures_of_all_kinds_become_plain_ones(kind, mode):
    drawn = draw(pictures.saved(Image.new(mode, (64, 48)), kind))

    assert _opened(drawn.files["-64.jpg"]).mode == "RGB"


def test_what_is_transparent_becomes_white():
    drawn = draw(pictures.saved(Image.new("RGBA", (64, 48), (0, 0, 0, 0)), "PNG"))

    assert min(_opened(drawn.files["-64.jpg"]).getpixel((5, 5))) > 250


def test_a_large_one_is_drawn_too():
    drawn = draw(pictures.saved(pictures.drawn(7000, 5000), "JPEG"))

    assert (drawn.width, drawn.height) == (800, 571)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "no picture"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"\n<?xml version='1.0'?><svg/>", "SVG"),
        (b"\xef\xbb\xbf<!DOCTYPE svg>", "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><script>alert(1)</script>", "no picture"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
        (b"II*\x00\x08\x00\x00\x00", "too large for the web"),
        (b"MZ\x90\x00", "no picture"),
        (_zip(), "no picture"),
        (b"RIFF\x00\x00\x00\x00WAVE", "no picture"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(app, content, words):
    with app.test_request_context(), pytest.raises(Refused) as refused:
        draw(content)

    assert words in str(refused.value)


@pytest.mark.parametrize("picture", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
@pytest.mark.parametrize(
    "more",
    [b"<script>alert(1)</script>", b"<html><body>", b"%PDF-1.4\n1 0 obj", _zip(), b"<?php system();", b"GIF89a..."],
    ids=["script", "html", "pdf", "zip", "php", "gif"],
)
def test_what_is_a_picture_and_something_else_is_refused(app, picture, more):
    with app.test_request_context(), pytest.raises(Refused) as refused:
        draw(picture + more)

    assert "something else besides" in str(refused.value)


def test_a_picture_with_a_program_in_its_remark_is_refused():
    with pytest.raises(Refused):
        draw(pictures.saved(pictures.drawn(64, 48), comment=b"<script>alert(1)</script>"))


def test_a_jpeg_that_is_a_script_too_is_refused():
    script = bytearray(JPEG)
    script[4:6] = b"/*"  # the length of its first part, which makes a comment begin there

    with pytest.raises(Refused):
        draw(bytes(script) + b"*/=alert(1)/*")


def test_what_cameras_put_behind_a_picture_is_taken_and_left_behind():
    drawn = draw(JPEG + b"\x00\x00" + JPEG)

    assert drawn.widest == 64
    assert draw(JPEG + b"\x00\x00\x00\x18ftypmp42 a film").files == drawn.files


@pytest.mark.parametrize("size", [(6400, 6400), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (12_001, 10), (1, 2**30)])
def test_one_that_would_unpack_to_far_too_much_is_refused_unopened(app, size):
    with app.test_request_context(), pytest.raises(Refused) as refused:
        draw(pictures.png_of(*size))

    assert "pixels" in str(refused.value)


def test_a_bomb_in_a_remark_is_refused():
    bomb = pictures._chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + zlib.compress(bytes(80_000_000)))

    with pytest.raises(Refused):
        draw(PNG[:33] + bomb + PNG[33:])


@pytest.mark.parametrize("picture", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
def test_a_damaged_one_is_refused_wherever_it_is_cut(picture):
    for length in range(0, len(picture) - 2, 7):
        with pytest.raises(Refused):
            draw(picture[:length])


def test_whatever_is_changed_in_a_file_it_is_drawn_or_refused():
    for picture in (JPEG, PNG, WEBP):
        for at in range(4, len(picture), max(1, len(picture) // 60)):
            changed = bytearray(picture)
            changed[at] ^= 0xFF
            try:
                drawn = draw(bytes(changed))
            except Refused:
                continue
            assert len(b"".join(drawn.files.values())) < 10_000_000


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind):
    frames = [pictures.drawn(64, 48), Image.new("RGB", (64, 48), "green")]

    with pytest.raises(Refused):
        draw(pictures.saved(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_the_files_cap_is_eight_mebibytes():
    assert LARGEST_FILE == 8 * 2**20
