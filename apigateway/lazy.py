"""A gateway that starts with its first request, for servers without a hook for starting (daphne, `runserver`)."""

import asyncio
from collections.abc import Callable

from apigateway.app import application
from apigateway.asgi import App, Receive, Scope, Send
from apigateway.gateway import Gateway


class LazyApplication:
    """`make` makes the gateway; it runs in the loop of the first request."""

    def __init__(self, make: Callable[[], Gateway]) -> None:
        self._make = make
        self._app: App | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.start()
        assert self._app is not None  # noqa: S101  start sets it or raises
        await self._app(scope, receive, send)

    async def start(self) -> None:
        """Harmless when it has started."""
        async with self._starting:
            if self._app is None:
                own = self._make()
                await own.start()
                self._app = application(own)
