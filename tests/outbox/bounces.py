"""Mail as servers send it back, made to measure."""


def bounce(to="campaign@example.org", action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 unknown", more=()):
    """A delivery status notification (RFC 3464) that returns the head of the letter. more: lines of that head."""
    said = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return _lines(
        f"""Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Wed, 10 May 2023 10:00:00 -0400

Final-Recipient: rfc822; somebody.else@example.com
Action: {action}
Status: {status}
{said}
--=_b
Content-Type: text/rfc822-headers

From: campaign@example.org
{chr(10).join(more)}
Subject: Reminder

--=_b--
"""
    )


def complaint(kind="abuse", original="", more=()):
    """A feedback report (RFC 5965). original: the field that says what our envelope sender was."""
    return _lines(
        f"""From: <feedback@provider.example>
To: <abuse@example.org>
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_b"

--=_b
Content-Type: text/plain

This is an email abuse report.

--=_b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Loop/1.0
Version: 1
{original}

--=_b
Content-Type: message/rfc822

From: campaign@example.org
{chr(10).join(more)}
Subject: Reminder

Bring water.
--=_b--
"""
    )


def _lines(text):
    return text.replace("\n", "\r\n").encode()
