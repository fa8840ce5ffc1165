"""From a URL to a file, over a server that does as it should."""

import pytest

from jobs.kinds.base import JobFailure
from tests.downloads.conftest import noise
from tests.downloads.site import Document, redirect


def test_a_file_arrives_with_its_hash_its_name_and_its_type(desk, site, stored):
    document = Document(b"id,name\n1,Ada\n2,Bob\n", headers={"Content-Type": "text/html"})
    result = desk.fetch(site.put("/data/people%20list.csv", document), sha256=document.sha256.upper())
    (file,) = result.files
    assert (file.name, file.media_type, file.size) == ("people list.csv", "text/csv", len(document.data))
    assert file.sha256 == document.sha256
    assert stored(result) == document.data
    assert result.resumed == 0


def test_progress_has_bytes_and_the_jobs_label(desk, site):
    document = Document(noise(3_000_000))
    desk.fetch(site.put("/big", document), label="nightly dump")
    assert {(one.unit, one.total, one.note) for one in desk.told} == {("bytes", 3_000_000, "nightly dump")}
    assert [one.done for one in desk.told] == sorted(one.done for one in desk.told)


def test_nothing_of_ours_is_told_to_the_server(desk, site, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    site.put("/b", Document(b"ok"))
    site.put("/a", lambda exchange: exchange.start(302, length=0, Location="/b", Set_Cookie="a=b; Path=/"))
    desk.fetch(site.url("/a"))
    assert len(site.asked) == 2
    for asked in site.asked:
        assert {name.lower() for name in asked.headers} == {"host", "user-agent", "accept", "accept-encoding"}
        assert asked.headers["Accept-Encoding"] == "identity"


def test_redirects_are_followed_and_the_last_place_is_told_without_its_secrets(desk, site, stored):
    site.put("/file.bin", Document(b"here"))
    site.put("/deep/c", redirect("../file.bin?token=secret", 307))
    site.put("/a", redirect(site.url("/deep/c"), 301))
    result = desk.fetch(site.url("/a"))
    assert stored(result) == b"here"
    assert result.final_url == site.url("/file.bin")
    assert result.files[0].name == "file.bin"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"/a": "/a"}, "too_many_redirects"),
        ({"/a": "ftp://example.org/x"}, "bad_redirect"),
        ({"/a": "http://user:password@127.0.0.1/"}, "bad_redirect"),
        ({"/a": "file:///etc/passwd"}, "bad_redirect"),
        ({"/a": "http://127.0.0.1:22/"}, "bad_redirect"),
    ],
)
def test_redirects_that_lead_nowhere_are_final(desk, site, answers, code):
    for path, target in answers.items():
        site.put(path, redirect(target))
    with pytest.raises(JobFailure) as caught:
        desk.fetch(site.url("/a"))
    assert (caught.value.code, caught.value.retry) == (code, False)


def test_an_empty_file_is_a_file(desk, site, stored):
    result = desk.fetch(site.put("/empty", Document(b"")))
    assert (stored(result), result.files[0].size) == (b"", 0)


def test_a_body_without_a_length_is_taken_to_its_end(desk, site, stored):
    def answer(exchange):
        exchange.start(200)
        exchange.wfile.write(b"until I hang up")

    assert stored(desk.fetch(site.put("/old", answer))) == b"until I hang up"


def test_what_was_packed_stays_packed(desk, site, stored):
    """Unpacking is not asked for, and what a server packs all the same is the file: a bomb stays as small as it is."""
    import gzip

    bomb = gzip.compress(bytes(50_000_000))
    result = desk.fetch(site.put("/bomb", Document(bomb, headers={"Content-Encoding": "gzip"})))
    assert stored(result) == bomb
    assert result.files[0].media_type == "application/gzip"


def test_a_wrong_checksum_is_final_and_stores_nothing(desk, site, tmp_path):
    with pytest.raises(JobFailure) as caught:
        desk.fetch(site.put("/a", Document(b"other bytes")), sha256="0" * 64)
    assert (caught.value.code, caught.value.retry) == ("checksum_mismatch", False)
    assert not (tmp_path / "storage").exists()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('attachment; filename="report 1.pdf"', "report 1.pdf"),
        ("attachment; filename=\"a.txt\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt", "naïve €.txt"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ('attachment; filename="..\\\\..\\\\evil.exe"', "evil.exe"),
        ('attachment; filename="Grüße.txt"', "Grüße.txt"),
        (f'attachment; filename="{"Grüße".encode().decode("latin-1")}.txt"', "Grüße.txt"),
        ("inline", "fallback.bin"),
    ],
)
def test_the_server_may_name_the_file(desk, site, said, name):
    result = desk.fetch(site.put("/fallback.bin", Document(b"x", headers={"Content-Disposition": said})))
    assert result.files[0].name == name


def test_who_asked_names_it_before_everybody_else(desk, site):
    document = Document(b"x", headers={"Content-Disposition": 'attachment; filename="theirs"'})
    assert desk.fetch(site.put("/a", document), name="mine.txt").files[0].name == "mine.txt"
