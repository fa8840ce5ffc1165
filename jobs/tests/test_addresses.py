"""Which addresses a download may connect to."""

from ipaddress import ip_network

import pytest

from jobs.downloads.addresses import refusal

PUBLIC = [
    "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1", "169.253.255.255",
    "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2001:200::1",
    "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
]  # fmt: skip
REFUSED = {
    "unspecified": ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1"],
    "private": [
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd00:ec2::254", "64:ff9b:1::a00:1",
        "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::c0a8:101",
    ],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"],
    "metadata": ["168.63.129.16"],
    "shared": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": [
        "192.0.0.192", "192.88.99.1", "240.0.0.1", "255.255.255.255", "2001:10::1", "100::1", "5f00::1", "fec0::1",
        "::ffff:0:127.0.0.1",
    ],
    "tunneled": ["2002:7f00:1::", "2002:a00:1::1", "2002:101:101::", "2001:0:4136:e378:8000:63bf:80ff:fffe"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarking": ["198.18.0.1", "198.19.255.255"],
    "unknown": ["", "localhost", "127.1", "0x7f.0.0.1", "1.2.3.4.5"],
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address):
    assert refusal(address) is None


@pytest.mark.parametrize(
    ("reason", "address"), [(reason, address) for reason, addresses in REFUSED.items() for address in addresses]
)
def test_others_are_refused_and_it_is_said_why(reason, address):
    assert refusal(address) == reason


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd12::1"])
def test_an_operator_may_open_networks(settings, address):
    assert refusal(address) is not None
    settings.DOWNLOAD_ALLOW = [ip_network("10.1.0.0/16"), ip_network("fd12::/16")]
    assert refusal(address) is None
    assert refusal("10.2.0.1") == "private"
