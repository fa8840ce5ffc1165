"""Servers that fail, stall, lie and never end: each costs what the limits say, and is told by its name."""

import time
from email.utils import formatdate
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest

from jobs.downloads.headers import LONGEST_PAUSE
from jobs.kinds.base import JobFailure
from tests.downloads.conftest import noise
from tests.downloads.site import Document, redirect, refusing


def failure(desk, url, **params):
    with pytest.raises(JobFailure) as caught:
        desk.fetch(url, **params)
    return caught.value


@pytest.mark.parametrize(
    ("status", "retry"),
    [(401, False), (404, False), (410, False), (204, False), (304, False), (429, True), (503, True)],
)
def test_what_the_server_refuses_is_final_unless_it_may_change_its_mind(desk, site, status, retry):
    failed = failure(desk, site.put("/a", refusing(status)))
    assert (failed.code, failed.retry) == (f"http_{status}", retry)
    assert str(status) in failed.message


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("7", 7, 7),
        ("999999999", LONGEST_PAUSE, LONGEST_PAUSE),
        ("date", 60, 121),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
    ],
)
def test_the_server_may_say_when_to_come_back(desk, site, said, low, high):
    value = formatdate(time.time() + 120, usegmt=True) if said == "date" else said
    assert low <= failure(desk, site.put("/a", refusing(503, Retry_After=value))).retry_after <= high


@pytest.mark.parametrize("said", ["soon", "-5", "", "1e9", "Thu, 99 Jan"])
def test_nonsense_about_coming_back_is_nothing(desk, site, said):
    assert failure(desk, site.put("/a", refusing(503, Retry_After=said))).retry_after is None


def test_a_server_that_sends_less_than_it_said_is_tried_again(desk, site):
    failed = failure(desk, site.put("/a", Document(noise(1000), says=2000)))
    assert (failed.code, failed.retry) == ("connection_lost", True)


def test_what_a_server_sends_beyond_its_word_is_not_the_files(desk, site, stored):
    assert stored(desk.fetch(site.put("/a", Document(b"0123456789", says=4)))) == b"0123"


@pytest.mark.parametrize("said", [True, False], ids=["announced", "unannounced"])
def test_a_file_that_is_too_large_is_not_taken(desk, site, settings, tmp_path, said):
    settings.MAX_FILE_BYTES = 1_000_000

    def endless(exchange):
        exchange.start(200, **({"length": 2**40} if said else {}))
        while True:
            exchange.wfile.write(bytes(65536))

    failed = failure(desk, site.put("/a", endless))
    assert (failed.code, failed.retry) == ("too_large", False)
    assert not (tmp_path / "kept" / "part").exists(), "what nobody wants takes no room"


def test_nobody_gets_more_than_his_files_may_have(desk, site):
    desk.room = 999
    assert failure(desk, site.put("/a", Document(noise(1000)))).code == "limit_exceeded"
    desk.room = 1000
    desk.fetch(site.url("/a"))


def test_a_server_that_stalls_is_given_up_for_now(desk, site, settings):
    settings.DOWNLOAD_STALL_SECONDS = 1

    def stalls(exchange):
        exchange.start(200, length=1000)
        exchange.wfile.write(b"x")
        exchange.wfile.flush()
        exchange.rfile.read(1)  # until the client hangs up

    failed = failure(desk, site.put("/a", stalls))
    assert (failed.code, failed.retry) == ("too_slow", True)


def test_a_download_ends_with_its_time(desk, site, settings):
    settings.DOWNLOAD_HOURS = 0
    failed = failure(desk, site.put("/a", Document(noise(1000))))
    assert (failed.code, failed.retry) == ("timed_out", False)


def test_a_disk_that_is_full_is_waited_for(desk, site, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 999}))
    failed = failure(desk, site.put("/a", Document(noise(1000))))
    assert (failed.code, failed.retry) == ("no_space", True)


def test_a_host_that_is_not_there(desk, site):
    failed = failure(desk, "http://nobody.invalid/")
    assert (failed.code, failed.retry) == ("host_not_found", True)


def test_a_port_where_nobody_listens(desk, unused_port):
    failed = failure(desk, f"http://127.0.0.1:{unused_port}/")
    assert (failed.code, failed.retry) == ("connection_failed", True)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00" * 64, b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_no_file(desk, site, said):
    def answer(exchange):
        exchange.wfile.write(said)
        exchange.close_connection = True

    assert failure(desk, site.put("/a", answer)).code in ("bad_answer", "connection_lost")


def test_a_certificate_is_looked_at(desk, site, secure_site, stored):
    """That of a stranger is refused; one of an authority that the system trusts is good."""
    document = Document(b"over TLS")
    url = secure_site.put("/a", document).replace("http:", "https:")
    failed = failure(desk, url)
    assert (failed.code, failed.retry) == ("bad_certificate", False)
    with secure_site.trusted():
        assert stored(desk.fetch(url)) == document.data


def test_from_https_to_http_only_where_a_checksum_is_known(desk, site, secure_site, stored):
    document = Document(b"changed on its way?")
    plain = site.put("/a", document)
    url = secure_site.put("/b", redirect(plain)).replace("http:", "https:")
    with secure_site.trusted():
        assert failure(desk, url).code == "insecure_redirect"
        assert stored(desk.fetch(url, sha256=document.sha256)) == document.data


@pytest.fixture
def secure_site(tmp_path, monkeypatch):
    """A site with a certificate of its own; `trusted()` for as long as the system trusts it."""
    from contextlib import contextmanager

    from tests.downloads.certificate import write_certificate
    from tests.downloads.site import serving

    certificate, key = write_certificate(tmp_path)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    @contextmanager
    def trusted():
        with monkeypatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(certificate))
            yield

    with serving(tls=context) as site:
        site.trusted = trusted
        yield site
