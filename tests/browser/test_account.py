"""How an organizer signs in: with an app's codes, without JavaScript; and with passkeys, by Chromium's own."""

import re

import pytest
from passlib.totp import TOTP

from tests.browser.driving import Watch, axe, overflow, wait_for

PASSWORD = "four words, easily remembered"


@pytest.fixture
def newcomer(organizer, browse, mailbox):
    """newcomer("kim") -> (address, page): somebody who was invited and has joined, on a page without JavaScript."""

    def join(name):
        address = f"{name}@example.org"
        organizer.goto("/manage/teams/")
        organizer.click("text=Invite somebody")
        organizer.fill("[name=email]", address)
        organizer.check("[value=organizer]")
        organizer.click("text=Send the invitation")
        link = re.search(r"https?://\S+/manage/invitations/\S+", mailbox.wait_for(address)[0]["text"])[0]
        page = browse()
        page.goto(link)
        page.fill("[name=name]", name.title())
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.click("text=Join")
        page.goto("/manage/account")
        return address, page

    return join


@pytest.fixture
def with_passkeys(browser, site):
    """A page of a browser that has an authenticator, at a name: passkeys don't exist for a bare IP address."""
    home = site.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=home, viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    watch, page = Watch(context, home), context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield page
    context.close()
    assert watch.trouble == []


def test_an_app_is_set_up_and_signs_in_without_javascript(newcomer):
    address, page = newcomer("kim")
    page.click("main >> text=Set up an app >> nth=0")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Next: scan the code")
    app = TOTP(key="".join(page.locator(".secret span").all_inner_texts()), format="base32")
    page.fill("[name=code]", "000000")
    page.click("text=Finish")
    assert page.title().startswith("Error: ")
    page.fill("[name=code]", app.generate().token)
    page.click("text=Finish")
    codes = page.locator(".codes code").all_inner_texts()
    page.click("text=I have kept them")
    page.click("text=Sign out >> nth=0")

    give_password(page, address)
    assert page.inner_text("h1") == "Second step"
    page.fill("[name=code]", app.generate(time=page.evaluate("Date.now() / 1000 + 30")).token)
    page.click("main button[type=submit]")
    assert "Signed in as Kim" in page.inner_text("footer")

    page.click("text=Sign out >> nth=0")
    give_password(page, address)
    page.click("text=Use a recovery code instead")
    page.fill("[name=code]", codes[0].upper())
    page.click("main button[type=submit]")
    assert "You have used a recovery code." in page.inner_text(".notices")


def test_a_passkey_is_made_and_signs_in_alone_and_as_a_second_step(newcomer, with_passkeys):
    address, _page = newcomer("lee")
    page = with_passkeys
    page.goto("/manage/account")
    give_password(page, address)
    page.click("text=Add a passkey >> nth=-1")
    page.fill("[name=name]", "laptop")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Next: make the passkey")
    wrong = axe(page)
    page.click("main button[type=submit]")
    page.click("text=I have kept them")
    assert "laptop" in page.inner_text("#second-step")
    wrong += axe(page)

    page.click("text=Sign out >> nth=0")
    page.click("text=Sign in with a passkey")
    page.wait_for_selector("text=Signed in as Lee")

    page.click("text=Sign out >> nth=0")
    give_password(page, address)
    wrong += axe(page)
    page.click("text=Use a passkey")
    page.wait_for_selector("text=Signed in as Lee")
    assert wrong == []


def test_a_browser_without_an_answer_says_so_and_can_try_again(with_passkeys):
    page = with_passkeys
    page.goto("/manage/login")  # there is an authenticator, with no passkey for this site

    page.click("text=Sign in with a passkey")

    page.wait_for_selector("text=No passkey answered.")
    wait_for(lambda: page.is_enabled("text=Sign in with a passkey"), "the button to come back")
    assert overflow(page) <= 0


def give_password(page, address):
    """The first step, where the page asks for it."""
    page.fill("[name=email]", address)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
