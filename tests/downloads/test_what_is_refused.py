"""No spelling, no redirect, no change of what a name means leads into a private network: a canary there sees nobody."""

import contextlib
import socket

import pytest

from jobs.downloads.urls import BadUrl
from jobs.kinds.base import JobFailure
from tests.downloads.site import Document, redirect, serving

SPELLINGS = [
    "http://127.0.0.1:{port}/", "http://127.1:{port}/", "http://127.0.1:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://0x7f.0.0.1:{port}/", "http://017700000001:{port}/", "http://0177.0.0.01:{port}/",
    "http://0.0.0.0:{port}/", "http://0:{port}/", "http://localhost:{port}/", "HTTP://LOCALHOST:{port}/",
    "http://localhost.:{port}/", "http://[::1]:{port}/", "http://[0:0:0:0:0:0:0:1]:{port}/", "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/",
    "http://127.0.0.1:{port}#@example.org/", "http://example.org@127.0.0.1:{port}/", "http://127.0.0.1%00:{port}/",
    "http://127.0.0.1:{port}\\@example.org/", "http://%31%32%37.0.0.1:{port}/", "http:127.0.0.1:{port}/",
    "http://127.0.0.2:{port}/",
]  # fmt: skip


@pytest.fixture(scope="module")
def canary():
    """Listens on every address of this machine, IPv6 too where there is any."""
    with serving("0.0.0.0") as site, contextlib.ExitStack() as stack:
        site.put("/", Document(b"secret"))
        if socket.has_ipv6:
            with contextlib.suppress(OSError):
                stack.enter_context(serving("::1", port=site.port, like=site))
        yield site


@pytest.fixture
def unseen(canary):
    """Nobody may have connected to the canary in this test."""
    before = canary.connections
    yield canary
    with socket.create_connection(("127.0.0.1", canary.port)) as knock:
        knock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert knock.recv(12) == b"HTTP/1.1 200", "it is alive"
    assert canary.connections == before + 1, "connections are accepted in their order: ours is the first"


def refused(desk, url, **params) -> str:
    """How it was refused, for good."""
    with pytest.raises((BadUrl, JobFailure)) as caught:
        desk.fetch(url, **params)
    assert not getattr(caught.value, "retry", False), caught.value
    return getattr(caught.value, "code", "bad_url")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_this_machine_is_reached(spelling, closed_desk, unseen):
    assert refused(closed_desk, spelling.format(port=unseen.port)) in ("address_refused", "bad_url")


@pytest.mark.parametrize(
    "spelling", ["http://127.0.0.2:{port}/", "//127.0.0.2:{port}/", "http://localhost.:{port}/", "http://[::1]:{port}/"]
)
def test_no_redirect_leads_there(spelling, desk, site, unseen):
    """`desk` may reach 127.0.0.1, where the redirect is, and nothing else of this machine."""
    names = [f"localhost.:{unseen.port}:127.0.0.2"]
    url = site.put("/a", redirect(spelling.format(port=unseen.port)))
    site.put("/b", redirect("/a"))
    assert refused(desk, site.url("/b"), resolve=names) == "address_refused"
    assert len(site.asked) == 2, url


def test_a_name_that_means_something_else_at_the_second_look_is_looked_at_again(desk, site, unseen):
    """DNS rebinding: a name may be looked up as often as one likes; what counts is where a socket is opened to."""
    names = [f"rebinding.test:{unseen.port}:127.0.0.1"]

    def rebind(exchange):
        names[:] = [f"-rebinding.test:{unseen.port}", f"rebinding.test:{unseen.port}:127.0.0.2"]
        exchange.start(302, length=0, Location=f"http://rebinding.test:{unseen.port}/")

    assert refused(desk, site.put("/a", rebind), resolve=names) == "address_refused"


def test_of_several_addresses_of_a_name_only_the_good_ones_are_tried(desk, site, unseen, stored):
    site.put("/a", Document(b"good"))
    names = [f"several.test:{site.port}:127.0.0.3,127.0.0.1"]
    assert stored(desk.fetch(site.url("/a", host="several.test"), resolve=names)) == b"good"
    names = [f"several.test:{unseen.port}:127.0.0.2,127.0.0.3"]
    assert refused(desk, unseen.url("/", host="several.test"), resolve=names) == "address_refused"


def test_a_refusal_is_logged_with_the_address_and_told_without_it(closed_desk, unseen, caplog):
    with pytest.raises(JobFailure) as caught:
        closed_desk.fetch(f"http://localhost:{unseen.port}/")
    assert "loopback" in caught.value.message
    assert "127.0.0.1" not in caught.value.message
    told = [record for record in caplog.records if record.message == "an address was refused"]
    assert {(record.address, record.reason) for record in told} <= {("127.0.0.1", "loopback"), ("::1", "loopback")}
    assert told
