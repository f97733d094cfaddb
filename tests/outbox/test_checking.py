"""`flask mail check`: what is wrong with the way out, in words."""

import pytest

from campaign.outbox import checking, domains
from campaign.outbox.checking import Verdict
from campaign.outbox.domains import Names
from campaign.outbox.transport import Server
from tests.outbox.nameserver import Nameserver
from tests.working import IMPATIENT

WHOLE = {
    ("example.org.", "MX"): ["10 mx.example.org."],
    ("example.org.", "TXT"): ['"v=spf1 mx ~all"', '"something else"'],
    ("s1._domainkey.example.org.", "TXT"): ['"v=DKIM1; k=rsa; p=MIIB" "IjAN"'],
    ("_dmarc.example.org.", "TXT"): ['"v=DMARC1; p=quarantine"'],
    ("mx.example.org.", "A"): ["8.8.8.8"],
    ("8.8.8.8.in-addr.arpa.", "PTR"): ["mx.example.org."],
}


@pytest.fixture
def nameserver():
    started = Nameserver(dict(WHOLE))
    yield started
    started.stop()


@pytest.fixture
def ask(nameserver):
    """Verdict and text of what is found about one thing."""

    def ask(about, domain="example.org", selector="s1", addresses=("8.8.8.8",), host="mx.example.org", **changed):
        found = domains.check(Names(nameserver.address), domain, host, selector, list(addresses))
        [one] = [finding for finding in found if finding.about == about]
        return one.verdict, one.text

    return ask


def test_a_domain_that_says_everything_is_good(nameserver):
    found = domains.check(Names(nameserver.address), "example.org", "mx.example.org", "s1", [])

    assert [(finding.about, finding.verdict) for finding in found] == [
        (about, Verdict.GOOD) for about in ("MX", "SPF", "DKIM", "DMARC", "PTR")
    ]


@pytest.mark.parametrize(
    ("name", "kind", "records", "about", "verdict", "says"),
    [
        ("example.org.", "MX", None, "MX", Verdict.WRONG, "Add an MX record"),
        ("example.org.", "TXT", None, "SPF", Verdict.WRONG, '"v=spf1 mx ip4:8.8.8.8 ~all"'),
        ("example.org.", "TXT", ['"v=spf1 -all"', '"v=spf1 mx -all"'], "SPF", Verdict.WRONG, "2 SPF records"),
        ("example.org.", "TXT", ['"v=spf1 +all"'], "SPF", Verdict.WRONG, "anybody"),
        ("example.org.", "TXT", ['"v=spf1 mx"'], "SPF", Verdict.LOOK, "End it with"),
        ("example.org.", "TXT", ['"v=spf1 {} -all"'.format("include:a.b " * 11)], "SPF", Verdict.WRONG, "11 look-ups"),
        ("s1._domainkey.example.org.", "TXT", None, "DKIM", Verdict.WRONG, "no key at s1._domainkey.example.org"),
        ("s1._domainkey.example.org.", "TXT", ['"v=DKIM1; p="'], "DKIM", Verdict.WRONG, "withdrawn"),
        ("_dmarc.example.org.", "TXT", None, "DMARC", Verdict.WRONG, "_dmarc.example.org"),
        ("_dmarc.example.org.", "TXT", ['"v=DMARC1"'], "DMARC", Verdict.WRONG, "no policy"),
        ("8.8.8.8.in-addr.arpa.", "PTR", None, "PTR", Verdict.WRONG, "has no name"),
        ("8.8.8.8.in-addr.arpa.", "PTR", ["else.example.org."], "PTR", Verdict.WRONG, "doesn't lead back"),
    ],
)
def test_what_a_domain_lacks_is_said_with_what_to_add(ask, nameserver, name, kind, records, about, verdict, says):
    nameserver.records[name, kind] = records

    assert ask(about)[0] is verdict
    assert says in ask(about)[1]


def test_the_policy_of_the_organization_counts_for_a_domain_below_it(ask, nameserver):
    nameserver.records["mail.example.org.", "MX"] = ["10 mx.example.org."]

    assert ask("DMARC", domain="mail.example.org")[0] is Verdict.GOOD


def test_without_a_selector_it_asks_for_one(ask):
    assert ask("DKIM", selector="")[0] is Verdict.LOOK


def test_a_server_on_this_machine_has_no_public_address(ask):
    assert "--address" in ask("PTR", addresses=(), host="localhost")[1]


def test_a_domain_of_this_machine_alone_is_fine_for_trying_out(nameserver):
    [finding] = domains.check(Names(nameserver.address), "localhost", "127.0.0.1", "", [])

    assert finding.verdict is Verdict.LOOK


def test_a_name_server_that_doesnt_answer_is_named_as_the_reason(nameserver, monkeypatch):
    monkeypatch.setattr(domains, "PATIENCE", 0.2)
    names = Names(nameserver.address)
    nameserver.stop()

    found = domains.check(names, "example.org", "127.0.0.1", "s1", [])

    assert "no name server answers" in found[0].text


@pytest.mark.parametrize("said", ["example.org", "127.0.0.1:0", "127.0.0.1:x", "::1:53:"])
def test_a_name_server_is_given_by_its_address(said):
    with pytest.raises(ValueError, match=r".*"):
        Names(said)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"MAIL": "550 not you"}, "refuses our sender, campaign@example.org"),
        ({"RCPT": "450 later"}, "Try again in some minutes"),
        ({"RCPT": "550 5.1.1 nobody"}, "Is it written right?"),
        ({"DOT": "550 5.7.1 spam"}, "SPF, DKIM and DMARC"),
    ],
)
def test_what_the_server_refuses_is_said_in_words(app, mailbox, at, answers, says):
    mailbox.answers = answers
    server = Server("127.0.0.1", mailbox.port, "campaign@example.org", limits=IMPATIENT)

    [finding] = checking.try_server(server, checking.letter("campaign@example.org", "ada@example.org", at()))

    assert finding.verdict is Verdict.WRONG
    assert says in finding.text


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"use_tls": True}, "Mail is never sent in the clear instead"),
        ({"username": "me", "password": "x"}, "MAIL_USE_TLS=on"),
        ({"port": 9}, "Check MAIL_SERVER and MAIL_PORT"),
    ],
)
def test_a_server_that_cant_be_used_as_it_is_set_up_is_said_in_words(mailbox, settings, says):
    server = Server(**{"host": "127.0.0.1", "port": mailbox.port, "sender": "a@example.org", **settings})

    [finding] = checking.try_server(server)

    assert finding.verdict is Verdict.WRONG
    assert says in finding.text


def test_the_command_tries_the_server_sends_a_letter_and_ends_with_one_if_something_is_wrong(
    app, mailbox, nameserver, monkeypatch
):
    monkeypatch.setitem(app.config, "DNS_RESOLVER", nameserver.address)
    monkeypatch.setattr(app.extensions["mail"], "port", mailbox.port)

    done = app.test_cli_runner().invoke(args=["mail", "check", "--to", "ada@example.org", "--address", "8.8.8.8"])

    assert [letter.to for letter in mailbox.letters] == ["ada@example.org"]
    assert "ada@example.org: taken (250)" in done.output
    assert "look   DKIM" in done.output
    assert done.exit_code == 0

    del nameserver.records["example.org.", "TXT"]
    again = app.test_cli_runner().invoke(args=["mail", "check", "--address", "8.8.8.8"])

    assert "wrong  SPF" in again.output
    assert again.exit_code == 1


def test_the_command_refuses_what_is_no_address(app):
    done = app.test_cli_runner().invoke(args=["mail", "check", "--to", "nobody"])

    assert done.exit_code == 1
    assert "nobody is no address" in done.output or "address" in done.output
