"""What has arrived is not fetched again; and never are two versions of a file mixed."""

import threading
from datetime import UTC, datetime

import msgspec
import pytest

from jobs.downloads import parts
from jobs.kinds.base import Cancelled, JobFailure
from tests.downloads.conftest import noise
from tests.downloads.site import Document
from tests.servers import eventually

SIZE = 5_000_000
HALF = 2_500_000


@pytest.fixture
def document():
    """A file whose connection is cut in the middle, once."""
    return Document(noise(SIZE), drops=[HALF])


@pytest.fixture
def url(site, document):
    return site.put("/file", document)


def lost(desk, url, **params):
    """An attempt that loses its connection."""
    with pytest.raises(JobFailure) as caught:
        desk.fetch(url, **params)
    assert (caught.value.code, caught.value.retry) == ("connection_lost", True)
    return caught.value


def test_the_next_attempt_goes_on_where_the_connection_was_lost(desk, site, url, document, stored):
    assert lost(desk, url).moved
    result = desk.fetch(url)
    assert stored(result) == document.data
    assert result.resumed == HALF
    assert site.ranges() == [None, f"bytes={HALF}-"]
    assert site.asked[1].headers["If-Range"] == '"1"'


def test_attempts_that_bring_nothing_count_and_those_that_get_further_do_not(desk, site, url, document):
    document.drops = [HALF, 1000, 0, 2_000_000]
    assert [lost(desk, url).moved for _ in range(4)] == [True, False, False, True]


def test_a_changed_file_is_begun_anew(desk, url, site, document, stored):
    lost(desk, url)
    document.data, document.etag = noise(SIZE, seed=2), '"2"'
    result = desk.fetch(url)
    assert stored(result) == document.data
    assert result.resumed == 0


@pytest.mark.parametrize(
    "lie",
    [
        {"Content-Range": f"bytes {HALF}-{SIZE - 1}/{SIZE}", "ETag": '"2"'},
        {"Content-Range": f"bytes {HALF}-{SIZE - 1}/{SIZE}"},
        {"Content-Range": f"bytes {HALF + 1}-{SIZE - 1}/{SIZE}", "ETag": '"1"'},
        {"Content-Range": f"bytes {HALF}-{SIZE}/{SIZE + 1}", "ETag": '"1"'},
        {"Content-Range": f"bytes {HALF}-{HALF - 1}/{SIZE}", "ETag": '"1"'},
        {"Content-Range": "nonsense", "ETag": '"1"'},
        {"ETag": '"1"'},
    ],
    ids=["another version", "no version", "another place", "another size", "backwards", "nonsense", "no place"],
)
def test_a_part_that_does_not_belong_is_refused_and_the_whole_file_fetched(desk, site, url, document, lie, stored):
    lost(desk, url)

    def answer(exchange):
        if "Range" not in exchange.headers:
            document(exchange)
            return
        exchange.start(206, length=SIZE - HALF, **lie)
        exchange.wfile.write(noise(SIZE - HALF, seed=9))

    site.put("/file", answer)
    assert stored(desk.fetch(url)) == document.data
    assert site.ranges() == [None, f"bytes={HALF}-", None]


@pytest.mark.parametrize("bad", [{"ranges": False}, {"etag": None}, {"etag": 'W/"1"'}], ids=str)
def test_without_ranges_or_a_strong_validator_it_begins_anew(desk, site, url, document, bad, stored):
    for name, value in bad.items():
        setattr(document, name, value)
    lost(desk, url)
    result = desk.fetch(url)
    assert (stored(result) == document.data, result.resumed) == (True, 0)


def test_a_date_is_a_validator_too(desk, site, url, document, stored):
    document.etag = None
    document.headers = {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
    lost(desk, url)
    document.etag = document.headers["Last-Modified"]  # what If-Range is compared with
    document.headers = {}
    result = desk.fetch(url)
    assert (stored(result) == document.data, result.resumed) == (True, HALF)
    assert site.asked[1].headers["If-Range"] == "Wed, 21 Oct 2015 07:28:00 GMT"


def test_a_date_of_just_now_is_none(desk, site, url, document):
    """The file may have changed twice in that second."""
    document.etag = None
    document.headers = {"Last-Modified": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    lost(desk, url)
    desk.fetch(url)
    assert site.ranges() == [None, None]


def test_a_file_that_has_become_shorter_is_begun_anew(desk, site, url, document, stored):
    lost(desk, url)

    def answer(exchange):
        if "Range" in exchange.headers:
            exchange.start(416, length=0, Content_Range="bytes */1000")
        else:
            Document(b"short", etag='"3"')(exchange)

    site.put("/file", answer)
    assert stored(desk.fetch(url)) == b"short"


def test_another_place_behind_the_same_link_is_another_file(desk, site, document, stored):
    """Two mirrors may well have the same ETag for two different files."""
    other = Document(noise(SIZE, seed=3))
    targets = [site.put("/mirror/1", document), site.put("/mirror/2", other)]
    site.put("/link", lambda exchange: exchange.start(302, length=0, Location=targets.pop(0)))
    lost(desk, site.url("/link"))
    assert stored(desk.fetch(site.url("/link"))) == other.data
    assert [one for one in site.ranges() if one] == []


def test_another_link_begins_anew(desk, site, url, document, stored):
    lost(desk, url)
    site.put("/other", Document(b"other"))
    assert stored(desk.fetch(site.url("/other"))) == b"other"


def test_a_stopped_job_keeps_what_it_has(desk, site, url, document, stored):
    document.drops, document.hold, document.hold_at = [], threading.Event(), HALF
    with pytest.raises(Cancelled):
        _stop_when_held(desk, url, document)
    desk.stopped = False
    document.hold.set()
    result = desk.fetch(url)
    assert stored(result) == document.data
    assert result.resumed > HALF - document.piece


def test_a_whole_part_is_stored_without_asking_again(desk, site, url, document, stored, monkeypatch):
    """Killed between the last byte and the result."""
    document.drops = []

    def dies(self, *args, **fields):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("jobs.worker.context.RunContext.save", dies)
        with pytest.raises(RuntimeError, match="killed"):
            desk.fetch(url)
    result = desk.fetch(url)
    assert (stored(result) == document.data, result.resumed) == (True, SIZE)
    assert len(site.asked) == 1


def test_bytes_that_no_state_claims_are_fetched_again(desk, url, document, stored, tmp_path):
    """Of a machine that lost its power: the part is longer than what was synced, with anything in it."""
    lost(desk, url)
    with (tmp_path / "kept" / "part").open("ab") as part:
        part.write(noise(100_000, seed=5))
    assert stored(desk.fetch(url)) == document.data


def test_a_part_that_is_shorter_than_its_state_claims_is_not_believed(desk, url, document, stored, tmp_path):
    lost(desk, url)
    with (tmp_path / "kept" / "part").open("r+b") as part:
        part.truncate(1000)
    assert stored(desk.fetch(url)) == document.data


def test_a_version_that_comes_and_goes_is_not_mixed_with_another(desk, site, url, document, stored, monkeypatch):
    """Two servers behind one name; and a kill before anything was noted of what the second one sent."""
    lost(desk, url)
    first, etag = document.data, document.etag
    document.data, document.etag, document.drops = noise(SIZE, seed=2), '"2"', [HALF + 1000]
    with monkeypatch.context() as patch:
        patch.setattr("jobs.downloads.parts.Part.close", lambda part: None)
        lost(desk, url)
    document.data, document.etag = first, etag
    assert stored(desk.fetch(url)) == first


@pytest.mark.parametrize("state", [b"", b"{", b'{"url": 1}', b"\x00" * 100])
def test_a_state_that_cannot_be_read_is_none(desk, url, document, stored, tmp_path, state):
    lost(desk, url)
    (tmp_path / "kept" / "state.json").write_bytes(state)
    assert stored(desk.fetch(url)) == document.data


def test_the_state_is_written_while_bytes_arrive(desk, site, url, document, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "NOTE_SECONDS", 0.01)
    document.drops, document.hold, document.hold_at = [], threading.Event(), HALF
    thread = threading.Thread(target=desk.fetch, args=[url])
    thread.start()
    eventually(lambda: _offset(tmp_path) > 0)
    document.hold.set()
    thread.join(20)
    assert _offset(tmp_path) == SIZE


def test_a_wrong_checksum_of_a_file_in_two_parts_is_tried_once_more_from_the_start(desk, site, url, document, tmp_path):
    lost(desk, url, sha256="0" * 64)
    codes = []
    for _ in range(2):
        with pytest.raises(JobFailure) as caught:
            desk.fetch(url, sha256="0" * 64)
        codes.append((caught.value.code, caught.value.retry))
    assert codes == [("checksum_mismatch", True), ("checksum_mismatch", False)]
    assert site.ranges() == [None, f"bytes={HALF}-", None]


def test_one_attempt_at_a_time_writes(desk, url, document, monkeypatch):
    """A worker that lost its lease may have a child that writes still."""
    monkeypatch.setattr(parts, "LOCK_SECONDS", 0.05)
    document.drops, document.hold, document.hold_at = [], threading.Event(), HALF
    thread = threading.Thread(target=desk.fetch, args=[url])
    thread.start()
    eventually(lambda: desk.told)
    with pytest.raises(JobFailure) as caught:
        desk.fetch(url)
    assert (caught.value.code, caught.value.retry) == ("still_running", True)
    document.hold.set()
    thread.join(20)


def _offset(folder):
    try:
        return msgspec.json.decode((folder / "kept" / "state.json").read_bytes())["offset"]
    except FileNotFoundError:
        return 0


def _stop_when_held(desk, url, document):
    """Stop the job once everything before the hold has arrived."""
    threading.Thread(target=lambda: (eventually(lambda: _arrived(desk, document)), desk.stop())).start()
    desk.fetch(url)


def _arrived(desk, document):
    return any(one.done > document.hold_at - 2 * document.piece for one in desk.told)
