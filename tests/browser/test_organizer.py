"""An organizer's whole way without JavaScript: an action is written, published and moved, and who comes is told."""

import re
from datetime import UTC, datetime, timedelta

from tests.browser.driving import axe


def test_an_action_is_written_published_answered_and_moved(organizer, page, mailbox, site):
    day, later = (datetime.now(UTC) + timedelta(days=days) for days in (40, 47))

    organizer.click("text=New action")
    organizer.fill("[name=title]", "Silent march")
    give_time(organizer, day, "25:00", "20:30")
    organizer.click("text=Save the draft")
    assert organizer.title().startswith("Error: ")
    assert organizer.evaluate("document.activeElement.id") == "errors"
    assert organizer.input_value("[name=title]") == "Silent march"
    assert organizer.input_value("[name=starts-time]") == "25:00"

    organizer.fill("[name=starts-time]", "19:00")
    organizer.fill("[name=venue]", "City Hall")
    organizer.click("text=Save the draft")
    assert organizer.inner_text("h1") == "Silent march"
    assert "7:00 pm, Ottawa time" in organizer.inner_text("main")

    organizer.click("nav.tabs >> text=Edit")
    organizer.click("text=Add another line")
    organizer.fill("[name=agenda-0-time]", "18:45")
    organizer.fill("[name=agenda-0-text]", "Candles are handed out")
    organizer.click("text=Add another line")
    assert organizer.input_value("[name=agenda-0-text]") == "Candles are handed out"
    assert organizer.locator("[name=agenda-1-text]").count() == 1
    organizer.click("form >> text=Save >> nth=-1")
    assert "6:45 pm: Candles are handed out" in organizer.inner_text("main")

    address = organizer.url
    organizer.click("main >> text=Preview >> nth=0")
    assert "Candles are handed out" in organizer.inner_text("main")
    assert organizer.locator("[name=answer] >> nth=0").is_disabled()

    organizer.goto(address)
    organizer.click("text=Publish")
    assert "7:00 pm, Ottawa time" in organizer.inner_text("main")
    organizer.click("button >> text=Publish")
    assert "Published." in organizer.inner_text(".notices")
    public = organizer.get_attribute("text=Public page", "href")

    page.goto(public)
    page.fill("[name=email]", "marcher@example.org")
    page.check("[name=consent]")
    page.click("text=Send my RSVP")
    [letter] = mailbox.wait_for("marcher@example.org")
    page.goto(re.search(r"https?://\S+/en/rsvps/\S+", letter["text"])[0])
    page.click("text=Confirm my RSVP")

    organizer.goto(f"{address}/move")
    give_time(organizer, later, "18:00", "")
    organizer.fill("[name=ends-time]", "19:00")
    organizer.fill("[name=reason]", "The square is taken")
    organizer.click("text=Show what changes")
    shown = organizer.inner_text("main")
    assert "7:00 pm, Ottawa time" in shown
    assert "6:00 pm, Ottawa time" in shown
    organizer.click("text=Move it and tell 1 person")
    assert "Moved." in organizer.inner_text(".notices")

    told, *_ = mailbox.wait_for("marcher@example.org", count=2)
    assert "The square is taken" in told["text"]
    page.goto(public)
    assert "6:00 pm" in page.inner_text("dl.keyfacts")


def test_signing_out_ends_what_the_cookie_could_open(organizer):
    cookies = organizer.context.cookies()

    organizer.click("text=Sign out")
    organizer.context.add_cookies(cookies)
    organizer.goto("/manage/")

    assert organizer.url.endswith("/manage/login")


def test_axe_finds_nothing_on_a_form_that_was_refused(browse, site):
    page = browse(js=True)
    page.goto("/manage/login")
    page.click("main button[type=submit]")

    assert page.title().startswith("Error: ")
    assert axe(page) == []


def give_time(page, day, starts, ends):
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"[name=starts-{part}]", str(value))
        page.fill(f"[name=ends-{part}]", "")
    for name, value in (("starts", starts), ("ends", ends)):
        field = page.locator(f"[name={name}-time]")
        if value != "25:00":
            field.fill(value)
        else:  # what only a browser without <input type="time"> can send
            field.evaluate("(field, value) => { field.type = 'text'; field.value = value }", value)
