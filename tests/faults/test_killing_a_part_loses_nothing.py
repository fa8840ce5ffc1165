"""`kill -9` of each part in the middle of traffic: nothing acknowledged is lost, shown twice or out of order.

`bin/test` kills each part once; `bin/test --long` ten times in a row.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stalled import StalledReader
from tests.faults.traffic import Traffic, set_stage, stop_and_converge, traffic
from tests.live import LiveSystem

pytestmark = pytest.mark.serial

LAYOUT = {
    "gateway": ["gateway"],
    "gateway2": ["gateway"],
    "userservice": ["userservice"],
    "messageservice": ["messageservice"],
    "eventlog": ["eventlog"],
    "relay": ["relay"],
    "relay2": ["relay"],
}
ROLES = ["messageservice", "userservice", "eventlog", "relay", "gateway"]
SERVERS = ["broker", "database"]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    """Every role in a process of its own, two gateways, two relays, on a PostgreSQL that really syncs."""
    folder: Path = tmp_path_factory.mktemp("faults", numbered=True)
    live = LiveSystem(folder=folder, processes=LAYOUT, durable=True).start()
    yield live
    live.stop()


def kill(system: LiveSystem, part: str) -> None:
    """`kill -9` and start again, as a supervisor would."""
    if part == "broker":
        assert system.instances.rabbitmq
        system.instances.rabbitmq.kill()
        system.instances.rabbitmq.start()
    elif part == "database":
        assert system.instances.postgres
        system.instances.postgres.kill()
        system.instances.postgres.start()
    elif part == "relay":
        for name in ("relay", "relay2"):  # one of them is the active one
            system.restart_process(name)
    else:
        system.restart_process(part)


async def kill_in_traffic(system: LiveSystem, parts: list[str]) -> tuple[Traffic, list[str]]:
    system.wait_ready()  # the part that the test before killed may still be coming back
    stage = set_stage(system)
    async with traffic(system, stage) as run:
        await run.until_acknowledged(300)
        for part in parts:
            kill(system, part)  # blocks the clients' loop too: what arrives meanwhile waits in their sockets
            await run.until_acknowledged(300)
        return run, await stop_and_converge(system, run)


def assert_kept(system: LiveSystem, run: Traffic, found: list[str]) -> None:
    refused = sum((history.refusals for history in run.histories), start=type(run.histories[0].refusals)())
    assert not found, f"{len(found)} violations, refusals {dict(refused)}:\n" + "\n".join(found[:20]) + system.tails()
    assert run.acknowledged() >= 600


@pytest.mark.parametrize("part", [*ROLES, *SERVERS])
async def test_killing_it_in_the_middle_of_traffic_loses_nothing(system: LiveSystem, part: str) -> None:
    run, found = await kill_in_traffic(system, [part])
    assert_kept(system, run, found)


@pytest.mark.long
@pytest.mark.parametrize("part", [*ROLES, *SERVERS])
async def test_killing_it_ten_times_in_a_row_loses_nothing(system: LiveSystem, part: str) -> None:
    run, found = await kill_in_traffic(system, [part] * 10)
    assert_kept(system, run, found)


@pytest.mark.long
async def test_killing_everything_in_turn_loses_nothing(system: LiveSystem) -> None:
    run, found = await kill_in_traffic(system, [*ROLES, *SERVERS] * 3)
    assert_kept(system, run, found)


async def test_a_socket_that_never_reads_is_closed_and_slows_nobody(system: LiveSystem) -> None:
    """The reader's window is 512 events or 1 MiB; the others converge while it stalls, then it is cut off."""
    system.wait_ready()
    stage = set_stage(system)
    conversation_id, crew = next(iter(stage.members.items()))
    stalled = await StalledReader.open(system.socket_url(), token=crew[0].token)
    async with traffic(system, stage) as run:
        sender = next(c for c in run.clients if c.history.user_id == crew[1].user_id)
        while not stalled.cut_off() and len(sender.history.attempted) < 5000:
            await sender.send_until_acknowledged(conversation_id, "x" * 8000)
        found = await stop_and_converge(system, run)
    assert stalled.cut_off()
    assert_kept(system, run, found)
    assert await asyncio.to_thread(stalled.close_code) in {4008, None}  # None: aborted, the close could not be read
