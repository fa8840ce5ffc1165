"""SIGTERM: no request fails, every socket hears 4001 with a delay of its own, the process is gone within 30 s."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
import requests
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from supervisor.processes import wait_for
from tests.gateway.people import Human
from tests.live import LiveSystem

SOCKETS = 20


@pytest.fixture
async def crowd(system: LiveSystem, ann: Human) -> AsyncIterator[list[ClientConnection]]:
    """Sockets on the second gateway that are live."""
    url = system.socket_url("gateway2")
    lines = [await connect(url, compression=None) for _ in range(SOCKETS)]
    for line in lines:
        await line.send(json.dumps({"id": 1, "op": "hello", "data": {"v": 1, "token": ann.token}}))
        while "live" not in str(await line.recv()):
            pass
    yield lines
    for line in lines:
        await line.close()
    _start_again(system)


def _start_again(system: LiveSystem) -> None:
    """In the main thread: a child dies with the thread that started it (prctl(2), PR_SET_PDEATHSIG)."""
    assert wait_for(lambda: not system.children["gateway2"].running, seconds=30, pause=0.05)
    system.start_process("gateway2")
    system.wait_ready()


async def test_sockets_are_told_when_to_come_back_and_requests_are_finished(
    system: LiveSystem, ann: Human, crowd: list[ClientConnection]
) -> None:
    ann.base = system.url("gateway2")
    polls = [asyncio.create_task(asyncio.to_thread(ann.rest, "GET", "/events", params={"wait": 30})) for _ in range(3)]
    asked: list[int] = []
    asking = asyncio.create_task(_ask_on_one_connection(ann, asked))
    assert await asyncio.to_thread(wait_for, lambda: len(asked) > 10, seconds=20, pause=0.01)
    began = time.monotonic()
    system.children["gateway2"].ask_to_stop()
    ended = await asyncio.gather(*(_ending(line, began) for line in crowd))
    assert {code for code, _, _ in ended} == {4001}
    assert all(0 <= json.loads(reason)["retry_after_ms"] <= 5000 for _, reason, _ in ended)
    assert len({reason for _, reason, _ in ended}) > SOCKETS / 2
    seconds = [second for _, _, second in ended]
    assert 3.0 < max(seconds) < 20.0
    assert max(seconds) - min(seconds) > 2.0
    assert [answer.status_code for answer in await asyncio.gather(*polls)] == [200] * 3
    await asking
    assert set(asked) == {200}
    assert await asyncio.to_thread(
        wait_for, lambda: not system.children["gateway2"].running, seconds=began + 30 - time.monotonic(), pause=0.05
    )


async def test_nobody_is_let_in_while_it_stops(system: LiveSystem, crowd: list[ClientConnection]) -> None:
    system.children["gateway2"].ask_to_stop()
    await _ending(crowd[0], time.monotonic())
    with pytest.raises((OSError, InvalidHandshake)):
        await connect(system.socket_url("gateway2"), open_timeout=2)


async def _ending(line: ClientConnection, began: float) -> tuple[int, str, float]:
    try:
        while True:
            await asyncio.wait_for(line.recv(), 15)
    except ConnectionClosed:
        return line.close_code or 0, line.close_reason or "", time.monotonic() - began


async def _ask_on_one_connection(ann: Human, asked: list[int]) -> None:
    """One request after the other on a kept-alive connection, until the gateway accepts no more."""

    def work() -> None:
        with requests.Session() as session:
            for _ in range(1000):
                try:
                    answer = session.get(
                        f"{ann.base}/api/v1/users/me", headers={"Authorization": f"Bearer {ann.token}"}, timeout=20
                    )
                except requests.exceptions.ConnectionError as error:
                    if "refused" in str(error):
                        return
                    raise
                asked.append(answer.status_code)

    await asyncio.to_thread(work)
