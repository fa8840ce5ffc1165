"""The gateway as one ASGI application: names every request, logs it, and leads it to who answers it."""

import logging
import time
from collections.abc import Mapping
from typing import Any, cast

import msgspec
from django.conf import settings
from django.core.asgi import get_asgi_application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from apigateway.asgi import App, Headers, Message, Receive, Scope, Send, header, respond, respond_problem
from apigateway.asking import trace_of
from apigateway.bodies import limited
from apigateway.errors import Close, MethodNotAllowed
from apigateway.files.app import with_files
from apigateway.gateway import Gateway
from apigateway.page import page
from apigateway.proxy import admin
from apigateway.ws.consumer import Socket
from contracts.errors import NotFound, Unavailable, WarrenError

log = logging.getLogger("apigateway.http")

DJANGO = ("/api/", "/asyncapi.json")
ADMIN = ("/admin", "/static/")
_DOCS_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; frame-ancestors 'none'"
)


def application(gateway: Gateway) -> App:
    """The whole gateway. Proxy headers are believed only from `WARREN_TRUSTED_PROXIES`."""
    # Django would log every 4xx once more, without its request id; tracebacks still come through.
    logging.getLogger("django.request").addFilter(_with_traceback)
    trusted = [str(network) for network in settings.TRUSTED_PROXIES]
    if not trusted:
        return Entrance(gateway)
    return ProxyHeadersMiddleware(Entrance(gateway), trusted_hosts=trusted)  # type: ignore[arg-type,return-value]


def _with_traceback(record: logging.LogRecord) -> bool:
    return record.exc_info is not None


class Entrance:
    """Every request passes here once."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._socket: App = Socket.as_asgi()
        self._http = with_files(limited(_Paths(gateway)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["gateway"] = self._gateway
        scope["address"] = scope["client"][0] if scope.get("client") else ""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._named(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/ws":
            await self._socket(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": int(Close.BAD_FRAME)})

    async def _named(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace = scope["trace"] = trace_of(
            request_id=header(scope, b"x-request-id"), traceparent=header(scope, b"traceparent")
        )
        began, told = time.perf_counter(), Told()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.status = message["status"]
                message["headers"] = _with_safe_headers(scope, trace.request_id, message.get("headers", ()))
            await send(message)

        try:
            await self._http(scope, receive, watch)
        finally:
            self._report(scope, told.status, time.perf_counter() - began)

    def _report(self, scope: Scope, status: int, seconds: float) -> None:
        """One line a request; neither the query nor any header is in it, so no secret can be."""
        self._gateway.metrics.http.labels(_method(scope), str(status)).observe(seconds)
        if scope["path"].startswith("/health/"):
            return
        extra = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
            "address": scope["address"],
            "request_id": scope["trace"].request_id,
        }
        log.info("request", extra=extra)


class Told:
    """The status that was sent; 0 when the client went before there was one."""

    status = 0


class _Paths:
    """Who answers which path."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._django = cast("App", get_asgi_application())
        self._page = page()
        self._exact: Mapping[str, Any] = {
            "/health/live": self._live,
            "/health/ready": self._ready,
            "/metrics": self._metrics,
            "/.well-known/jwks.json": self._keys,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if (own := self._exact.get(path)) is not None:
            await self._own(own, scope, send)
        elif path.startswith(DJANGO):
            await self._django(scope, receive, send)
        elif path.startswith(ADMIN):
            await admin(scope, receive, send)
        elif path == "/ws" or path.startswith("/.well-known/"):
            await respond_problem(scope, send, NotFound())
        else:
            await self._page(scope, receive, send)

    async def _own(self, own: Any, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await respond_problem(scope, send, MethodNotAllowed(allowed=["GET", "HEAD"]))
            return
        try:
            await own(send)
        except WarrenError as error:
            await respond_problem(scope, send, error)

    async def _live(self, send: Send) -> None:
        """That it answers is the answer: the loop turns."""
        await respond(send, status=200, body=b'{"live":true}', kind="application/json")

    async def _ready(self, send: Send) -> None:
        missing = self._gateway.missing()
        body = msgspec.json.encode({"ready": not missing, "missing": missing})
        await respond(send, status=503 if missing else 200, body=body, kind="application/json")

    async def _metrics(self, send: Send) -> None:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        await respond(send, status=200, body=self._gateway.metrics.text(), kind=kind)

    async def _keys(self, send: Send) -> None:
        verifier = self._gateway.verifier
        if not verifier.jwks:
            raise Unavailable
        body = msgspec.json.encode({"keys": verifier.jwks})
        cache = [(b"cache-control", b"public, max-age=60")]
        await respond(send, status=200, body=body, kind="application/jwk-set+json", headers=cache)


def _with_safe_headers(scope: Scope, request_id: str, headers: Headers) -> list[tuple[bytes, bytes]]:
    """What the response says itself is kept."""
    said = list(headers)
    names = {name for name, _ in said}
    return [*said, *(one for one in _safe_headers(scope, request_id) if one[0] not in names)]


def _safe_headers(scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    """What every response has, whoever made it."""
    headers = [
        (b"x-request-id", request_id.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]
    if scope["gateway"].draining:
        headers.append((b"connection", b"close"))
    if settings.SECURE:
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    if scope["path"].startswith("/api/v1/"):
        headers.append((b"cache-control", b"no-store"))
    elif scope["path"] == "/api/docs":
        headers.append((b"content-security-policy", _DOCS_POLICY))
    return headers


def _method(scope: Scope) -> str:
    """A label with few values: clients may invent methods."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"
