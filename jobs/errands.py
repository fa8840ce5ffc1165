"""Jobs that read no bytes and only ask another service. The active scheduler runs them, in a thread of its own.

They are claimed, fenced and tried again like any other job. Who runs one twice asks twice, under the same key.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import Error, connection

from bus import afterwards, codec
from bus.envelope import Actor, Call
from bus.middleware.database import limit_waits
from bus.sync_client import SyncClient
from contracts.base import Request
from contracts.errors import Busy, DeadlineExceeded, OutcomeUnknown, Unavailable, WarrenError
from jobs.engine import claims, outcomes
from jobs.engine.claims import Claim
from jobs.engine.outcomes import Held
from jobs.kinds import load_all
from jobs.kinds.base import ERRANDS, JobFailure

R = TypeVar("R")
log = logging.getLogger("jobs.errands")

LATER = (Busy, DeadlineExceeded, OutcomeUnknown, Unavailable)
"""Answers after which it is worth asking again."""
ASK_MS = 4000
"""An errand's time, well below its lease."""
POLL = 1.0


class Errands:
    """`wake` looks for errands at once; without it they are found within `POLL` seconds.

    `on_end`, called in the thread: an errand is over, and a step behind it may be due.
    """

    def __init__(self, *, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._stop = threading.Event()
        self._news = threading.Event()
        self._name = f"scheduler.{socket.gethostname()[:32]}.{os.getpid()}"
        self._thread = threading.Thread(target=self._run, name="errands", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Blocks until the errand that runs is over, or has taken its time."""
        self._stop.set()
        self._news.set()
        self._thread.join(ASK_MS / 1000)

    def wake(self) -> None:
        self._news.set()

    def _run(self) -> None:
        limit_waits()
        client = SyncClient(settings.AMQP_URL, role="scheduler")
        client.start()
        try:
            while not self._stop.is_set():
                self._look(client)
                self._news.wait(POLL)
                self._news.clear()
        finally:
            client.close()
            connection.close()

    def _look(self, client: SyncClient) -> None:
        try:
            while not self._stop.is_set() and (found := claims.claim(queue=ERRANDS, worker=self._name, limit=1)):
                run(found[0], client=client)
                afterwards.take()  # the relay looks by itself four times a second
                self._on_end()
        except Error as error:
            log.warning("the database failed, waiting for it", extra={"reason": str(error).strip()})
            connection.close()


def run(claim: Claim, *, client: SyncClient) -> bool:
    """Run a claimed errand and write down how it ended; False where it is somebody else's by now."""
    job = claim.job
    held = Held(job.id, job.attempt, str(job.worker))
    kind = load_all()[job.kind]
    try:
        result = kind.run(msgspec.convert(job.params, kind.contract.params), _Context(job.id, job.owner_id, client))
    except LATER as error:
        return outcomes.fail(held, JobFailure(error.code, error.message, retry=True))
    except WarrenError as error:
        return outcomes.fail(held, JobFailure(error.code, error.message))
    return outcomes.succeed(held, result=msgspec.json.decode(codec.encode(result)), saved=[])


class _Context:
    """Asks as the job's owner."""

    def __init__(self, job_id: UUID, owner_id: UUID, client: SyncClient) -> None:
        self.job_id = job_id
        self._ask = partial(client.call, call=Call(actor=Actor(user_id=owner_id, session_id=UUID(int=0))))

    def ask(self, request: Request[R]) -> R:
        answer: R = self._ask(request, deadline_ms=ASK_MS)
        return answer
