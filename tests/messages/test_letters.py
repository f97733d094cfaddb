"""Every letter about an action, whoever wrote its template."""

from datetime import datetime, timedelta

import pytest

from campaign.actions.models import Status
from campaign.columns import LANGUAGES, Texts
from campaign.messages import letters
from campaign.outbox.letters import FOLDER
from campaign.outbox.wrapping import wrap
from tests import make

LETTERS = sorted(
    str(path.relative_to(FOLDER).with_suffix(""))
    for part in ("rsvps", "messages")
    for path in (FOLDER / part).glob("*.txt")
)
CHANGES = ["moved", "relocated", "postponed", "cancelled"]
DATE = {
    "starts_local": "2023-05-31T07:00:00",
    "ends_local": "2023-05-31T09:30:00",
    "zone": "America/Toronto",
    "place": "EY Centre, 4899 Uplands Drive, Ottawa",
    "city": "Ottawa",
}
ADA = {
    "to": "ada@example.org",
    "name": "Ada",
    "manage": "https://example.org/en/rsvps/abc",
    "unsubscribe": "https://example.org/unsubscribe/def",
    "answer": "Yes",
    "people": "2",
}
WHEN = {
    "en": "Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)",
    "fr": "mercredi 31 mai 2023, 7 h à 9 h 30, heure d’Ottawa (HAE)",
    "es": "miércoles 31 de mayo de 2023, 7:00 a 9:30, hora de Ottawa (EDT)",
}


@pytest.fixture
def action(app):
    return make.action(make.team("Heron collective"))


def written(action, letter, language="en", person=ADA, change="moved", **facts):
    facts = {"change": change, "reason": "Storm", "dates": [DATE, DATE], **facts}
    return letters.about(action, letter, language, facts=facts, person=person, base_url="https://example.org")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", LETTERS)
def test_it_opens_with_day_hour_zone_and_place(action, letter, language):
    first, second = written(action, letter, language).body.split("\n")[:2]

    assert first == WHEN[language]
    assert second == "EY Centre, 4899 Uplands Drive, Ottawa"


@pytest.mark.parametrize("letter", LETTERS)
def test_it_says_who_writes_from_where_and_how_to_end_it(action, letter):
    body = written(action, letter).body

    assert "Heron collective, 12 Sample Street, Ottawa" in body
    assert "team@example.org" in body
    assert body.rstrip().endswith("https://example.org/unsubscribe/def")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("letter", LETTERS)
def test_its_subject_names_the_hour_and_not_the_action(action, letter, change, language):
    action.title = Texts(en="Protest CANSEC", fr="Manifestation", es="Protesta")

    subject = written(action, letter, language, change=change).subject

    assert not any(word in subject for word in ("CANSEC", "Manifestation", "Protesta"))
    assert WHEN[language].split(" to ")[0].split(" à ")[0].split(" a 9")[0] in subject


@pytest.mark.parametrize("name", ["Ada", ""])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("letter", LETTERS)
def test_it_is_plain_text_in_short_lines(action, letter, change, name):
    made = written(action, letter, person={**ADA, "name": name}, change=change)

    for line in [line for paragraph in made.body.split("\n") for line in wrap(paragraph)]:
        assert len(line) <= 72 or line.startswith("http")
        assert line == line.rstrip()
    for leftover in ("{{", "{%", "None", "\n\n\n", "&#", "&amp;", "Hello ,"):
        assert leftover not in made.body


@pytest.mark.parametrize("letter", LETTERS)
def test_markup_in_what_organizers_write_stays_what_it_is(action, letter):
    action.title = Texts(en="<b>{{ 7*7 }}</b> & %(name)s %s")

    assert "<b>{{ 7*7 }}</b> & %(name)s %s" in written(action, letter).body


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize(
    ("status", "opens"),
    [(Status.CANCELLED, "Cancelled: Wednesday 31 May 2023"), (Status.POSTPONED, "Postponed, a new date will follow.")],
)
def test_what_is_off_says_so_first(action, letter, status, opens):
    action.status = status

    assert written(action, letter).body.startswith(opens)


def test_an_action_over_midnight_and_over_a_clock_change_is_said_in_full(action):
    starts = datetime(2023, 11, 4, 22, 0)
    action.set_time(starts, starts + timedelta(hours=8), "America/Toronto")

    first = written(action, "messages/reminder").body.split("\n")[0]

    assert first == "Saturday 4 November 2023, 10:00 pm to Sunday 5 November 2023, 6:00 am, Ottawa time (EDT, then EST)"


def test_a_missing_translation_falls_back_to_the_campaigns_language(action):
    assert "Protest CANSEC" in written(action, "messages/reminder", "fr").body


def test_an_action_without_a_place_has_no_empty_line_for_it(action):
    action.venue = action.address = ""

    assert written(action, "messages/reminder").body.split("\n")[1] == "Protest CANSEC"
