"""What is read out of mail that comes back, and what isn't believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.outbox import reports
from campaign.outbox.reports import Kind, Report
from tests.outbox.bounces import bounce, complaint


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "code"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <x@y>: no such user", Kind.GONE, 550),
        ("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound", Kind.GONE, 550),
        ("5.0.0", "smtp; 550-5.1.1 The account does not exist.\n 550 5.1.1 Try again", Kind.GONE, 550),
        ("5.4.4", "X-Postfix; host not found", Kind.GONE, 550),
        ("5.1.1", "", Kind.GONE, 550),
        ("5.2.2", "smtp; 552 5.2.2 over quota", Kind.FULL, 552),
        ("5.2.2", "", Kind.FULL, 550),
        ("4.2.2", "smtp; 452 4.2.2 mailbox full", Kind.FULL, 452),
        ("4.4.1", "X-Postfix; connect timed out", Kind.FULL, 450),
        ("5.7.1", "smtp; 550 5.7.1 blocked for spam", Kind.REFUSED, 550),
        ("5.7.26", "", Kind.REFUSED, 550),
        ("5.0.0", "smtp; 554 your address is on a list", Kind.REFUSED, 554),
    ],
)
def test_a_bounce_is_sorted_by_what_the_last_server_said(status, diagnostic, kind, code):
    report = reports.read(bounce(status=status, diagnostic=diagnostic))

    assert (report.kind, report.code) == (kind, code)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_a_delay_or_a_receipt_says_nothing(action):
    assert reports.read(bounce(action=action, status="2.0.0")) == Report(None)


def test_addresses_of_ours_and_the_letters_number_are_found_where_servers_put_them():
    octets = bounce(
        to="campaign+b-1-x@example.org", more=["Return-Path: <ours@example.org>", "Message-ID: <abc-_.1@x>"]
    )

    report = reports.read(octets, recipient="other@example.org")

    assert report.message_ids == ("abc-_.1",)
    assert report.addresses[0] == "other@example.org"
    assert {"campaign+b-1-x@example.org", "<ours@example.org>"} <= set(report.addresses)


def test_whom_a_report_names_as_its_victim_is_never_read():
    report = reports.read(bounce(status="5.1.1"))

    assert "somebody.else" not in repr(report)


@pytest.mark.parametrize("kind", ["abuse", "ABUSE ", "fraud", "opt-out"])
def test_a_complaint_is_found_with_the_letter_that_it_is_about(kind):
    report = reports.read(
        complaint(kind, original="Original-Mail-From: <a@example.org>", more=["Message-ID: <one@example.org>"])
    )

    assert report.kind is Kind.COMPLAINT
    assert "<a@example.org>" in report.addresses
    assert report.message_ids == ("one",)


@pytest.mark.parametrize("kind", ["not-spam", "virus", "other", ""])
def test_word_that_it_was_no_spam_is_no_complaint(kind):
    assert reports.read(complaint(kind)).kind is None


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x00\xff" * 500,
        b"Subject: I am away\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.",
        b'Content-Type: multipart/report; boundary="x"\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n',
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno boundary",
        b'Content-Type: multipart/report; boundary="x"\r\n\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\n',
        b"Content-Type: message/rfc822\r\n\r\n" * 5000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
    ],
    ids=["nothing", "noise", "holiday", "no fields", "no boundary", "no feedback", "nested", "nested deeper"],
)
def test_anything_else_says_nothing_and_breaks_nothing(octets):
    assert reports.read(octets) == Report(None)


def test_of_a_mail_that_names_letters_by_the_thousand_only_some_are_looked_up():
    heads = "".join(f"--=_b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{n}@a>\n\n" for n in range(90_000))

    report = reports.read(bounce().replace(b"--=_b--", heads.replace("\n", "\r\n").encode() + b"--=_b--"))

    assert report.kind is Kind.GONE
    assert len(report.message_ids) == reports.MOST


@given(st.binary(max_size=300), st.integers(0, 800))
def test_a_bounce_with_noise_in_it_breaks_nothing(noise, where):
    octets = bounce()

    report = reports.read(octets[:where] + noise + octets[where:])

    assert report.kind in {None, *Kind}
