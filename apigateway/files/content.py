"""`GET /api/v1/files/{id}/content` and `/thumbnail`: a file's bytes (docs/files.md, "Reading")."""

import asyncio
import contextlib
import logging
import os
import re
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote
from uuid import UUID

from django.conf import DEFAULT_STORAGE_ALIAS
from django.core.files.storage import storages

from apigateway.asgi import Headers, Receive, Send
from apigateway.errors import MethodNotAllowed
from apigateway.files.asked import Asked
from apigateway.files.ranges import not_modified, wanted_range
from apigateway.files.threads import in_thread
from config.storages import LINK_SECONDS, S3Storage
from contracts.errors import NotFound
from contracts.file import FileOpen, StoredFile

log = logging.getLogger("apigateway.files")
PATH = re.compile(r"/api/v1/files/(?P<id>[0-9a-fA-F-]{32,36})/(?P<part>content|thumbnail)")
PIECE = 256 * 1024
TAKEN_WITHIN = 60.0
"""Seconds in which a client has to take a piece."""
_POLICY = b"sandbox; default-src 'none'"
_QUOTED = re.compile(r"[^ !#-$&-\[\]-~]")
"""What a quoted file name of RFC 6266 should not hold: others than ASCII, controls, quotes, backslash, per cent."""


async def content(asked: Asked, receive: Receive, send: Send) -> None:
    """Raises WarrenError."""
    if asked.scope["method"] not in ("GET", "HEAD"):
        raise MethodNotAllowed(allowed=["GET", "HEAD"])
    request = _request(asked.scope["path"], dict(parse_qsl(asked.scope["query_string"].decode("latin-1"))))
    file = await _open(asked, request)
    cache = _cache(request)
    storage = storages[DEFAULT_STORAGE_ALIAS]
    if isinstance(storage, S3Storage):
        await _redirect(storage, file, send)
        return
    etag = f'"{file.sha256}"'
    headers = [(b"etag", etag.encode()), (b"cache-control", cache), *_safety(file)]
    if not_modified(asked.headers, etag):
        await _tell(send, 304, headers)
        return
    whole = range(file.size)
    wanted = wanted_range(asked.headers, etag, file.size) if asked.scope["method"] == "GET" else None
    headers += _extent(file, wanted)
    if asked.scope["method"] == "HEAD":
        await _tell(send, 200, headers)
        return
    status = 200 if wanted is None else 206
    await _stream(storage.path(file.key), whole if wanted is None else wanted, status, headers, asked, receive, send)


def disposition(name: str, *, inline: bool) -> str:
    """`Content-Disposition` of RFC 6266: a name that everybody reads, and the real one where it differs."""
    plain = _QUOTED.sub("_", name)
    real = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{"inline" if inline else "attachment"}; filename="{plain}"{real}'


def _request(path: str, query: Mapping[str, str]) -> FileOpen:
    """Raises NotFound: whatever is wrong with a link, it leads nowhere."""
    found = PATH.fullmatch(path)
    assert found is not None  # noqa: S101  the path led here
    try:
        return FileOpen(
            file_id=UUID(found["id"]),
            thumbnail=found["part"] == "thumbnail",
            expires=int(query["expires"]) if "expires" in query else None,
            signature=query["signature"][:128] if "signature" in query else None,
        )
    except ValueError:
        raise NotFound from None


async def _open(asked: Asked, request: FileOpen) -> StoredFile:
    if request.signature is None:
        await asked.identify()
        return await asked.ask(request)
    asked.stay_nobody()
    try:
        return await asked.ask(request)
    except NotFound:
        asked.gateway.limits.public(asked.scope["address"])
        raise


def _cache(request: FileOpen) -> bytes:
    """The bytes of a file never change; but whoever shows a token may lose the right to see them."""
    if request.signature is None or request.expires is None:
        return b"private, no-cache"
    return b"private, max-age=%d, immutable" % max(0, request.expires - int(time.time()))


def _safety(file: StoredFile) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", file.media_type.encode()),
        (b"content-disposition", disposition(file.name, inline=file.inline).encode()),
        (b"content-security-policy", _POLICY),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def _extent(file: StoredFile, wanted: range | None) -> list[tuple[bytes, bytes]]:
    length = file.size if wanted is None else len(wanted)
    headers = [(b"accept-ranges", b"bytes"), (b"content-length", str(length).encode())]
    if wanted is not None:
        headers.append((b"content-range", b"bytes %d-%d/%d" % (wanted.start, wanted.stop - 1, file.size)))
    return headers


async def _redirect(storage: S3Storage, file: StoredFile, send: Send) -> None:
    """To the storage itself, which then answers with our headers, conditions and ranges."""
    headers = {
        "content-type": file.media_type,
        "content-disposition": disposition(file.name, inline=file.inline),
        "cache-control": "private, max-age=3600",
    }
    link = await in_thread(storage.link, file.key, headers=headers)
    cache = b"private, max-age=%d" % (LINK_SECONDS // 2)
    await _tell(send, 302, [(b"location", link.encode()), (b"cache-control", cache), (b"content-length", b"0")])


async def _stream(
    path: str, wanted: range, status: int, headers: Headers, asked: Asked, receive: Receive, send: Send
) -> None:
    try:
        file = await in_thread(os.open, path, os.O_RDONLY)
    except FileNotFoundError:
        log.error("the bytes of a file are lost", extra={"path": path})
        raise NotFound from None
    gone = asyncio.get_running_loop().create_task(until_gone(receive))
    try:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for start in range(wanted.start, wanted.stop, PIECE):
            if gone.done():
                return
            piece = await in_thread(os.pread, file, min(PIECE, wanted.stop - start), start)
            async with asyncio.timeout(TAKEN_WITHIN):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        asked.scope["abort"]()
        await gone
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone
        await in_thread(os.close, file)


async def until_gone(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _tell(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
