"""The broker is killed and comes back: everything connects again by itself, and nobody is told what is not so."""

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from bus.client import AsyncClient
from bus.declare import declare
from bus.publisher import Publisher
from bus.server import Hosted, Server
from bus.subscription import Subscription
from bus.sync_client import SyncClient
from bus.topology import permissions
from contracts.errors import DeadlineExceeded, OutcomeUnknown, Unavailable
from supervisor.instances import Instances
from tests.bus.probe import ProbeEcho, ProbeKeyed, ProbeOnce, ProbeSlow, service
from tests.servers import eventually, until

pytestmark = pytest.mark.serial


@pytest.fixture(scope="module")
def own():
    """A broker of this module's own, which it may kill."""
    folder = Path(tempfile.mkdtemp(prefix="warren-broker-"))
    instances = Instances(folder, database=False, permissions=permissions()).start()
    declare(instances.amqp_url("topology"))
    yield instances
    instances.stop()
    shutil.rmtree(folder)


@pytest.fixture
def served(own):
    ready = threading.Event()
    server = Server([Hosted(service=service, url=own.amqp_url("jobs"), role="jobs")], on_ready=ready.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(10)
    yield server
    server.stop()
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
async def client(own, served):
    made = AsyncClient(own.amqp_url("gateway"))
    await made.start()
    await until(lambda: made.connected)
    yield made
    await made.close()


async def restart(own):
    """The moment at which the broker answered again."""
    own.rabbitmq.launch()  # in the main thread: the broker ends with the thread that starts it
    await asyncio.to_thread(own.rabbitmq.wait_ready)
    return time.monotonic()


async def test_everything_connects_again_soon_after_the_broker_is_back(own, client):
    ready, lost = [], []
    client.subscribe(
        Subscription(
            exchanges=("signals",),
            on_message=lambda *_: None,
            on_ready=lambda: ready.append(1),
            on_lost=lambda: lost.append(1),
        )
    )
    thread_client = SyncClient(own.amqp_url("messageservice"), role="messageservice")
    thread_client.start()
    with contextlib.closing(thread_client):
        await until(lambda: ready and client.connected and thread_client.connected)
        own.rabbitmq.kill()
        await until(lambda: lost and not client.connected and not thread_client.connected)
        back = await restart(own)
        await until(lambda: client.connected and thread_client.connected)
        assert await first_answer(client, ProbeEcho(text="x")) == "x"
        assert time.monotonic() - back < 5
        assert len(ready) == 2
        assert (await asyncio.to_thread(thread_client.call, ProbeEcho(text="y"))).text == "y"


async def first_answer(client, request):
    """The service connects again in its own time; while its queue is gone the answer is `unavailable`, at once."""
    while True:
        with contextlib.suppress(Unavailable):
            return (await client.call(request, deadline_ms=5000)).text
        await asyncio.sleep(0.05)


async def test_while_the_broker_is_away_calls_are_unavailable_within_their_deadline(own, client):
    own.rabbitmq.kill()
    await until(lambda: not client.connected)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await client.call(ProbeKeyed(text="x"))
    assert time.monotonic() - began < 2.5
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await client.call(ProbeOnce(text="x"), deadline_ms=8000)
    assert time.monotonic() - began < 4
    await restart(own)
    await until(lambda: client.connected)


async def test_a_call_that_may_be_repeated_survives_the_brokers_restart(own, client):
    own.rabbitmq.kill()
    asked = asyncio.ensure_future(client.call(ProbeKeyed(text="x"), deadline_ms=30_000))
    await restart(own)
    assert (await asked).text == "x"


async def test_a_call_under_way_is_not_told_that_nothing_was_done(own, client):
    asked = asyncio.ensure_future(client.call(ProbeSlow(milliseconds=1500), deadline_ms=2000))
    once = asyncio.ensure_future(client.call(ProbeOnce(text="x"), deadline_ms=2000))
    await once
    from tests.bus import probe

    await until(lambda: probe.slept)
    own.rabbitmq.kill()
    with pytest.raises(DeadlineExceeded):
        await asked
    await restart(own)
    await until(lambda: client.connected)


async def test_what_may_run_only_once_is_of_unknown_outcome_when_the_connection_goes(own, client, declare_away):
    asked = asyncio.ensure_future(client.call(ProbeOnce(text="x"), deadline_ms=20_000))
    await until(lambda: declare_away() == 1)
    began = time.monotonic()
    own.rabbitmq.kill()
    with pytest.raises(OutcomeUnknown):
        await asked
    assert time.monotonic() - began < 8
    await restart(own)
    await until(lambda: client.connected)


@pytest.fixture
def declare_away(own, served):
    """Nobody takes `probe.once` meanwhile; how many requests wait in its queue."""
    from bus.topology import operation_queue
    from contracts.base import OPERATIONS
    from tests.bus.conftest import channel_of

    served.stop()
    queue = operation_queue(OPERATIONS["probe.once"])

    def waiting():
        with channel_of(own.amqp_url("jobs")) as channel:
            return channel.queue_declare(queue.name, durable=True, arguments=queue.arguments).method.message_count

    eventually(lambda: waiting() == 0)
    return waiting


async def test_a_broker_without_memory_takes_no_calls_until_it_has_some(own, client):
    """The first call is stuck in the socket; from then on the client knows, and says that nothing was done."""
    await asyncio.to_thread(rabbitmqctl, own, "set_vm_memory_high_watermark", "0.000001")
    try:
        with pytest.raises(DeadlineExceeded):
            await client.call(ProbeKeyed(text="x"), deadline_ms=1000)
        assert not client.connected
        with pytest.raises(Unavailable):
            await client.call(ProbeOnce(text="x"))
        waits = asyncio.ensure_future(client.call(ProbeKeyed(text="y"), deadline_ms=30_000))
    finally:
        await asyncio.to_thread(rabbitmqctl, own, "set_vm_memory_high_watermark", "0.4")
    assert (await waits).text == "y"
    assert client.connected


def rabbitmqctl(own, *arguments):
    server = own.rabbitmq
    subprocess.run(
        [server.programs.server.parent / "rabbitmqctl", *arguments],
        env=server._environment(),
        cwd=server.folder,
        check=True,
        capture_output=True,
        **(server.account.popen_arguments() if server.account else {}),
    )


async def test_a_publisher_says_what_it_cannot_vouch_for(own):
    told = []
    publisher = Publisher(
        own.amqp_url("relay"),
        on_ready=lambda: told.append("ready"),
        on_lost=lambda: told.append("lost"),
        on_confirmed=lambda number: told.append(number),
    )
    thread = threading.Thread(target=publisher.run)
    thread.start()
    await until(lambda: told == ["ready"])
    publisher.call_threadsafe(lambda: [publisher.publish("signals", "all", b"{}", type="x") for _ in range(3)])
    await until(lambda: told[-1] == 3)
    own.rabbitmq.kill()
    await until(lambda: told[-1] == "lost")
    assert publisher.publish("signals", "all", b"{}", type="x") == 0
    await restart(own)
    await until(lambda: told[-1] == "ready")
    publisher.call_threadsafe(lambda: publisher.publish("signals", "all", b"{}", type="x"))
    await until(lambda: told[-1] == 1)
    publisher.call_threadsafe(publisher.stop)
    thread.join(10)
    assert not thread.is_alive()


def test_an_outage_is_one_line_in_the_log_and_its_end_another(own, served, caplog):
    caplog.set_level("INFO", logger="bus.connection")
    own.rabbitmq.kill()
    eventually(lambda: any("ConnectionRefused" in record.reason for record in _outages(caplog)))
    own.rabbitmq.start()
    eventually(lambda: any(record.getMessage() == "connected" for record in caplog.records))
    reasons = [record.reason for record in _outages(caplog)]
    assert len(reasons) == len(set(reasons)) <= 3
    secret = own.amqp_url("jobs").partition("//")[2].partition("@")[0].partition(":")[2]
    assert secret not in caplog.text


def _outages(caplog):
    return [record for record in caplog.records if record.getMessage() == "no connection to the broker"]
