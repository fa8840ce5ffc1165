"""Nobody waits for a slow reader, and what is kept for one is bounded."""

import asyncio
import json
import socket as sockets
from uuid import uuid4

from apigateway.tests.world import Served
from apigateway.ws.window import MOST_EVENTS
from apigateway.ws.writer import Writer


async def test_a_client_that_reads_but_never_acknowledges_is_closed_with_4008(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        for _ in range(MOST_EVENTS + 1):
            world.say(ours)
        assert await frames.close_code() == 4008


async def test_a_client_that_acknowledges_is_not(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        for _ in range(4):
            for _ in range(MOST_EVENTS // 2):
                world.say(ours)
            seen = await frames.events(MOST_EVENTS // 2)
            await frames.send({"op": "ack", "pos": seen[-1]})
            assert "ok" in await frames.ask("user.me")


async def test_a_client_that_does_not_read_is_cut_off_after_a_second_and_delays_nobody(served: Served) -> None:
    ann, bob, world = uuid4(), uuid4(), served.world
    ours = world.conversation(ann, bob)
    stalled = await _stalled(served, world.token(ann))
    async with served.logged_in(bob) as frames:
        for _ in range(60):
            world.say(ours, "x" * 9_000)
            (pos,) = await frames.events(1)
            await frames.send({"op": "ack", "pos": pos})
        assert any(socket.writer.blocked for socket in served.gateway.sockets)
        for _ in range(MOST_EVENTS):
            world.say(ours, "x" * 9_000)
            (pos,) = await frames.events(1)
            await frames.send({"op": "ack", "pos": pos})
    await served.until(lambda: not served.gateway.sockets)
    assert served.gateway.metrics.closed.labels("4008")._value.get() == 1
    stalled.close()


async def test_signals_are_dropped_while_a_socket_is_blocked(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    stalled = await _stalled(served, world.token(ann))
    for _ in range(60):
        world.say(ours, "x" * 9_000)
    (socket,) = served.gateway.sockets
    assert socket.writer.blocked
    before = socket.writer._bytes
    world.bus.publish("signals", f"c.{ours.hex}.1", "typing.started", b'{"event":"typing.started","data":{}}')
    assert socket.writer._bytes == before
    stalled.close()


async def test_a_blocked_writer_keeps_the_order_and_goes_back_to_writing_at_once() -> None:
    gate, written = asyncio.Event(), []

    async def send(text: str) -> None:
        await gate.wait()
        written.append(text)

    writer = Writer(send, most_bytes=100, on_full=lambda: None)
    for text in "abc":
        writer.write(text)
    assert writer.blocked
    gate.set()
    async with asyncio.timeout(5):
        while writer.blocked:  # noqa: ASYNC110  it has no event for it
            await asyncio.sleep(0)
    writer.write("d")
    assert written == list("abcd")
    assert not writer.blocked


async def test_more_than_may_wait_is_reported() -> None:
    full: list[bool] = []

    async def send(text: str) -> None:
        await asyncio.Event().wait()

    writer = Writer(send, most_bytes=10, on_full=lambda: full.append(True))
    writer.write("blocks")
    writer.write("1234567890")
    assert not full
    writer.write("1")
    assert full
    writer.close()


async def _stalled(served: Served, token: str) -> sockets.socket:
    """A client that says hello and never reads again, with small buffers in the kernel."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", served.port))
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    head = f"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
    await loop.sock_sendall(raw, f"{head}Sec-WebSocket-Version: 13\r\n\r\n".encode())
    await loop.sock_recv(raw, 4096)
    body = json.dumps({"id": 1, "op": "hello", "data": {"v": 1, "token": token}}).encode()
    await loop.sock_sendall(raw, b"\x81\xfe" + len(body).to_bytes(2, "big") + b"\0\0\0\0" + body)
    await served.until(lambda: any(socket.live for socket in served.gateway.sockets))
    for connection in served.server.server_state.connections:
        connection.transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 4096)
    return raw
