"""What browser tests hold in their hands: the running site, a mailbox, a page, and questions to ask of a page."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
BY_LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable"]  # rules that colours and widths decide
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def wait_for(found, what, seconds=60, pause=0.1):
    """The first true answer of `found()`, asked every `pause` seconds. Fails with `what` when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s for {what}")


def fetch(url):
    """(status, body); status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


class Site:
    """Site, worker and mailbox as `make run` starts them, in a folder of their own."""

    def __init__(self, folder, port):
        self.folder = folder
        self.log = folder / "run.log"
        env = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "KEYS_DIR", "BASE_URL"}
        }
        env |= {"INSTANCE_DIR": str(folder / "instance"), "PORT": str(port), "RATE_LIMITS": "off", "MAIL_SERVER": ""}
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "tools.run"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        wait_for(lambda: self._is_up(port), f"the site to start; it said:\n{self.log.read_text()}", seconds=60)
        notes = json.loads((folder / "instance" / "demo.json").read_text())
        self.url, self.email, self.password = notes["url"], notes["email"], notes["password"]
        self.mailbox = Mailbox(notes["mailbox"])

    def _is_up(self, port):
        assert self.process.poll() is None, self.log.read_text()
        return fetch(f"http://127.0.0.1:{port}/health")[0] == 200

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


class Mailbox:
    """The local mailbox, as programs read it."""

    def __init__(self, url):
        self.url = url

    def to(self, address):
        """Letters to an address, newest first."""
        return json.loads(fetch(f"{self.url}/messages.json?to={quote(address)}")[1])["messages"]

    def wait_for(self, address, count=1):
        """The same, once there are `count` of them."""
        return wait_for(
            lambda: len(letters := self.to(address)) >= count and letters, f"{count} letter(s) to {address}"
        )


class Watch:
    """What a page did that no page of ours may do."""

    def __init__(self, context, home):
        self.home = urlsplit(home).netloc
        self.trouble = []
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.trouble.append(f"script error: {error.error}"))

    def _request(self, request):
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != self.home:
            self.trouble.append(f"request to {request.url}")

    def _console(self, message):
        # Chromium logs each 4xx page as an error; those are answers, and tests look at them.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.trouble.append(f"console: {message.text}")


def axe(page, rules=None):
    """Violations that axe finds, all details opened, as readable lines. Runs under the page's own CSP.

    rules: only these; none: all of TAGS.

    The page must have JavaScript on: browse(js=True). Without it axe never ends, and the wait for it does.
    """
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    told = "{runOnly: only, resultTypes: ['violations']}"  # of the thousands that are well, nothing is to be kept
    run = f"delete window.found; axe.run({told}).then(found => {{ window.found = found.violations }})"
    page.evaluate(f"only => {{ {run}; return null }}", only)
    wait_for(lambda: page.evaluate("'found' in window"), "axe (is JavaScript on?)", pause=0.02)
    return [f"{item['id']}: {node['html']}" for item in page.evaluate("window.found") for node in item["nodes"]]


def faults(page, *, also_desk=False):
    """What axe finds on the page as it stands, and by how much it is too wide. Leaves it on a desk in the dark.

    All of axe on the phone in light; what colours or width may change on the desk in the dark, or all (`also_desk`).
    """
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour half-way
    page.set_viewport_size({"width": 390, "height": 900})
    found = axe(page)
    found += [f"{pixels} px too wide for {width}" for width in (320, 768) if (pixels := overflow(page, width)) > 0]
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + axe(page, None if also_desk else BY_LOOKS)


def overflow(page, width=320):
    """Pixels by which the page is wider than a window of that width."""
    page.set_viewport_size({"width": width, "height": 800})
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


def sign_in(page, site):
    """Sign the demo's organizer in on that page."""
    page.goto("/manage/login")
    page.fill("[name=email]", site.email)
    page.fill("[name=password]", site.password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/manage/login"))


def crawl_signed_in(page, site, start="/manage/"):
    """Paths of all organizers' pages that links lead to from `start`; of those alike but for a number, the first."""
    found, seen, waiting = [], set(), [start]
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"\d+", "0", path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = page.request.get(site.url + path)
        assert answer.status == 200, f"{path} answers {answer.status}"
        found.append(urlsplit(answer.url).path)
        for link in BeautifulSoup(answer.body(), "html.parser").select("a[href]"):
            address = urlsplit(urljoin(answer.url, link["href"]))
            if f"{address.scheme}://{address.netloc}" == site.url and not address.query:
                waiting += [address.path] if address.path.startswith("/manage/") and "." not in address.path else []
    return sorted(set(found))


def crawl(site, start="/en/"):
    """Paths of all public pages that links lead to from `start`, itself first. Links with a query are not followed."""
    found, waiting = [], [start]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        status, body = fetch(site.url + path)
        assert status == 200, f"{path} answers {status}"
        found.append(path)
        for link in BeautifulSoup(body, "html.parser").select("a[href]"):
            address = urlsplit(urljoin(site.url + path, link["href"]))
            if f"{address.scheme}://{address.netloc}" == site.url and not address.query and is_page(address.path):
                waiting.append(address.path)
    return found


def is_page(path):
    """A public page, no feed, file or organizers' page."""
    return path[1:4] in {"en/", "fr/", "es/"} and "." not in path
