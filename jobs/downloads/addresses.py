"""Which addresses a download may connect to (docs/downloads.md, "What is refused").

Asked for the address that a socket is about to be opened to, on every hop: what a name meant a moment ago does not
count. The networks are those of the IANA registries of special-purpose addresses (RFC 6890, as of 2025), and Azure's
platform address, which looks public.
"""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from django.conf import settings

Address = IPv4Address | IPv6Address

_V4 = {
    IPv4Network(network): kind
    for network, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
}
_V6 = {
    IPv6Network(network): kind
    for network, kind in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "private"),
        ("2001::/32", "tunneled"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "tunneled"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
}
"""The first that fits counts. Teredo and 6to4 carry any IPv4 address inside, and nobody offers files there any more."""
_GLOBAL = IPv6Network("2000::/3")
_EMBEDDING = [IPv6Network(network) for network in ("::ffff:0:0/96", "64:ff9b::/96", "::/96")]
"""Mapped, NAT64, compatible: the last four bytes are an IPv4 address, which decides."""


def refusal(address: str) -> str | None:
    """Why nothing is fetched from an address: its kind in a word; None where it may be reached."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    meant = _embedded(parsed)
    if any(one in network for one in (parsed, meant) for network in settings.DOWNLOAD_ALLOW):
        return None
    return _kind(meant)


def _embedded(address: Address) -> Address:
    if isinstance(address, IPv6Address) and _word(address, _V6) is None:
        for network in _EMBEDDING:
            if address in network:
                return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _kind(address: Address) -> str | None:
    if isinstance(address, IPv4Address):
        return _word(address, _V4)
    return _word(address, _V6) or (None if address in _GLOBAL else "reserved")


def _word(address: Address, kinds: dict[IPv4Network, str] | dict[IPv6Network, str]) -> str | None:
    return next((kind for network, kind in kinds.items() if address in network), None)
