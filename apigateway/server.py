"""`manage.py serve gateway`: uvicorn on uvloop, started and above all stopped our way (docs/gateway.md, "Stopping")."""

import asyncio
import gc
import logging
import signal
import time

import uvicorn
import uvloop
from django.conf import settings

from apigateway.app import application
from apigateway.gateway import Gateway
from apigateway.lazy import LazyApplication
from apigateway.protocols import protocols
from apigateway.ws.frames import FRAME_BYTES
from bus.client import AsyncClient
from config import notify
from config.amqp import amqp_url

log = logging.getLogger("apigateway")
FINISH_WITHIN = 20.0
"""Seconds that requests under way have after the sockets were closed."""
BACKLOG = 4096
GARBAGE = 50_000
"""New objects between two collections: what about 300 closed sockets leave behind."""


def main(*, server: str = "uvicorn") -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code. `server`: uvicorn, or daphne to prove that any would do."""
    if server == "daphne":
        return daphne_main()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # at INFO it logs the query of every socket
    uvloop.run(serve())
    return 0


def daphne_main() -> int:
    """Without our own stopping: daphne cuts requests and sockets at SIGTERM."""
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server
    from twisted.internet import reactor

    lazy = LazyApplication(gateway)
    tasks: list[asyncio.Task[None]] = []

    def start() -> None:
        tasks.append(asyncio.get_running_loop().create_task(lazy.start()))
        notify.ready()

    reactor.callLater(0, start)  # type: ignore[arg-type]  # zope's interfaces count a self too many
    endpoints = build_endpoint_description_strings(host=settings.HOST, port=settings.PORT)
    Server(lazy, endpoints=endpoints, server_name="").run()
    return 0


def gateway() -> Gateway:
    """A gateway on the real bus, not started."""
    return Gateway(AsyncClient(amqp_url("gateway"), role="gateway"))


async def serve() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    own = gateway()
    await own.start()
    server = await _listen(own)
    notify.ready()
    log.info("serving", extra={"url": settings.PUBLIC_URL, "host": settings.HOST, "port": settings.PORT})
    turning = loop.create_task(server.main_loop())  # keeps the Date header right
    _collect_rarely()
    await stop.wait()
    notify.stopping()
    await _drain(server, own)
    turning.cancel()
    await own.stop()
    log.info("stopped")


def _collect_rarely() -> None:
    """Every socket is hundreds of objects that live long: Python's default looks through all of them again and again,
    a fifth of the time of a hello and the worst of the pauses. What is there at the start is never looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 50)


async def _listen(own: Gateway) -> uvicorn.Server:
    """uvicorn's own `serve` would take the signals, and close every socket with 1012 at the first one."""
    config = uvicorn.Config(
        application(own),
        host=settings.HOST,
        port=settings.PORT,
        loop="none",
        lifespan="off",
        backlog=BACKLOG,
        ws_max_size=FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        **protocols(),
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    return server


async def _drain(server: uvicorn.Server, own: Gateway) -> None:
    """Not ready, accept no more, tell the sockets over 5 s, let requests finish, go."""
    own.draining = True
    for listener in server.servers:
        listener.close()
    for connection in list(server.server_state.connections):
        if isinstance(connection, protocols()["http"]):
            connection.end_soon()
    await own.drain()
    until = time.monotonic() + FINISH_WITHIN
    while server.server_state.connections and time.monotonic() < until:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.05)
    for connection in list(server.server_state.connections):
        connection.transport.abort()
