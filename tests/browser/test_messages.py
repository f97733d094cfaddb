"""Telling everybody at once, without JavaScript: written, taken back, written again, and arrived."""

import re
import sqlite3

from tests.browser.driving import axe, fetch, overflow, sign_in

TEXT = "The north gate is closed. Come to the south gate."


def test_an_update_is_written_taken_back_written_again_and_arrives(organizer, page, mailbox, site):
    come(page, mailbox, "told@example.org")
    organizer.goto("/manage/actions/")
    organizer.click("main >> text=Protest CANSEC again")
    organizer.click("nav.tabs >> text=Messages")
    organizer.click("text=Write an update")
    organizer.fill("[name=body_en]", TEXT)
    organizer.click("text=See the letter first")
    assert "The north gate is closed." in organizer.inner_text(".preview >> nth=0")
    organizer.click("button[value=send]")
    assert "Held until" in organizer.inner_text("main")
    assert TEXT in public(site)

    organizer.click("text=Undo")
    assert "Taken back" in organizer.inner_text(".notices")
    assert organizer.input_value("[name=body_en]") == TEXT
    assert TEXT not in public(site)

    organizer.click("button[value=send]")
    assert TEXT in public(site)
    let_two_minutes_pass(site)
    [letter, *_] = mailbox.wait_for("told@example.org", count=2)
    assert letter["subject"].startswith("News: ")
    assert "The north gate is closed." in letter["text"]

    organizer.click("text=Look again")
    assert "Done" in organizer.inner_text("main")
    organizer.click("text=All messages")
    organizer.click("text=Take down")
    assert TEXT not in public(site)


def test_the_pages_about_sending_are_clean_and_narrow(browse, site):
    page = browse(js=True)
    sign_in(page, site)
    page.goto("/manage/actions/")
    page.click("main >> text=Protest CANSEC again")
    messages = page.url + "/messages"
    page.goto(page.url + "/broadcast")
    page.fill("[name=body_en]", "Who has a van, {name}?")
    page.click("button[value=preview]")
    wrong = [*axe(page), *([f"{pixels} pixels too wide"] if (pixels := overflow(page)) > 0 else [])]
    page.goto(messages + "/new")
    page.fill("[name=count]", "0")
    page.fill("[name=at]", "23:00")
    page.fill("[name=body_en]", "Hello {nmae}")
    page.click("text=Add it")
    assert page.title().startswith("Error: ")
    wrong += [*axe(page), *([f"{pixels} pixels too wide"] if (pixels := overflow(page)) > 0 else [])]

    assert wrong == []


def come(page, mailbox, address):
    page.goto("/en/actions/protest-cansec-next")
    page.fill("[name=email]", address)
    page.check("[name=consent]")
    page.click("text=Send my RSVP")
    [letter] = mailbox.wait_for(address)
    page.goto(re.search(r"https?://\S+/en/rsvps/\S+", letter["text"])[0])
    page.click("text=Confirm my RSVP")


def public(site):
    return fetch(f"{site.url}/en/actions/protest-cansec-next")[1].decode()


def let_two_minutes_pass(site):
    """What is held was held two minutes ago. (Nobody has so much time in a test.)"""
    with sqlite3.connect(site.folder / "instance" / "campaign.db", timeout=30) as database:
        database.execute("UPDATE occasions SET due_at = datetime(due_at, '-2 minutes') WHERE dedup_key IS NOT NULL")
