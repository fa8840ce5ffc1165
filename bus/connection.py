"""A connection to RabbitMQ that stays: parameters, reconnecting with jitter, one log line per change (docs/bus.md)."""

import logging
import os
import random
import socket
import time
from collections.abc import Callable
from typing import Any

from pika import URLParameters
from pika.adapters.utils.connection_workflow import AMQPConnectionWorkflowFailed, AMQPConnectorPhaseErrorBase
from pika.exceptions import AMQPConnectionError

from bus import joined
from bus.loop import Loop

log = logging.getLogger("bus.connection")

HEARTBEAT_SECONDS = 15
BLOCKED_SECONDS = 10
"""A broker out of memory or disk blocks publishers; after this long the connection is given up. pika waits for ever."""
CONNECT_SECONDS = 2
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
LONGEST_DELAY_UNHEARD = 2.0
"""While nobody listens at the address a trial costs nothing; being back soon after the broker needs frequent ones."""

joined.install()


def parameters(url: str, *, role: str) -> URLParameters:
    """What pika needs for `url`; the management page shows the connection as `role`, process and host."""
    made = URLParameters(url)
    made.heartbeat = HEARTBEAT_SECONDS
    made.blocked_connection_timeout = BLOCKED_SECONDS
    made.socket_timeout = CONNECT_SECONDS
    made.stack_timeout = 3 * CONNECT_SECONDS
    made.client_properties = {"connection_name": f"{role} {os.getpid()}@{socket.gethostname()}"}
    return made


def user_of(url: str) -> str:
    """The RabbitMQ user that `url` logs in as: what goes into `user_id`, or the broker refuses the message."""
    name: str = URLParameters(url).credentials.username
    return name


class Backoff:
    """Full jitter: each delay is anywhere between 0 and a ceiling that doubles (Brooker, "Exponential Backoff And
    Jitter", AWS Architecture Blog, 2015), so that a thousand clients do not come back in the same moment."""

    def __init__(self) -> None:
        self._trials = 0

    def reset(self) -> None:
        self._trials = 0

    def delay(self, *, unheard: bool) -> float:
        """Seconds until the next trial. `unheard`: nobody listened at the address."""
        ceiling = min(FIRST_DELAY * 2 ** min(self._trials, 16), LONGEST_DELAY_UNHEARD if unheard else LONGEST_DELAY)
        self._trials += 1
        return random.uniform(0, ceiling)  # noqa: S311  no secret


def _nothing(_: bool) -> None:
    """The default of a callback that nobody asked for."""


class Link:
    """One connection, made again whenever it ends, until `close`.

    `on_open()` runs after every connect: the owner opens its channels with `channel` and calls `settled` when all is
    set up. `on_lost(reason)` runs once for every connection that was open; `on_blocked(True)` when the broker, short of
    memory or disk, stops reading what is published, `on_blocked(False)` when it reads again. All in the loop's thread.
    """

    def __init__(
        self,
        url: str,
        loop: Loop,
        *,
        role: str,
        on_open: Callable[[], None],
        on_lost: Callable[[str], None],
        on_blocked: Callable[[bool], None] = _nothing,
    ) -> None:
        self._parameters = parameters(url, role=role)
        self._loop = loop
        self._role = role
        self._on_open = on_open
        self._on_lost = on_lost
        self._on_blocked = on_blocked
        self._backoff = Backoff()
        self._connection: Any = None
        self._timer: Any = None
        self._closing = False
        self._away_since = time.monotonic()
        self._reason = ""
        self._told = ""
        self._on_closed: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._timer = None
        self._connection = self._loop.connection_class(
            self._parameters,
            on_open_callback=self._opened,
            on_open_error_callback=lambda _, error: self._failed(error),
            on_close_callback=lambda _, error: self._closed(error),
            custom_ioloop=self._loop.raw,
        )

    def channel(self, on_open: Callable[[Any], None]) -> None:
        """Open a channel. When it is closed by the broker, the whole connection starts anew."""

        def opened(channel: Any) -> None:
            channel.add_on_close_callback(lambda _, error: self.restart(describe(error)))
            channel.add_on_cancel_callback(lambda _: self.restart("a queue was deleted"))
            on_open(channel)

        self._connection.channel(on_open_callback=opened)

    def settled(self) -> None:
        """All is set up: the next failure starts with short delays again."""
        self._backoff.reset()
        self._told = ""
        seconds = round(time.monotonic() - self._away_since, 1)
        log.info("connected", extra={"role": self._role, "seconds": seconds})

    def restart(self, reason: str) -> None:
        """End the connection and make a new one; `reason` is logged."""
        if self._connection.is_open and not self._closing:
            self._reason = reason
            self._connection.close(reply_text="starting anew")

    def close(self, on_closed: Callable[[], None]) -> None:
        """End the connection for good; `on_closed()` runs when it is."""
        self._closing = True
        self._on_closed = on_closed
        if self._timer is not None:
            self._loop.cancel(self._timer)
            on_closed()
        elif self._connection is None:
            on_closed()
        elif not self._connection.is_closing and not self._connection.is_closed:
            self._connection.close()

    def _opened(self, connection: Any) -> None:
        connection.add_on_connection_blocked_callback(lambda *_: self._blocked(True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._blocked(False))
        self._on_open()

    def _blocked(self, blocked: bool) -> None:
        log.warning(
            "the broker takes no messages" if blocked else "the broker takes messages again", extra={"role": self._role}
        )
        self._on_blocked(blocked)

    def _failed(self, error: BaseException) -> None:
        self._again(describe(error), unheard=_nobody_listens(error))

    def _closed(self, error: BaseException) -> None:
        reason, self._reason = self._reason or describe(error), ""
        if not self._told:
            self._away_since = time.monotonic()
        self._on_lost(reason)
        self._again(reason, unheard=False)

    def _again(self, reason: str, *, unheard: bool) -> None:
        if self._closing:
            if self._on_closed is not None:
                self._on_closed()
            return
        if reason != self._told:  # one line for each reason, however often it comes
            log.warning("no connection to the broker", extra={"role": self._role, "reason": reason})
        self._told = reason
        self._timer = self._loop.call_later(self._backoff.delay(unheard=unheard), self.start)


def describe(error: BaseException) -> str:
    """What went wrong, in a line without secrets; pika wraps a refused connection three deep."""
    inner = error
    while (nested := _nested(inner)) is not None:
        inner = nested
    return f"{type(inner).__name__}: {inner}" if str(inner) else type(inner).__name__


def _nested(error: BaseException) -> BaseException | None:
    parts = error.args
    if isinstance(error, AMQPConnectionWorkflowFailed):
        parts = error.exceptions[-1:]
    elif isinstance(error, AMQPConnectorPhaseErrorBase):
        parts = (error.exception,)
    return next((part for part in parts if isinstance(part, BaseException)), None)


def _nobody_listens(error: BaseException) -> bool:
    return isinstance(error, AMQPConnectionError) and any(
        isinstance(part, AMQPConnectionWorkflowFailed) for part in error.args
    )
