"""Bodies and headers that are too large or too slow cost nothing and are refused before anybody reads them."""

import asyncio

import pytest

from apigateway import bodies, protocols
from apigateway.tests.http import raw
from apigateway.tests.world import Served

PATH = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


async def test_a_body_that_says_it_is_too_large_is_refused_unread(served: Served) -> None:
    answer = await raw(served.port, PATH + b"Content-Length: 2147483648\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"code":"too_large"' in answer


@pytest.mark.parametrize("length", [b"-5", b"1e3", b"5, 6"])
async def test_a_length_that_is_none_is_refused(served: Served, length: bytes) -> None:
    answer = await raw(served.port, PATH + b"Content-Length: " + length + b"\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))


async def test_an_endless_chunked_body_is_refused_and_the_connection_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LINGER", 0.2)
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(PATH + b"Transfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with pytest.raises(ConnectionError):
        await _write_for_ever(writer, piece)
    writer.close()


async def _write_for_ever(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_a_body_just_below_the_limit_reaches_the_service(served: Served) -> None:
    body = b'{"username":"' + b"a" * (bodies.MOST - 60) + b'","password":"x"}'
    answer = await raw(served.port, PATH + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"field":"username"' in answer


async def test_a_body_that_trickles_in_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = bodies.limited(served.gateway.client, within=0.1)  # type: ignore[arg-type]  # never reached
    told: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict[str, object]) -> None:
        told.append(message)

    monkeypatch.setattr(bodies, "LINGER", 0.05)
    from apigateway.asking import trace_of

    await slow({"headers": [(b"content-length", b"5")], "trace": trace_of()}, receive, send)  # type: ignore[arg-type]
    assert told[0]["status"] == 413


async def test_headers_that_trickle_in_are_cut_off(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "HEADERS_WITHIN", 0.2)
    for beginning in (b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(beginning)
        async with asyncio.timeout(5):
            assert await _rest(reader) == b""
        writer.close()


async def test_the_headers_of_a_second_request_are_timed_like_those_of_the_first(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "HEADERS_WITHIN", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
    writer.write(b"GET /health/live HTTP/1.1\r\nX-Slow: ")
    async with asyncio.timeout(5):
        assert await _rest(reader) == b""
    writer.close()


async def test_endless_headers_are_refused(served: Served) -> None:
    assert (await raw(served.port, b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000)).startswith(b"HTTP/1.1 431")


async def test_an_ordinary_connection_may_stay_idle_between_requests(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for _ in range(2):
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        (connection,) = served.server.server_state.connections
        assert connection._late is None
    writer.close()
