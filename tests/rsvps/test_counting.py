"""What the public is told of how many come."""

import re

import pytest
from bs4 import BeautifulSoup

from campaign import clock
from campaign.extensions import db
from campaign.rsvps import counting, worker
from tests import make

SEEN_AS = [
    *((0, 0), (9, 0), (10, 10), (11, 10), (20, 10), (21, 20), (51, 50), (100, 50), (101, 100), (214, 200), (500, 200)),
    *((501, 500), (1000, 500), (1001, 1000), (2001, 2000), (7000, 5000), (12_345, 10_000), (300_000, 200_000)),
]


@pytest.mark.parametrize(("people", "step"), SEEN_AS)
def test_people_are_counted_in_steps(people, step):
    assert counting.step(people) == step


def test_the_count_is_of_people_who_say_yes_verified_or_not_as_of_the_last_hour(app):
    action = make.action()
    make.rsvp(make.action(), "noise@example.org", party_size=9)
    make.rsvp(action, "ada@example.org", party_size=8)
    make.rsvp(action, party_size=4)
    make.rsvp(action, "maybe@example.org", party_size=20, answer="maybe")
    make.rsvp(action, "no@example.org", party_size=20, answer="no")
    make.rsvp(action, "pending@example.org", party_size=20, state="pending")
    make.rsvp(action, "sealed@example.org", party_size=20, state="sealed")
    make.rsvp(action, "gone@example.org", party_size=20, state="cancelled")
    db.session.commit()

    worker.refresh_counts(clock.now())

    assert action.public_count == 12


def test_the_page_shows_a_step_and_never_the_count(client):
    action = make.action(slug="march")
    make.rsvp(action, party_size=17)
    before = client.get(f"/en/actions/{action.slug}").text
    worker.refresh_counts(clock.now())

    after = client.get(f"/en/actions/{action.slug}").text

    assert "10 or more people" not in before
    assert "10 or more people are coming so far." in after
    assert not re.search(r"\b17\b", BeautifulSoup(after, "html.parser").get_text())
