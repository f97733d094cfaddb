"""What the sender's domain says about its mail in the DNS, and what it should say.

SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489), and names for addresses that lead back (RFC 1912 2.1): without them
large providers put mail among the spam or refuse it.
"""

import ipaddress
import re
from collections.abc import Callable

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver
from dns.reversename import from_address

from campaign.outbox.checking import Finding, Verdict

LOOKUPS = 10  # that SPF allows a receiver, RFC 7208 4.6.4
PATIENCE = 5.0  # seconds for one question
_ASKING = re.compile(r"[-+?~]?(include:|exists:|redirect=|(a|mx|ptr)([:/]|$))")


class Unanswered(Exception):
    """No name server answers: nothing is known."""


class Names:
    """server: "192.0.2.53" or "127.0.0.1:5353"; "" for the system's. Raises ValueError for anything else."""

    def __init__(self, server: str = "") -> None:
        try:
            self._resolver = Resolver(configure=not server)
        except DNSException as error:  # no resolv.conf, or none that can be used
            raise ValueError("This system has no name server. Set DNS_RESOLVER to the address of one.") from error
        self._resolver.lifetime = PATIENCE
        if server:
            host, port = _apart(server)
            self._resolver.nameservers, self._resolver.port = [host], port

    def texts(self, name: str) -> list[str]:
        """Its TXT records. Raises Unanswered, like the next three."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")]

    def exchanges(self, name: str) -> list[str]:
        return [str(record.exchange).rstrip(".") for record in self._ask(name, "MX")]

    def addresses(self, name: str) -> list[str]:
        return [record.address for kind in ("A", "AAAA") for record in self._ask(name, kind)]

    def names_of(self, address: str) -> list[str]:
        return [str(record.target).rstrip(".") for record in self._ask(str(from_address(address)), "PTR")]

    def _ask(self, name: str, kind: str) -> list:  # type: ignore[type-arg]
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, ValueError) as error:
            raise Unanswered(name) from error


def check(names: Names, domain: str, host: str, selector: str, addresses: list[str]) -> list[Finding]:
    """domain:    of the envelope sender and of From.
    host:      the mail server that we hand our mail to.
    selector:  under which it signs with DKIM; "" if nobody said.
    addresses: from which it sends; none given: those of `host`.
    """
    if "." not in domain.strip("."):
        return [_look("domain", f"{domain} is no public domain: nobody outside can answer to it. Fine for trying out.")]
    asked: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("MX", lambda: _mx(names, domain)),
        ("SPF", lambda: _spf(names, domain, addresses)),
        ("DKIM", lambda: _dkim(names, domain, selector)),
        ("DMARC", lambda: _dmarc(names, domain)),
        ("PTR", lambda: _ptr(names, host, addresses)),
    ]
    found: list[Finding] = []
    for about, ask in asked:
        try:
            found += ask()
        except Unanswered as error:
            found.append(_look(about, f"no name server answers about {error}. Is there a way out to the internet?"))
    return found


def _mx(names: Names, domain: str) -> list[Finding]:
    if names.exchanges(domain):
        return [_good("MX", f"{domain} takes mail, so that what can't be delivered finds its way back.")]
    if names.addresses(domain):
        return [_look("MX", f"{domain} has no MX record. What can't be delivered is sent to its web server; add one.")]
    return [_wrong("MX", f"{domain} takes no mail: many servers refuse such a sender. Add an MX record.")]


def _spf(names: Names, domain: str, addresses: list[str]) -> list[Finding]:
    records = [text for text in names.texts(domain) if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if not records:
        own = " ".join(_term(address) for address in addresses) or "include:<your provider's domain>"
        return [
            _wrong("SPF", f'{domain} doesn\'t say who may send for it. Add to it a TXT record: "v=spf1 mx {own} ~all"')
        ]
    if len(records) > 1:
        return [_wrong("SPF", f"{domain} has {len(records)} SPF records, which counts as none. Make one of them.")]
    terms = records[0].lower().split()[1:]
    asking = sum(_ASKING.match(term) is not None for term in terms)
    if asking > LOOKUPS:
        return [_wrong("SPF", f"It asks for {asking} look-ups; more than {LOOKUPS} count as an error.")]
    if {"+all", "all"} & set(terms):
        return [_wrong("SPF", f'"{records[0]}" lets anybody send as {domain}. End it with ~all or -all.')]
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        return [_look("SPF", f'"{records[0]}" says nothing about other senders. End it with ~all or -all.')]
    return [_good("SPF", f'"{records[0]}". See to it that your mail server is among them.')]


def _dkim(names: Names, domain: str, selector: str) -> list[Finding]:
    if not selector:
        return [_look("DKIM", "Your mail server signs, or it should. Say under which selector: MAIL_DKIM_SELECTOR.")]
    where = f"{selector}._domainkey.{domain}"
    keys = [_tags(text) for text in names.texts(where)]
    keys = [tags for tags in keys if "p" in tags and tags.get("v", "DKIM1") == "DKIM1"]
    if not keys:
        return [
            _wrong("DKIM", f'There is no key at {where}. Add the TXT record that your mail server shows: "v=DKIM1; …"')
        ]
    if not any(tags["p"] for tags in keys):
        return [_wrong("DKIM", f"The key at {where} was withdrawn (p= is empty). Sign under another selector.")]
    return [_good("DKIM", f"{where} has a key.")]


def _dmarc(names: Names, domain: str) -> list[Finding]:
    for parent in _parents(domain):
        records = [text for text in names.texts(f"_dmarc.{parent}") if text.lower().startswith("v=dmarc1")]
        if len(records) > 1:
            return [_wrong("DMARC", f"_dmarc.{parent} has {len(records)} records, which counts as none.")]
        if records:
            policy = _tags(records[0]).get("p", "").lower()
            if policy not in ("none", "quarantine", "reject"):
                return [_wrong("DMARC", f'"{records[0]}" has no policy. Write p=none, p=quarantine or p=reject.')]
            return [_good("DMARC", f'_dmarc.{parent}: "{records[0]}"')]
    return [_wrong("DMARC", f'Add a TXT record to _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"')]


def _ptr(names: Names, host: str, addresses: list[str]) -> list[Finding]:
    public = [address for address in addresses or _addresses(names, host) if ipaddress.ip_address(address).is_global]
    if not public:
        return [_look("PTR", f"{host} has no public address. Say from which it sends: --address 192.0.2.1")]
    found = []
    for address in public:
        said = names.names_of(address)
        if not said:
            found.append(_wrong("PTR", f"{address} has no name. Ask who gave you the address to set its PTR record."))
        elif not any(address in names.addresses(name) for name in said):
            found.append(_wrong("PTR", f"{address} is called {said[0]}, which doesn't lead back to it. Add it there."))
        else:
            found.append(_good("PTR", f"{address} is {said[0]}, and that is {address}."))
    return found


def _addresses(names: Names, host: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return names.addresses(host) if "." in host else []


def _parents(domain: str) -> list[str]:
    """The domain itself, and those above it down to two labels: one of them is the organization's."""
    labels = domain.strip(".").split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}


def _term(address: str) -> str:
    return f"ip{ipaddress.ip_address(address).version}:{address}"


def _apart(server: str) -> tuple[str, int]:
    """Raises ValueError."""
    host, sign, port = server.rpartition(":")
    if not sign or (server.count(":") > 1 and not server.startswith("[")):
        host, port = server, "53"
    host = str(ipaddress.ip_address(host.strip("[]")))
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(port)
    return host, int(port)


def _good(about: str, text: str) -> Finding:
    return Finding(Verdict.GOOD, about, text)


def _look(about: str, text: str) -> Finding:
    return Finding(Verdict.LOOK, about, text)


def _wrong(about: str, text: str) -> Finding:
    return Finding(Verdict.WRONG, about, text)
