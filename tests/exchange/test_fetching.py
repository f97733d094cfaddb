"""Fetching a stranger's calendar without being led anywhere else."""

import gzip
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.exchange import fetching
from campaign.exchange.addresses import is_public
from campaign.exchange.fetching import Fetcher, NotFetched
from tests.exchange import hosts
from tests.exchange.files import calendar, event
from tests.exchange.hosts import NAME, Host, answer

FILE = calendar(event())
URL = f"https://{NAME}/calendar.ics"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return hosts.certificate(tmp_path_factory.mktemp("tls"), NAME, "other.example")


@pytest.fixture
def host(certificate):
    host = Host(certificate)
    host.answers["/calendar.ics"] = answer(FILE)
    yield host
    host.close()


@pytest.fixture
def fetcher(host, certificate):
    return hosts.fetcher(host, certificate)


def trouble(fetcher, url=URL):
    with pytest.raises(NotFetched) as raised:
        fetcher.fetch(url)
    return str(raised.value)


# ------------------------------------------------------------------ what is fetched


def test_a_calendar_is_fetched_and_asked_for_plainly(fetcher, host):
    content = fetcher.fetch(f"webcal://{NAME.upper()}/calendar.ics#today")

    assert content == FILE
    [asked] = host.asked
    assert asked.splitlines()[0] == "GET /calendar.ics HTTP/1.1"
    assert f"host: {NAME}" in asked.lower()
    assert "accept-encoding: identity" in asked.lower()
    assert "cookie" not in asked.lower()
    assert "referer" not in asked.lower()


@pytest.mark.parametrize("kind", ["text/calendar", "text/plain", "application/octet-stream", ""])
def test_a_calendar_by_another_name_is_one(fetcher, host, kind):
    host.answers["/calendar.ics"] = answer(b"\xef\xbb\xbf\r\n" + FILE, kind=kind)

    assert fetcher.fetch(URL).endswith(FILE)


def test_what_comes_in_chunks_or_until_the_host_hangs_up_is_whole(fetcher, host):
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (FILE[:50], FILE[50:])) + b"0\r\n\r\n"
    host.answers["/calendar.ics"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked
    host.answers["/old.ics"] = b"HTTP/1.0 200 OK\r\nContent-Type: text/calendar\r\n\r\n" + FILE

    assert fetcher.fetch(URL) == FILE
    assert fetcher.fetch(f"https://{NAME}/old.ics") == FILE


def test_redirects_are_followed_three_times(fetcher, host):
    for number in range(5):
        host.answers[f"/{number}"] = answer(b"", f"Location: /{number + 1}", status="302 Found")
    host.answers["/5"] = answer(FILE)

    assert fetcher.fetch(f"https://{NAME}/2") == FILE
    assert trouble(fetcher, f"https://{NAME}/1") == "redirects"


# ------------------------------------------------------------------ where it doesn't go


@pytest.mark.parametrize(
    "url",
    [
        *("", "calendar.ics", "//calendar.example/x", "ftp://calendar.example/x", "file:///etc/passwd", "https://"),
        *("http://calendar.example/x", "https://u:p@calendar.example/x", "https://@calendar.example/x"),
        *("https://calendar.example:8443/x", "https://calendar.example:80/x", "https://calendar.example:0/x"),
        *("https://calendar.example:99999/x", "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/x"),
        *("https://0x7f.1/x", "https://127.1/x", "https://localhost/x", "https://localhost./x", "https://[::ffff:1]/"),
        *("https://[fe80::1%25eth0]/x", "https://a..example/x", "https://calendar.example/a b", "javascript:alert(1)"),
        *("https://calendar.example\\@evil.example/x", "https://１２７.0.0.1/x", "gopher://calendar.example/x"),
    ],
)
def test_only_names_at_the_usual_port_of_https_are_asked(fetcher, host, url):
    assert trouble(fetcher, url) in ("no_address", "no_https", "not_public")
    assert host.asked == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1", "2606:2800::1"]])
def test_a_name_with_any_address_inside_is_not_asked(host, certificate, addresses):
    strict = hosts.fetcher(host, certificate, names={NAME: addresses}, is_allowed=is_public)

    assert trouble(strict) == "not_public"
    assert host.asked == []


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(host, certificate):
    """A name that has another address when it is looked up again leads nowhere else: it is looked up once."""
    looked_up = []

    def resolve(name):
        looked_up.append(name)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["192.0.2.1"]

    fetcher = hosts.fetcher(host, certificate)
    fetcher._resolve = resolve

    assert fetcher.fetch(URL) == FILE
    assert looked_up == [NAME]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://inner.example/x", "not_public"),
        ("https://127.0.0.1/x", "not_public"),
        ("https://[::ffff:127.0.0.1]/x", "no_address"),
        ("http://calendar.example/x", "no_https"),
        ("https://calendar.example:22/x", "no_https"),
        ("https://u:p@calendar.example/x", "no_https"),
        ("file:///etc/passwd", "no_address"),
        ("https://nowhere.example/x", "not_found"),
    ],
)
def test_a_redirect_leads_nowhere_that_one_may_not_go_oneself(host, certificate, location, said):
    host.answers["/calendar.ics"] = answer(b"", f"Location: {location}", status="301 Moved")
    names = {"inner.example": ["10.0.0.7"]}
    fetcher = hosts.fetcher(host, certificate, names=names, is_allowed=lambda address: address == "127.0.0.1")

    assert trouble(fetcher) == said
    assert len(host.asked) == 1


def test_a_host_that_cant_prove_its_name_is_not_believed(host, certificate):
    names = {"mine.example": ["127.0.0.1"]}

    assert trouble(hosts.fetcher(host, certificate, names=names), "https://mine.example/calendar.ics") == "no_trust"
    assert trouble(Fetcher(resolve=lambda _: ["127.0.0.1"], is_allowed=lambda _: True, port=host.port)) == "no_trust"
    assert host.asked == []


def test_a_running_site_goes_to_public_addresses_only():
    fetcher = Fetcher(resolve=lambda _: ["127.0.0.1"])

    assert trouble(fetcher) == "not_public"


# ------------------------------------------------------------------ how much, how long, what


def test_more_than_a_megabyte_is_refused_whether_it_says_so_or_not(fetcher, host):
    body = b"BEGIN:VCALENDAR\r\n" + b"x" * (1024 * 1024)
    host.answers["/said"] = answer(body)
    host.answers["/unsaid"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\n" + body
    host.answers["/lied"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"

    for target in ("said", "unsaid"):
        assert trouble(fetcher, f"https://{NAME}/{target}") == "too_large"
    assert trouble(fetcher, f"https://{NAME}/lied") in ("too_large", "no_answer")


def _drip(start):
    def answer(connection):
        connection.sendall(start)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n"],
    ids=["before the status", "in a header", "in the body"],
)
def test_a_host_that_sends_drop_by_drop_gets_no_more_time(host, certificate, start):
    host.answers["/calendar.ics"] = _drip(start)
    began = time.monotonic()

    assert trouble(hosts.fetcher(host, certificate, seconds=0.4)) in ("timeout", "no_answer")
    assert time.monotonic() - began < 2


def test_a_name_that_takes_long_to_look_up_gets_no_more_time(host, certificate):
    fetcher = hosts.fetcher(host, certificate, seconds=0.2)
    fetcher._resolve = lambda _: time.sleep(1)

    assert trouble(fetcher) == "timeout"


def test_a_machine_that_takes_a_connection_and_says_nothing_gets_no_more_time(certificate):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fetcher = Fetcher(
            resolve=lambda _: ["127.0.0.1"],
            is_allowed=lambda _: True,
            port=silent.getsockname()[1],
            seconds=0.2,
        )

        assert trouble(fetcher) == "timeout"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (answer(b"<!doctype html>", kind="text/html"), "other_kind"),
        (answer(b"<!doctype html>"), "other_kind"),
        (answer(b""), "other_kind"),
        (answer(gzip.compress(FILE), "Content-Encoding: gzip"), "coded"),
        (answer(FILE, status="404 Not Found"), "status"),
        (answer(FILE, status="204 No Content"), "status"),
        (answer(FILE, status="304 Not Modified"), "status"),
        (answer(FILE, status="500 Broken"), "status"),
        (answer(FILE, status="302 Found"), "status"),
        (answer(b"", "WWW-Authenticate: Basic", status="401 No"), "sign_in"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nBEGIN:VCALENDAR", "no_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n", "no_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "no_answer"),
        (b"", "no_answer"),
    ],
)
def test_whatever_else_comes_is_refused(fetcher, host, sent, said):
    host.answers["/calendar.ics"] = sent

    assert trouble(fetcher) == said


def test_a_port_where_nobody_listens_is_no_answer(certificate):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    closed = Fetcher(resolve=lambda _: ["127.0.0.1"], is_allowed=lambda _: True, port=port)

    assert trouble(closed) == "no_answer"
    assert trouble(Fetcher(resolve=lambda _: []), URL) == "not_found"


def test_if_one_address_doesnt_answer_the_next_is_asked(host, certificate):
    two = hosts.fetcher(host, certificate, names={NAME: ["127.0.0.2", "127.0.0.1"]})

    assert two.fetch(URL) == FILE


@given(st.text(max_size=60))
def test_no_address_breaks_it(text):
    try:
        place = fetching.place(f"https://{text}")
    except NotFetched:
        return
    assert place.url.isascii()
    assert "." in place.host


# ------------------------------------------------------------------ which addresses are public


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1"),
        *("64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1"),
        *("2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1"),
        *("fe80::1%eth0", "2606:4700::1%eth0", "ff02::1", "ff0e::1", "4000::1", "", "nonsense", "127.1", "1"),
    ],
)
def test_what_is_not_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_what_is_public_is_allowed(address):
    assert is_public(address)


@given(st.ip_addresses())
def test_nothing_that_the_standard_library_calls_special_is_public(address):
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    if special or address.is_reserved or address.is_unspecified:
        assert not is_public(str(address))
