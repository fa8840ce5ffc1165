"""No request body reaches Django before it is known to be small: Django reads a whole body before a view can refuse
it (docs/gateway.md, "Bodies")."""

import asyncio

from apigateway.asgi import App, Headers, Message, Receive, Scope, Send, header, respond_problem
from contracts.errors import TooLarge, WarrenError

MOST = 1024 * 1024
"""Bytes."""
WITHIN = 20.0
"""Seconds in which a body must have arrived."""
LINGER = 2.0
"""Seconds for which we go on reading after a refusal: closing at once would reset the connection before the client
has read why (RFC 9112, section 9.6)."""


class _Refused(Exception):
    """The body is too large or too slow."""


def limited(app: App, *, most: int = MOST, within: float = WITHIN) -> App:
    """The app gets bodies up to `most` bytes; larger ones are answered 413 and the connection is closed."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        length = header(scope, b"content-length")
        if length and (not length.isdecimal() or int(length) > most):
            await refuse(scope, receive, send, TooLarge(limit=MOST))
            return
        if not length and not header(scope, b"transfer-encoding"):
            await app(scope, receive, send)
            return
        try:
            whole = await _read(receive, most, within)
        except _Refused:
            await refuse(scope, receive, send, TooLarge(limit=MOST))
            return
        await app(scope, _replay(whole, receive), send)

    return guard


async def _read(receive: Receive, most: int, within: float) -> list[Message]:
    """The messages of one body. Raises _Refused."""
    messages: list[Message] = []
    size = 0
    try:
        async with asyncio.timeout(within):
            while True:
                message = await receive()
                messages.append(message)
                size += len(message.get("body", b""))
                if size > most:
                    raise _Refused
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return messages
    except TimeoutError:
        raise _Refused from None


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def again() -> Message:
        for message in waiting:
            return message
        return await receive()

    return again


async def refuse(scope: Scope, receive: Receive, send: Send, error: WarrenError, *, headers: Headers = ()) -> None:
    """Answer with a problem while the body is still coming, and close the connection."""
    held: list[Message] = []

    async def hold(message: Message) -> None:
        held.append(message)

    await respond_problem(scope, hold, error, headers=[*headers, (b"connection", b"close")])
    start, body = held
    await send(start)
    await send({**body, "more_body": True})
    try:
        async with asyncio.timeout(LINGER):
            while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
                pass
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})
