"""The two loops that connections live in, with one face: pika's own for servers and threads, asyncio's for the gateway.

Only `call_threadsafe` may be called from other threads.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from pika import SelectConnection
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.adapters.select_connection import IOLoop

Callback = Callable[[], None]


class Loop(Protocol):
    """Where a connection's callbacks run."""

    @property
    def connection_class(self) -> Any:
        """pika's connection for this loop, called with `custom_ioloop=raw`."""

    @property
    def raw(self) -> Any: ...

    def call_later(self, seconds: float, callback: Callback) -> Any:
        """Run `callback` once, after `seconds`; what is returned goes to `cancel`."""

    def cancel(self, timer: Any) -> None:
        """Forget a timer; one that has run already is no error."""

    def call_threadsafe(self, callback: Callback) -> None:
        """Run `callback` soon, in the loop's thread."""


class SelectLoop:
    """pika's own loop: `run` in one thread until `stop`. Several connections may share it."""

    connection_class = SelectConnection

    def __init__(self) -> None:
        self.raw = IOLoop()
        self._polling = False

    def call_later(self, seconds: float, callback: Callback) -> Any:
        return self.raw.call_later(seconds, callback)

    def cancel(self, timer: Any) -> None:
        if timer.callback is not None:  # pika complains about timers that have run
            self.raw.remove_timeout(timer)

    def call_threadsafe(self, callback: Callback) -> None:
        self.raw.add_callback_threadsafe(callback)

    def watch(self, descriptor: int, on_readable: Callback) -> None:
        """Call `on_readable` whenever there is something to read, the other end's closing included."""
        self.raw.add_handler(descriptor, lambda *_: on_readable(), self.raw.READ)

    def forget(self, descriptor: int) -> None:
        """Watch it no more; before it is closed."""
        self.raw.remove_handler(descriptor)

    def run(self) -> None:
        """Block until `stop`."""
        self.raw.start()

    def run_once(self, seconds: float) -> None:
        """Block until something happened, `seconds` at most, and let its callbacks run. Not together with `run`."""
        if not self._polling:
            self.raw.activate_poller()
            self._polling = True
        timer = self.call_later(seconds, _nothing)
        self.raw.poll()
        self.raw.process_timeouts()
        self.cancel(timer)

    def stop(self) -> None:
        """Let `run` return; call it in the loop's thread (else `call_threadsafe(loop.stop)`)."""
        self.raw.stop()

    def close(self) -> None:
        """Give the descriptors back, after `run` returned."""
        if self._polling:
            self.raw.deactivate_poller()
        self.raw.close()


class AsyncioLoop:
    """The running asyncio loop (uvloop in the gateway)."""

    connection_class = AsyncioConnection

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.raw = loop or asyncio.get_running_loop()

    def call_later(self, seconds: float, callback: Callback) -> Any:
        return self.raw.call_later(seconds, callback)

    def cancel(self, timer: Any) -> None:
        timer.cancel()

    def call_threadsafe(self, callback: Callback) -> None:
        self.raw.call_soon_threadsafe(callback)


def _nothing() -> None:
    """Ends a wait."""
