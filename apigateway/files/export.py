"""What is streamed from a dataset: `GET /api/v1/datasets/{id}/export` and `/api/v1/imports/{id}/rejects/content`.

The job service gives one piece after the other, so that neither of us holds more than one, whatever the size.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable
from urllib.parse import parse_qs
from uuid import UUID

from apigateway.asgi import Receive, Send
from apigateway.errors import MethodNotAllowed
from apigateway.files.asked import Asked
from apigateway.files.content import TAKEN_WITHIN, disposition, until_gone
from bus import codec
from contracts.base import Request
from contracts.dataset import DatasetRead, ImportRead, TextPiece
from contracts.errors import NotFound, WarrenError

PATH = re.compile(
    r"/api/v1/(?:datasets/(?P<dataset>[0-9a-fA-F-]{32,36})/export"
    r"|imports/(?P<rejects>[0-9a-fA-F-]{32,36})/rejects/content)"
)
_POLICY = b"sandbox; default-src 'none'"
Next = Callable[[str | None], Request[TextPiece]]


async def export(asked: Asked, receive: Receive, send: Send) -> None:
    """Raises WarrenError before anything was sent; what fails later cuts the connection off."""
    if asked.scope["method"] != "GET":
        raise MethodNotAllowed(allowed=["GET"])
    await asked.identify()
    following = _request(asked)
    first = await asked.ask(following(None))
    gone = asyncio.get_running_loop().create_task(until_gone(receive))
    try:
        await _stream(asked, first, following, gone, send)
    except (TimeoutError, WarrenError):
        asked.scope["abort"]()
        await gone
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _stream(asked: Asked, piece: TextPiece, following: Next, gone: "asyncio.Task[None]", send: Send) -> None:
    headers = [
        (b"content-type", piece.media_type.encode()),
        (b"content-disposition", disposition(piece.name, inline=False).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", _POLICY),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while not gone.done():
        async with asyncio.timeout(TAKEN_WITHIN):
            more = piece.next is not None
            await send({"type": "http.response.body", "body": piece.text.encode(), "more_body": more})
        if piece.next is None:
            return
        piece = await asked.ask(following(piece.next))


def _request(asked: Asked) -> Next:
    """Raises InvalidRequest."""
    found = PATH.fullmatch(asked.scope["path"])
    assert found is not None  # noqa: S101  the path led here
    query = parse_qs(asked.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    lists = {name: query[name] for name in ("filter", "columns") if name in query}
    if found["dataset"]:
        fields = {"dataset_id": _id(found["dataset"]), "format": query.get("format", ["csv"])[-1], **lists}
        return lambda cursor: codec.convert({**fields, "cursor": cursor}, DatasetRead)
    form = {"import_id": _id(found["rejects"]), "form": query.get("form", ["report"])[-1]}
    return lambda cursor: codec.convert({**form, "cursor": cursor}, ImportRead)


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound from None
