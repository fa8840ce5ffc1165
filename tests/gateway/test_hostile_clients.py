"""Clients that want to hurt: huge bodies, floods, sockets that never read. Memory stays bounded, others are served."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path
from uuid import uuid4

from tests.faults.stalled import StalledReader
from tests.gateway.people import Human
from tests.live import LiveSystem

MEGABYTE = 1024 * 1024
TWO_GIGABYTES = 2 * 1024 * MEGABYTE


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def _post_for_ever(port: int) -> int:
    """A chunked body of up to 2 GB; bytes that the gateway took before it cut us off."""
    raw = socket.create_connection(("127.0.0.1", port), timeout=20)
    raw.sendall(
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    piece = b"100000\r\n" + b"x" * MEGABYTE + b"\r\n"
    sent = 0
    with contextlib.suppress(OSError):
        while sent < TWO_GIGABYTES:
            raw.sendall(piece)
            sent += MEGABYTE
    raw.close()
    return sent


async def test_two_gigabytes_posted_in_chunks_cost_no_memory_and_delay_nobody(system: LiveSystem, ann: Human) -> None:
    pid, port = system.pid("gateway"), system.ports["gateway"]
    before = resident(pid)
    posts = [asyncio.create_task(asyncio.to_thread(_post_for_ever, port)) for _ in range(4)]
    highest = before
    while not all(post.done() for post in posts):
        highest = max(highest, resident(pid))
        answer = await asyncio.to_thread(ann.rest, "GET", "/users/me")
        assert answer.status_code == 200
    assert all(post.result() < TWO_GIGABYTES for post in posts)
    assert highest - before < 40 * MEGABYTE


async def test_fifty_that_never_read_are_cut_off_and_the_others_hear_everything(system: LiveSystem, ann: Human) -> None:
    pid = system.pid("gateway")
    lazy = [Human.register(system.url(), f"lazy-{uuid4().hex[:10]}") for _ in range(5)]
    group = ann.group(*lazy)
    stalled = [await StalledReader.open(system.socket_url(), token=one.token) for one in lazy for _ in range(10)]
    async with ann.socket() as line:
        for number in range(200):
            data = {"conversation_id": group, "client_id": str(uuid4()), "text": "x" * 9_000}
            assert "ok" in await line.ask("message.send", **data), number
        await line.event("message.sent", seq=200)
        assert [event["data"]["seq"] for event in line.events if event["event"] == "message.sent"] == list(
            range(1, 201)
        )
        async with asyncio.timeout(15):
            while not all(one.cut_off() for one in stalled):  # noqa: ASYNC110  seen from outside only
                await asyncio.sleep(0.1)
    assert resident(pid) < 300 * MEGABYTE
    for one in stalled:
        one.close_code()


async def test_floods_of_large_frames_are_closed_and_delay_nobody(system: LiveSystem, ann: Human, bob: Human) -> None:
    frame = json.dumps({"id": 1, "op": "message.send", "data": {"text": "x" * 60_000}})
    codes: list[int] = []

    async def flood() -> None:
        async with bob.socket() as line:
            with contextlib.suppress(OSError):
                await line.connection.send("[" + frame)
            codes.append(await line.close_code())

    async with ann.socket() as line:
        floods = [asyncio.create_task(flood()) for _ in range(10)]
        for _ in range(50):
            assert "ok" in await line.ask("user.me")
        await asyncio.gather(*floods)
    assert set(codes) == {4400}


async def test_connections_that_never_finish_their_headers_are_cut_off(system: LiveSystem) -> None:
    raws = [socket.create_connection(("127.0.0.1", system.ports["gateway"])) for _ in range(200)]
    for raw in raws:
        raw.sendall(b"GET /ws HTTP/1.1\r\nHost: ")
    for raw in raws:
        raw.settimeout(15)
        assert await asyncio.to_thread(_end, raw) == b""
        raw.close()
    assert resident(system.pid("gateway")) < 300 * MEGABYTE


def _end(raw: socket.socket) -> bytes:
    try:
        return raw.recv(100)
    except ConnectionError:
        return b""
