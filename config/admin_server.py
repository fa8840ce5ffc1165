"""`manage.py serve admin`: Django's admin site on uvicorn, behind the gateway's /admin/ and /static/."""

import asyncio
import logging
import signal
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connections

from config import notify

FINISH_WITHIN = 20
"""Seconds that requests under way have after SIGTERM."""


class Server(uvicorn.Server):
    """uvicorn that tells the supervisor how it is, and leaves signals to `main`: it would die of them in the end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        notify.ready()

    async def on_tick(self, counter: int) -> bool:
        notify.alive()
        return await super().on_tick(counter)

    def stop(self) -> None:
        notify.stopping()
        self.should_exit = True


def main() -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    connections.databases["default"]["CONN_MAX_AGE"] = 0  # each request runs in a thread of its own, gone afterwards
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    server = Server(
        uvicorn.Config(
            get_asgi_application(),
            host=settings.ADMIN_HOST,
            port=settings.ADMIN_PORT,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the gateway adds its own
            forwarded_allow_ips="*",  # only gateways reach this port; they name the client themselves
            timeout_graceful_shutdown=FINISH_WITHIN,
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()
