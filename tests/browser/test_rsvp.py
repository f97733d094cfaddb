"""A supporter's whole way, on a phone without JavaScript: from the form to being forgotten."""

import os
import re

from tests.browser.driving import faults

ACTION = "/en/actions/demo-tomorrow"


def fill_in(page, address="", *, consent=True, name="", people="1"):
    page.goto(ACTION)
    page.fill("[name=name]", name)
    page.fill("[name=email]", address)
    page.fill("[name=party_size]", people)
    if address and consent:
        page.check("[name=consent]")


def send(page):
    page.click("text=Send my RSVP")


def link_in(letter):
    return re.search(r"https?://\S+/en/rsvps/\S+", letter["text"])[0]


def pending_page(page, mailbox, address, **more):
    """Opens the page that the letter to a new RSVP links to."""
    fill_in(page, address, **more)
    send(page)
    [letter] = mailbox.wait_for(address)
    page.goto(link_in(letter))
    return letter


def test_an_rsvp_is_corrected_sent_confirmed_changed_and_cancelled(page, mailbox):
    fill_in(page, "ada@example", consent=False, name="Ada", people="2")
    page.check("[name=reminders]")
    send(page)
    assert page.title().startswith("Error:")
    assert page.locator("#errors li").count() == 2
    page.wait_for_selector("#errors:focus")
    assert page.input_value("[name=email]") == "ada@example"
    assert page.is_checked("[name=reminders]")

    page.fill("[name=email]", "ada@example.org")
    page.check("[name=consent]")
    send(page)
    assert "look at your mail" in page.inner_text("h1")
    assert "/rsvps/" not in page.content()

    [letter] = mailbox.wait_for("ada@example.org")
    assert letter["subject"].startswith("Please confirm: ")
    assert "Yes, I will be there" in letter["text"]
    page.goto(link_in(letter))
    assert "Not confirmed yet." in page.inner_text("main")
    page.click("text=Confirm my RSVP")
    assert "Yes, I will be there, 2 people." in page.inner_text(".notice--ok")

    page.check("[value=maybe]")
    page.fill("[name=party_size]", "0")
    page.click("text=Save the change")
    assert page.title().startswith("Error:")
    page.fill("[name=party_size]", "3")
    page.click("text=Save the change")
    assert "Maybe, 3 people." in page.inner_text(".notice--ok")

    page.click("text=Cancel my RSVP")
    assert "You cancelled." in page.inner_text("main")
    farewell, _confirmation = mailbox.wait_for("ada@example.org", 2)
    assert farewell["subject"].startswith("You cancelled: ")


def test_without_an_address_the_link_on_the_page_is_the_way_back(page):
    fill_in(page, people="4")
    send(page)
    link = page.input_value("#link")

    page.goto(link)
    assert "Yes, I will be there, 4 people." in page.inner_text(".notice--ok")
    assert page.locator("[name=reminders]").count() == 0
    page.click("button:has-text('Forget me')")
    assert page.inner_text("h1") == "Nothing is kept any more"
    answer = page.goto(link)
    assert answer.status == 404


def test_mail_stops_when_its_foot_is_followed_and_the_button_pressed(page, mailbox):
    letter = pending_page(page, mailbox, "bob@example.org")
    page.click("text=Confirm my RSVP")

    page.goto(re.search(r"https?://\S+/unsubscribe/\S+", letter["text"])[0])
    page.click("text=Stop all mail about it")
    assert page.inner_text("h1") == "No more mail about this"
    page.goto(link_in(letter))
    assert "You get no mail about this action" in page.inner_text("main")


def test_axe_finds_nothing_on_the_pages_of_an_rsvp_and_none_is_too_wide(browse, mailbox):
    page = browse(js=True)
    address = "axe@example.org"
    seen = {}

    def look(name):
        if folder := os.environ.get("SHOTS_OF_RSVPS"):
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        seen[name] = faults(page)

    fill_in(page, "nobody", consent=False)
    send(page)
    look("errors")
    fill_in(page)
    send(page)
    look("thanks with a link")
    page.click("text=Open my RSVP")
    look("unverified")
    fill_in(page, address, name="Ada")
    send(page)
    look("thanks")
    [letter] = mailbox.wait_for(address)
    page.goto(link_in(letter))
    look("pending")
    page.click("text=Confirm my RSVP")
    look("confirmed")
    page.fill("[name=party_size]", "x")
    page.click("text=Save the change")
    look("change refused")
    page.goto(re.search(r"https?://\S+/unsubscribe/\S+", letter["text"])[0])
    look("unsubscribe")
    page.click("text=Stop all mail about it")
    look("unsubscribed")
    page.goto(link_in(letter))
    page.click("text=Cancel my RSVP")
    look("cancelled")
    page.click("button:has-text('Forget me')")
    look("forgotten")
    page.goto(link_in(letter))
    look("gone")

    assert {name: found for name, found in seen.items() if found} == {}
