"""Which addresses are on the public internet. All that isn't known to be is refused: a calendar's address may be chosen
so that our own machine, its neighbours or a cloud's inner services would answer.

Of IPv6 only what is handed out for public use (2000::/3) counts, without what carries an IPv4 address inside (Teredo,
6to4). So mapped and compatible ones (::ffff:0:0/96, ::/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique local, site
local, link local and multicast are out without being named. From the IANA's registries of special-purpose addresses.
"""

import ipaddress

PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
SPECIAL_6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, ORCHID, benchmarks …
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112: answers for private addresses
        "3fff::/20",  # documentation
    )
]
SPECIAL_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link local; clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved; broadcast
    )
]


def is_public(address: str) -> bool:
    """address: as the system's resolver writes it; one with a zone ("fe80::1%eth0") is of a neighbour."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in SPECIAL_4)
    return not ip.scope_id and ip in PUBLIC_6 and not any(ip in network for network in SPECIAL_6)
