"""Uploading pictures, describing them, deleting them."""

import io
import re

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from campaign.accounts.membership import Level
from campaign.extensions import db
from campaign.photos import keeping
from campaign.photos.models import Focus, Photo
from tests import make
from tests.photos import pictures


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team, slug="arms")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


@pytest.fixture
def folder(settings):
    return settings.INSTANCE_DIR / "photos"


def upload(client, cause, content=None, *, name="photo.jpg", **fields):
    content = pictures.with_notes() if content is None else content
    words = {"alt": "A crowd at dawn.", "caption": "We gather.", "credit": "Photo: us", "focus": "top"}
    data = {"campaign": cause.id, **words, **fields, "file": (io.BytesIO(content), name)}
    return client.post("/manage/photos/new", data={k: v for k, v in data.items() if v is not None})


def _errors(page):
    soup = BeautifulSoup(page.text, "html.parser")
    return [re.sub(r"\s+", " ", item.get_text()).strip() for item in soup.select(".error-summary li")]


def _photo():
    return db.session.scalars(db.select(Photo)).one()


def test_it_is_kept_drawn_anew_and_served_to_be_kept(alice, cause):
    page = upload(alice, cause)

    photo = _photo()
    served = [alice.get(f"/photos/{photo.key}-{width}.{end}") for width in (480, 800, 1200) for end in ("webp", "jpg")]
    assert page.status_code == 303
    assert (photo.alt["en"], photo.caption["en"], photo.credit["en"], photo.focus) == (
        "A crowd at dawn.",
        "We gather.",
        "Photo: us",
        Focus.TOP,
    )
    for file in served:
        assert file.status_code == 200
        assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in file.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in file.headers
        assert b"Ada" not in file.data
        assert b"Exif" not in file.data
        assert dict(Image.open(io.BytesIO(file.data)).getexif()) == {}
    assert [file.mimetype for file in served] == ["image/webp", "image/jpeg"] * 3


def test_nothing_of_the_upload_stays_anywhere(alice, cause, settings):
    upload(alice, cause, name="ada-at-home.jpg")

    for path in settings.INSTANCE_DIR.rglob("*"):
        if path.is_file():
            assert b"Ada Lovelace" not in path.read_bytes(), path
            assert "ada-at-home" not in path.name
            assert b"ada-at-home" not in path.read_bytes(), path


def test_an_article_shows_it_in_its_widths(alice, cause):
    upload(alice, cause)
    make.article(cause, slug="peru", photo=_photo())

    image = BeautifulSoup(alice.get("/en/articles/peru").text, "html.parser").find("figure", class_="lead-photo")

    assert image.img["src"] == f"/photos/{_photo().key}-800.jpg"
    assert image.img["class"] == ["focus-top"]
    assert re.findall(r"-(\d+)\.webp \1w", image.source["srcset"]) == ["480", "800", "1200"]
    assert all(alice.get(address).status_code == 200 for address in re.findall(r"/photos/\S+", image.source["srcset"]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7", "PDF"),
        (pictures.saved(pictures.drawn(64, 48)) + b"<script>alert(1)</script>", "something else besides"),
        (pictures.png_of(60_000, 60_000), "too many pixels"),
        (pictures.saved(pictures.drawn(64, 48))[:200], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_words_are_kept(alice, cause, folder, content, words):
    before = set(folder.glob("*"))

    page = upload(alice, cause, content)

    assert page.status_code == 422
    assert words in _errors(page)[0]
    assert "A crowd at dawn." in page.text
    assert db.session.scalars(db.select(Photo)).all() == []
    assert set(folder.glob("*")) == before


def test_the_kind_is_what_the_octets_say_not_the_name(alice, cause):
    assert upload(alice, cause, pictures.saved(pictures.drawn(64, 48), "PNG"), name="x.svg").status_code == 303
    assert upload(alice, cause, b"<svg/>", name="x.jpg").status_code == 422


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"alt": ""}, "Say in a sentence what it shows, or tick that it only decorates."),
        ({"decorative": "y"}, "Either say what it shows, or tick that it only decorates, not both."),
        ({"alt": "x" * 301}, "Use at most 300 characters."),
        ({"caption": "x" * 301}, "Use at most 300 characters."),
        ({"credit": "x" * 161}, "Use at most 160 characters."),
        ({"focus": "moon"}, "Not a valid choice."),
        ({"campaign": "0"}, "Not a valid choice."),
    ],
)
def test_words_are_asked_for(alice, cause, fields, words):
    page = upload(alice, cause, **fields)

    assert page.status_code == 422
    assert any(words in error for error in _errors(page)) or "could not coerce" in _errors(page)[0]
    assert db.session.scalars(db.select(Photo)).all() == []


def test_a_decorative_one_has_no_words(alice, cause):
    upload(alice, cause, alt="", decorative="y")
    make.article(cause, slug="peru", photo=_photo())

    assert BeautifulSoup(alice.get("/en/articles/peru").text, "html.parser").select_one(".lead-photo img")["alt"] == ""


def test_eight_mebibytes_are_taken_here_and_no_more(alice, cause):
    large = upload(alice, cause, pictures.saved(pictures.drawn(64, 48)) + bytes(7 * 2**20))
    large.request.environ["wsgi.input"].close()

    too_large = alice.post("/manage/photos/new", environ_overrides={"CONTENT_LENGTH": str(8 * 2**20 + 1)})

    assert (large.status_code, too_large.status_code) == (303, 413)


@pytest.mark.parametrize(
    "path", ["/manage/articles/new", "/manage/login", "/en/articles/peru/replies", "/manage/replies/"]
)
def test_everywhere_else_64_kibibytes_are_the_most(alice, cause, path):
    make.article(cause, slug="peru")

    assert alice.post(path, data={"text": "x" * 70_000}).status_code == 413


def test_a_file_may_have_line_ends_wherever_it_is_cut_into_pieces(alice, cause):
    """Werkzeug reads on behind the last one, in pieces as long as a form may be."""
    page = upload(alice, cause, b"\r\n" * 200_000)

    assert page.status_code == 422
    assert "no picture that we can read" in _errors(page)[0]


def test_a_long_text_in_the_upload_form_is_too_much(alice, cause):
    assert upload(alice, cause, caption="x" * 70_000).status_code == 413


def test_it_can_be_described_anew_and_in_other_languages(alice, cause):
    photo = make.photo(cause)

    alice.fill_in(f"/manage/photos/{photo.id}/edit", {"alt": "People.", "focus": "left", "cover": "y"})
    alice.fill_in(f"/manage/photos/{photo.id}/translations/fr", {"alt": "Des gens."})

    assert (dict(photo.alt), photo.focus, photo.cover) == ({"en": "People.", "fr": "Des gens."}, Focus.LEFT, True)


def test_deleting_says_first_where_it_is_used_then_takes_the_files_too(alice, cause, folder):
    upload(alice, cause)
    photo = _photo()
    key, article = photo.key, make.article(cause, slug="peru", photo=photo)

    asked = alice.get(f"/manage/photos/{photo.id}/delete")
    done = alice.post(f"/manage/photos/{photo.id}/delete")

    assert "What Canada sells to Peru" in asked.text
    assert done.status_code == 303
    assert article.photo is None
    assert "lead-photo" not in alice.get("/en/articles/peru").text
    assert alice.get(f"/photos/{key}-800.jpg").status_code == 404
    assert list(folder.glob(f"{key}*")) == []


@pytest.mark.parametrize(
    "name", ["x-800.jpg", f"{'A' * 27}-800.jpg", "..%2f..%2fcampaign.db-800.jpg", f"{'A' * 27}-800.svg", "%00-800.jpg"]
)
def test_no_other_file_is_served(client, app, name):
    assert client.get(f"/photos/{name}").status_code == 404


@pytest.mark.parametrize("path", ["edit", "delete", "translations/fr"])
def test_an_outsider_sees_no_such_picture(client, cause, path):
    photo = make.photo(cause)
    client.sign_in(make.account("Charlie", make.team("Others")))

    assert client.get(f"/manage/photos/{photo.id}/{path}").status_code == 404
    assert client.post(f"/manage/photos/{photo.id}/{path}", data={"alt": "Mine"}).status_code == 404
    assert client.get("/manage/photos/").text.count("A crowd at dawn.") == 0
    assert photo.alt["en"] == "A crowd at dawn."


def test_an_outsider_uploads_nothing_into_a_campaign_of_others(client, cause):
    client.sign_in(make.account("Charlie", make.team("Others")))

    assert upload(client, cause).status_code in (404, 422)
    assert db.session.scalars(db.select(Photo)).all() == []


def test_a_moderator_looks_and_changes_nothing(client, team, cause):
    photo = make.photo(cause)
    client.sign_in(make.account("Bob", team, level=Level.MODERATOR))

    assert client.get("/manage/photos/").status_code == 200
    assert client.post(f"/manage/photos/{photo.id}/delete").status_code == 403
    assert upload(client, cause).status_code in (403, 404, 422)


def test_a_stranger_uploads_nothing_and_nothing_large_is_read(client, cause):
    assert upload(client, cause).location == "/manage/login"
    assert client.post("/manage/photos/new", data={"alt": "x" * 70_000}).status_code == 413


def test_files_that_no_picture_has_any_more_are_swept_away(alice, cause, folder):
    upload(alice, cause)
    stray = folder / f"{'A' * 27}-800.jpg"
    stray.write_bytes(b"x")
    kept = {path.name for path in folder.glob(f"{_photo().key}*")}

    too_young = keeping.sweep(folder, stray.stat().st_mtime + 3600)
    swept = keeping.sweep(folder, stray.stat().st_mtime + 2 * 86_400)

    assert (too_young, stray.exists()) == (0, False)
    assert swept >= 1
    assert {path.name for path in folder.iterdir()} == kept
