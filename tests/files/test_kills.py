"""Uploads while gateways and the job service die: two real gateways, all services, a broker."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.files.office import Person, SlowPatch, random_bytes
from tests.gateway.people import Human
from tests.live import SERVICES, LiveSystem
from tests.servers import eventually


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    processes = {"gateway": ["gateway"], "gateway2": ["gateway"], "services": SERVICES}
    own = LiveSystem(folder=tmp_path_factory.mktemp("files"), processes=processes)
    own.start()
    yield own
    own.stop()


@pytest.fixture
def ada(system):
    human = Human.register(system.url(), f"ada-{uuid4().hex[:10]}")
    return Person(system.url(), human.id, human.token)


def at(person, system, gateway):
    """The same person at another gateway."""
    return Person(system.url(gateway), person.id, person.token)


def spooled(system):
    return sum(path.stat().st_size for path in (system.folder / "spool").rglob("*") if path.is_file())


def sha256_of(person, upload):
    return person.file(upload.rpartition("/")[2])["sha256"]


def test_a_gateway_that_is_killed_costs_what_it_had_not_yet_told_and_nothing_else(system, ada):
    content = random_bytes(3_000_000)
    upload = ada.begin(len(content))
    other = at(ada, system, "gateway2")
    patch = SlowPatch(ada, upload, offset=0, length=len(content))
    sent = 0
    while other.offset(upload) == 0:
        piece = content[sent : sent + 50_000][: 2_900_000 - sent]
        patch.send(piece)
        sent += len(piece)
        time.sleep(0.05)  # the pace of the client
    told = other.offset(upload)
    system.kill_process("gateway")
    patch.hang_up()
    kept = other.offset(upload)
    assert told <= kept <= sent
    assert spooled(system) >= kept
    answer = eventually(lambda: _unlocked(other.append(upload, content[kept:], kept)), seconds=20, pause=0.3)
    assert answer.status_code == 204, answer.text
    assert sha256_of(other, upload) == hashlib.sha256(content).hexdigest()
    system.start_process("gateway")
    system.wait_ready()


def _unlocked(answer):
    """None while the dead gateway's lease is still good."""
    return None if answer.status_code == 423 else answer


def test_two_gateways_do_not_write_at_once(system, ada):
    upload = ada.begin(10)
    patch = SlowPatch(ada, upload, offset=0, length=10)
    other = at(ada, system, "gateway2")
    eventually(lambda: any(path.is_file() for path in (system.folder / "spool").rglob("*")))  # its writer has the lease
    assert other.append(upload, b"0123456789", 0).status_code == 423
    patch.send(b"0123456789")
    assert " 204 " in patch.answer()
    patch.hang_up()
    assert sha256_of(other, upload) == hashlib.sha256(b"0123456789").hexdigest()


@pytest.mark.long
@pytest.mark.parametrize("step", ["upload.stored", "upload.finished"])
def test_a_job_service_that_dies_while_it_finishes_is_repeated_without_anybody_noticing(system, ada, step):
    content = random_bytes(500_000)
    upload = ada.begin(len(content))
    system.environment = {"WARREN_FAILPOINTS": step}
    system.restart_process("services")
    eventually(lambda: ada.tus("HEAD", upload).status_code == 200, seconds=30, pause=0.2)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ada.append, upload, content, 0)
        eventually(lambda: not system.children["services"].running, seconds=20)
        system.environment = {}
        system.start_process("services")
        # Delivered again to the new one; where it came too late, the client asks for the offset and hears all is well.
        assert answer.result(30).status_code in (204, 503, 504)
    eventually(lambda: ada.tus("HEAD", upload).status_code == 200, seconds=30, pause=0.2)
    assert ada.offset(upload) == len(content)
    assert sha256_of(ada, upload) == hashlib.sha256(content).hexdigest()
    assert spooled(system) == 0


@pytest.mark.long
def test_an_upload_goes_on_while_the_job_service_is_away_for_a_moment(system, ada):
    content = random_bytes(400_000)
    upload = ada.begin(len(content))
    patch = SlowPatch(ada, upload, offset=0, length=len(content))
    patch.send(content[:300_000])
    eventually(lambda: spooled(system) >= 262_144)
    system.restart_process("services")
    eventually(lambda: ada.tus("HEAD", upload).status_code == 200, seconds=30, pause=0.2)
    patch.send(content[300_000:])
    assert patch.answer()
    patch.hang_up()
    eventually(lambda: ada.offset(upload) > 0)
    kept = ada.offset(upload)
    if kept < len(content):
        answer = eventually(lambda: _unlocked(ada.append(upload, content[kept:], kept)), seconds=20, pause=0.3)
        assert answer.status_code == 204
    assert sha256_of(ada, upload) == hashlib.sha256(content).hexdigest()


def test_a_gateway_that_is_asked_to_stop_keeps_what_arrived(system, ada):
    content = random_bytes(2_000_000)
    upload = ada.begin(len(content))
    patch = SlowPatch(ada, upload, offset=0, length=len(content))
    patch.send(content[:1_000_000])
    eventually(lambda: spooled(system) >= 786_432)
    other = at(ada, system, "gateway2")
    system.children["gateway"].ask_to_stop()
    eventually(lambda: not system.ready("gateway"))
    patch.send(content[1_000_000:1_900_000])
    assert " 503 " in patch.answer()
    patch.hang_up()
    kept = other.offset(upload)
    assert 1_000_000 <= kept <= 1_900_000
    assert other.append(upload, content[kept:], kept).status_code == 204
    assert sha256_of(other, upload) == hashlib.sha256(content).hexdigest()
    system.children["gateway"].stop(grace=20)
    system.start_process("gateway")
    system.wait_ready()
