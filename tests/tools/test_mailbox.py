"""The local mailbox: mail goes in by SMTP and comes out on a page."""

import json
import re
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Mailbox:
    """The real process, as `make run` starts it."""

    def __init__(self, folder):
        self.folder = folder
        self.smtp_port, self.port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        options = ["--folder", self.folder, "--smtp-port", str(self.smtp_port), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.mailbox", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline().startswith("The mailbox shows its mail at ")

    def stop(self):
        self.process.terminate()
        code = self.process.wait(10)
        self.process.stdout.close()
        return code

    def send(self, content, sender="campaign@example.org", to=("ada@example.org",)):
        options = ["BODY=8BITMIME", *(["SMTPUTF8"] if any(not part.isascii() for part in [sender, *to]) else [])]
        with smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="localhost") as smtp:
            smtp.sendmail(sender, to, content.replace(b"\n", b"\r\n"), options)

    def open(self, path, **options):
        request = urllib.request.Request(urllib.parse.urljoin(self.url, path), **options)
        try:
            return urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            return error

    def get(self, path):
        with self.open(path) as answer:
            return BeautifulSoup(answer.read(), "html.parser")

    def messages(self, query=""):
        with self.open(f"/messages.json{query}") as answer:
            return json.load(answer)["messages"]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    running = Mailbox(tmp_path_factory.mktemp("box") / "mailbox")
    yield running
    running.stop()


@pytest.fixture
def mailbox(running):
    running.open("/empty", data=b"").close()
    return running


def letter(subject="Confirm", text="Please confirm.\n", **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Team <team@example.org>", "ada@example.org", subject
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text, cte="8bit")
    return mail


def test_an_empty_mailbox_says_what_to_do(mailbox):
    page = mailbox.get("/")

    assert page.h1.text == "0 messages"
    assert "RSVP to an action" in page.find(class_="empty").text


def test_a_letter_is_listed_and_opened_with_its_links(mailbox):
    link = "http://127.0.0.1:8000/en/rsvps/abc_DEF-123"
    mailbox.send(letter(text=f"Hello,\npress here: {link}.\n(or ({link}))\n").as_bytes())

    listed = mailbox.get("/")
    shown = mailbox.get(listed.select_one(".rows a")["href"])

    assert listed.h1.text == "1 message"
    assert listed.select_one(".rows a").text == "Confirm"
    assert shown.h1.text == "Confirm"
    assert [a["href"] for a in shown.select("pre a")] == [link, link]
    assert shown.pre.text.startswith("Hello,\n")


def test_the_newest_stands_first(mailbox):
    for subject in ("one", "two", "three"):
        mailbox.send(letter(subject).as_bytes())

    assert [message["subject"] for message in mailbox.messages()] == ["three", "two", "one"]


def test_letters_are_found_by_the_address_they_were_sent_to(mailbox):
    mailbox.send(letter("for Ada").as_bytes(), to=["Ada@example.org"])
    mailbox.send(letter("for Bo").as_bytes(), to=["bo@example.org"])

    assert [message["subject"] for message in mailbox.messages("?to=ada@example.org")] == ["for Ada"]
    assert [a.text for a in mailbox.get("/?to=bo@example.org").select(".rows a")] == ["for Bo"]
    assert "No message here" in mailbox.get("/?to=nobody@example.org").text


def test_the_envelope_counts_and_not_what_the_mail_says_of_it(mailbox):
    forged = letter(**{"Delivered-To": "mallory@example.org"}).as_bytes()
    mailbox.send(forged, to=["ada@example.org"])

    assert [message["to"] for message in mailbox.messages()] == [["ada@example.org"]]


def test_mail_can_not_bring_html_into_the_page(mailbox):
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)> http://x/'onmouseover='a \"http://y/\"><b>"
    mail = letter(attack, attack)
    mail.add_attachment(b"x", maintype="text", subtype="html", filename="<b>.html")
    mailbox.send(mail.as_bytes())

    listed = mailbox.get("/")
    shown = mailbox.get(listed.select_one(".rows a")["href"])

    for page in (listed, shown):
        assert not page.select("script, img, main b > b, [onmouseover], [onerror]")
    assert attack in shown.pre.text
    assert shown.h1.text == attack


def test_an_attachment_comes_back_as_it_was_and_only_as_a_download(mailbox):
    mail = letter()
    mail.add_attachment(b"BEGIN:VCALENDAR\r\n", maintype="text", subtype="calendar", filename="action \u00e9.ics")
    mailbox.send(mail.as_bytes())
    [message] = mailbox.messages()
    [attachment] = message["attachments"]

    with mailbox.open(attachment["url"]) as answer:
        assert answer.read() == b"BEGIN:VCALENDAR\r\n"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Type"] == "application/octet-stream"
    assert attachment["name"] == "action \u00e9.ics"
    assert attachment["type"] == "text/calendar"
    assert message["text"] == "Please confirm.\n"


def test_the_source_is_what_was_sent_behind_its_envelope(mailbox):
    sent = letter(text="Été à Ottawa\n").as_bytes()
    mailbox.send(sent, sender="bounces@example.org", to=["ada@example.org", "bo@example.org"])

    with mailbox.open(mailbox.messages()[0]["source"]) as answer:
        source = answer.read()

    envelope = b"Return-Path: <bounces@example.org>\nDelivered-To: ada@example.org\nDelivered-To: bo@example.org\n"
    assert source == envelope + sent
    assert mailbox.messages()[0]["text"] == "Été à Ottawa\n"


def test_an_address_outside_ascii_is_taken(mailbox):
    mailbox.send(letter().as_bytes(), to=["zoé@exämple.org"])

    assert mailbox.messages()[0]["to"] == ["zoé@exämple.org"]


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-9?q?what?=\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe",
        b'From: <<<>>,,@@ "\nTo: =?\nSubject: \xe9\xff\n\nbody',
        b"Content-Type: multipart/mixed; boundary=x\n\nno part follows",
        b"Content-Type: multipart/mixed\n\n--x\n",
        b"Content-Type: message/rfc822\n\nSubject: inner\n\nbody",
        b"Content-Transfer-Encoding: base64\n\n!!!not base64!!!",
        b"Date: never\nFrom: a@b\nSubject: a\n b\n\n\x00\x07\x1b[31m\x7f",
    ],
)
def test_a_malformed_mail_is_kept_and_shown(mailbox, source):
    mailbox.send(source)

    listed = mailbox.get("/")

    with mailbox.open(listed.select_one(".rows a")["href"]) as answer:
        page = answer.read()
        assert answer.status == 200
    assert not re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", page)
    assert len(mailbox.messages()) == 1


def test_mail_survives_a_restart(mailbox):
    mailbox.send(letter("kept").as_bytes())

    code = mailbox.stop()
    mailbox.start()

    assert code == 0
    assert [message["subject"] for message in mailbox.messages()] == ["kept"]


def test_emptying_throws_all_away(mailbox):
    mailbox.send(letter().as_bytes())

    with mailbox.open("/empty", data=b"") as answer:
        assert answer.url == f"{mailbox.url}/"
    assert mailbox.messages() == []


def test_another_site_can_neither_read_nor_empty_it(mailbox):
    mailbox.send(letter().as_bytes())

    with mailbox.open("/empty", data=b"", headers={"Origin": "https://example.org"}) as foreign:
        assert foreign.status == 403
    with mailbox.open("/messages.json", headers={"Host": "example.org"}) as bent:
        assert bent.status == 400
    assert len(mailbox.messages()) == 1


def test_every_answer_forbids_scripts_and_guessing(mailbox):
    for path in ("/", "/messages.json", "/nothing", "/messages/..%2f..%2fetc", "/messages/x/parts/1", "/?page=x"):
        with mailbox.open(path) as answer:
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.status == (200 if path in {"/", "/messages.json", "/?page=x"} else 404)


def test_long_lists_are_paged(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port, local_hostname="localhost") as smtp:
        for number in range(51):
            smtp.sendmail("a@example.org", ["ada@example.org"], letter(str(number)).as_bytes())

    first = mailbox.get("/?to=ada@example.org")
    second = mailbox.get(first.select_one(".pager a[rel=next]")["href"])

    assert len(first.select(".rows a")) == 50
    assert [a.text for a in second.select(".rows a")] == ["0"]
    assert second.select_one(".pager a[rel=prev]")


def test_a_busy_port_is_said_in_words(mailbox, tmp_path):
    options = ["--folder", tmp_path / "box", "--smtp-port", str(mailbox.smtp_port), "--port", str(free_port())]

    began = time.monotonic()
    command = [sys.executable, "-m", "tools.mailbox", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 1
    assert "can't listen for mail" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert time.monotonic() - began < 20
