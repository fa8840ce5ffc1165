"""Shorthand for raw ASGI: types, and whole responses in one call."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec

from apigateway.errors import problem, problem_headers, status_of
from contracts.errors import WarrenError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


async def respond(send: Send, *, status: int, body: bytes, kind: str, headers: Headers = ()) -> None:
    """A whole response. `kind`: its media type."""
    told = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


async def respond_problem(scope: Scope, send: Send, error: WarrenError, *, headers: Headers = ()) -> None:
    body = msgspec.json.encode(problem(error, request_id=scope["trace"].request_id))
    more = [(name.lower().encode(), value.encode()) for name, value in problem_headers(error).items()]
    await respond(
        send, status=status_of(error), body=body, kind="application/problem+json", headers=[*more, *headers]
    )  # fmt: skip


def header(scope: Scope, name: bytes) -> str:
    """The first header of that (lower-case) name, empty if there is none."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""
