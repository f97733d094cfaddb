"""Letters as mail: octets that every reader takes for the same letter, and nobody else's header in them."""

import email
import random
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.outbox import headers
from campaign.outbox.composing import From, Marks, Part, Unsendable, compose
from campaign.outbox.headers import BadHeader
from campaign.outbox.letters import Letter

NOW = datetime(2023, 5, 10, 14, 0, tzinfo=UTC)
TEAM = From("campaign@example.org", "team@example.net", "action-7.example.org")
ADA = {"to": "ada@example.org", "name": "Ada", "manage": "https://x.org/en/rsvps/abc", "unsubscribe": "https://x.org/u"}
SCRIPTS = [
    "Grüße",
    "Émile",
    "Привет",
    "你好世界",
    "مرحبا",
    "😀🏳️‍🌈",
    "plain words",
    "=?utf-8?q?no?=",
    "a, b; c",
    '"x"',
    "=?",
    "ﬁ",
    "ñandú",
]


@pytest.fixture(autouse=True)
def _context(app):
    """Flask-Mail wants an application."""


def mail_of(letter, person=ADA, who=TEAM, parts=(), message_id="abc"):
    marks = Marks()
    marked = marks.of(person)
    body = letter.body.format(**{f"person_{key}": value for key, value in marked.items()})
    return compose(Letter(letter.subject, body), marks, who, parts).fill_in(person, message_id, NOW)


def read(mail):
    return email.message_from_bytes(mail.content, policy=policy.default)


def text_of(message):
    return message.get_content().replace("\r\n", "\n")


def test_what_is_written_is_what_is_read():
    mail = mail_of(Letter("Wednesday", "Hello {person_name},\n\nsee\n{person_manage}"))

    message = read(mail)
    assert mail.to == "ada@example.org"
    assert dict(message.items()) == {
        "Subject": "Wednesday",
        "From": "campaign@example.org",
        "Reply-To": "team@example.net",
        "Auto-Submitted": "auto-generated",
        "List-Id": "<action-7.example.org>",
        "To": "ada@example.org",
        "Date": "Wed, 10 May 2023 14:00:00 +0000",
        "Message-ID": "<abc@example.org>",
        "MIME-Version": "1.0",
        "List-Unsubscribe": "<https://x.org/u>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
    }
    assert text_of(message) == "Hello Ada,\n\nsee\nhttps://x.org/en/rsvps/abc\n"


def test_the_same_person_gets_the_same_octets_again():
    marks = Marks()
    skeleton = compose(Letter("x", "y"), marks, TEAM)

    assert skeleton.fill_in(ADA, "abc", NOW) == skeleton.fill_in(ADA, "abc", NOW)


def test_a_skeleton_serves_many_and_mixes_nobody_up():
    marks = Marks()
    skeleton = compose(Letter("x", f"Hello {marks.of(ADA)['name']},"), marks, TEAM)
    zoe = {**ADA, "to": "zoe@example.org", "name": "Zoë"}

    first, second = read(skeleton.fill_in(ADA, "a", NOW)), read(skeleton.fill_in(zoe, "b", NOW))

    assert (first["To"], text_of(first)) == ("ada@example.org", "Hello Ada,\n")
    assert (second["To"], text_of(second)) == ("zoe@example.org", "Hello Zoë,\n")


def test_an_organizers_letter_is_no_list_mail():
    message = read(mail_of(Letter("x", "y"), {"to": "alice@example.org", "name": ""}, From("campaign@example.org")))

    assert {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"}.isdisjoint(message.keys())


def test_two_thousand_subjects_of_mixed_scripts_read_back_equal():
    chance = random.Random(7)

    for _ in range(2000):
        subject = " ".join(
            "".join(chance.choices(SCRIPTS, k=chance.randint(1, 4))) for _ in range(chance.randint(1, 9))
        )
        raw = compose(Letter(subject, "x"), Marks(), TEAM).head
        parsed = BytesParser(policy=policy.compat32).parsebytes(raw + b"\r\n")
        assert str(make_header(decode_header(parsed["Subject"]))) == subject
        assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=80))
def test_any_text_survives_encoded_words(text):
    encoded = headers.encoded(text)

    assert encoded.isascii()
    assert all(len(line) <= 76 for line in encoded.split("\r\n")) or encoded == text
    if encoded != text:
        assert str(make_header(decode_header(encoded.replace("\r\n", "")))) == text


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Hi=0ABcc=3A_evil@example.org?=",
        "=?utf-8?b?SGkKQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
        "Hi =?utf-8?q?=0D=0A?=",
    ],
)
def test_an_encoded_word_in_a_text_is_text(subject):
    message = read(mail_of(Letter(subject, "x")))

    assert "Bcc" not in message
    assert message["Subject"] == subject


@pytest.mark.parametrize("evil", ["x\r\nBcc: e@example.org", "x\nBcc: e@example.org", "x\rBcc: y", "x\x00", "x\u2028y"])
def test_a_line_end_never_gets_into_a_header(evil):
    with pytest.raises(BadHeader):
        compose(Letter(evil, "x"), Marks(), TEAM)
    with pytest.raises(BadHeader):
        compose(Letter("x", "x"), Marks(), From("campaign@example.org", list_id=evil))
    with pytest.raises(Unsendable):
        mail_of(Letter("x", "x"), {**ADA, "to": f"ada@example.org{evil}"})
    with pytest.raises(BadHeader):
        headers.one_line("Date", evil)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a b@example.org",
        "ada@x.org,bob@x.org",
        "<ada@x.org>",
        "a@b@x.org",
        '""@x.org',
        '"a"b"@x.org',
        '"a@x.org',
        '"a\\"@x.org',
        '"zoë"@x.org',
        '"a"@b"@x.org',
        "ada@" + "ü" * 80 + ".org",
    ],
)
def test_what_is_no_address_is_not_written_to(address):
    with pytest.raises(Unsendable):
        mail_of(Letter("x", "x"), {**ADA, "to": address})


def test_a_domain_beyond_ascii_travels_in_ascii():
    mail = mail_of(Letter("x", "x"), {**ADA, "to": "Ada@Bücher.example"})

    assert mail.to == "Ada@xn--bcher-kva.example"
    assert read(mail)["To"] == "Ada@xn--bcher-kva.example"


@pytest.mark.parametrize("local", ['"ada lovelace"', '"ada@home"', '"a\\"b"', '"a,b;<c>"'])
def test_a_quoted_local_part_is_said_as_it_is(local):
    mail = mail_of(Letter("x", "x"), {**ADA, "to": f"{local}@example.org"})

    assert mail.to == f"{local}@example.org"
    assert BytesParser(policy=policy.compat32).parsebytes(mail.content)["To"] == mail.to


def test_a_name_can_add_no_line_to_a_letter():
    message = read(mail_of(Letter("x", "Hello {person_name},\n\nbye"), {**ADA, "name": "Ada\r\n\r\nSend money!\nNow"}))

    assert text_of(message) == "Hello Ada Send money! Now,\n\nbye\n"


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("campaign@example.org", "campaign@example.org"),
        ("Organizers <campaign@example.org>", "Organizers <campaign@example.org>"),
        ('"Organizers, Ottawa" <campaign@example.org>', '"Organizers, Ottawa" <campaign@example.org>'),
        ("Équipe d’Ottawa <campaign@example.org>", "Équipe d’Ottawa <campaign@example.org>"),
        ('"A \\"quoted\\" name" <campaign@example.org>', '"A \\"quoted\\" name" <campaign@example.org>'),
        (f"{'Sehr langer Name mit Ümlaut ' * 4}<campaign@example.org>", None),
    ],
)
def test_the_senders_name_is_what_it_is(sender, shown):
    message = read(mail_of(Letter("x", "x"), who=From(sender)))

    [address] = message["From"].addresses
    assert address.addr_spec == "campaign@example.org"
    if shown:
        assert str(message["From"]) == shown


def test_a_reply_address_that_no_header_can_hold_is_left_out():
    assert read(mail_of(Letter("x", "x"), who=From("a@example.org", "tëam@example.org")))["Reply-To"] is None
    assert read(mail_of(Letter("x", "x"), who=From("a@example.org", "team@bücher.example")))["Reply-To"] == (
        "team@xn--bcher-kva.example"
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_travels_as_seven_bits_in_short_lines(text):
    mail = mail_of(Letter("x", text.replace("{", "(").replace("}", ")")))

    assert all(len(line) <= 998 for line in mail.content.split(b"\r\n"))
    assert b"\r\n\r\n" in mail.content
    assert mail.content.count(b"\r") == mail.content.count(b"\n") == mail.content.count(b"\r\n")
    mail.content.decode("ascii")


def test_text_beyond_ascii_is_quoted_printable_and_arrives_whole():
    body = "Zoë’s plan: 7 h 30\n.\n..\nFrom here\n=3D\n" + "é" * 300

    message = read(mail_of(Letter("x", body)))

    assert message["Content-Transfer-Encoding"] == "quoted-printable"
    assert text_of(message) == body + "\n"


def test_a_very_long_word_arrives_whole():
    link = "https://example.org/" + "x" * 1500

    message = read(mail_of(Letter("x", link)))

    assert text_of(message) == link + "\n"


def test_a_calendar_part_arrives_octet_for_octet():
    ics = "BEGIN:VCALENDAR\r\nSUMMARY:Zoë\r\n .\r\nEND:VCALENDAR\r\n".encode()

    message = read(
        mail_of(Letter("x", "Hello"), parts=[Part("vigil.ics", "text/calendar; method=PUBLISH; charset=utf-8", ics)])
    )

    assert message.get_content_type() == "multipart/mixed"
    text, calendar = message.iter_parts()
    assert text_of(text) == "Hello\n"
    assert calendar.get_payload(decode=True) == ics
    assert calendar["Content-Type"] == 'text/calendar; method="PUBLISH"; charset="utf-8"'
    assert calendar.get_filename() == "vigil.ics"


def test_only_headers_of_the_list_may_stand_above_a_mail():
    with pytest.raises(BadHeader):
        headers.check(b"X-Mailer: ours\r\n", {"x-mailer": "ours"})
    with pytest.raises(BadHeader):
        headers.check(b"Subject: a\r\nSubject: a\r\n", {"subject": "a"})
    with pytest.raises(BadHeader):
        headers.check(b"Subject: a\r\nTo: b\r\n", {"subject": "a"})
    with pytest.raises(BadHeader):
        headers.check(b"Subject: b\r\n", {"subject": "a"})
    with pytest.raises(BadHeader):
        headers.check(b"", {"subject": "a"})
    headers.check(b"Subject: =?utf-8?b?w6k=?=\r\n", {"subject": "é"})


def test_a_mark_cant_be_forged_by_a_text():
    marks = Marks()
    skeleton = compose(Letter("x", "[person:to] [abc:to] {person_to}"), marks, TEAM)

    assert "ada@example.org" not in read(skeleton.fill_in(ADA, "abc", NOW)).get_content()


def test_a_subject_holds_nothing_of_one_person():
    marks = Marks()

    with pytest.raises(BadHeader):
        compose(Letter(f"Hello {marks.of(ADA)['name']}", "x"), marks, TEAM)
