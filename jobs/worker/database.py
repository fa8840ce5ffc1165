"""What a run function works with in a child that has the database (kinds that are declared with `database=True`)."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.conf import settings

from bus import afterwards, codec
from contracts.errors import WarrenError
from jobs.engine import outcomes
from jobs.engine.outcomes import Held
from jobs.files.services import BytesGone
from jobs.kinds.base import JobFailure
from jobs.models import Job
from jobs.worker.context import RunContext

R = TypeVar("R")
LIMITS = {
    "lock_timeout": "30s",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "300s",
    "client_connection_check_interval": "2s",
    "jit": "off",
}
"""Of its sessions. What a child that was killed had begun ends soon after it."""


class DataContext(RunContext):
    """`job`: its row, as it was when the attempt began. `finish` ends the job, once."""

    def __init__(self, task: Any, **rest: Any) -> None:
        super().__init__(task, **rest)
        self.held = Held(task.job_id, task.attempt, task.worker)
        self.job = Job.objects.get(pk=task.job_id)

    def finish(self, make: Callable[[], R]) -> R:
        """Run `make`, which writes and returns the result, and store that in the same transaction: all or nothing.

        Raises what `make` raises; JobFailure where the job is somebody else's by now, whom it is no news to.
        """
        made: list[R] = []

        def write() -> dict[str, Any]:
            self.check()
            made.append(make())
            result: dict[str, Any] = msgspec.json.decode(codec.encode(made[0]))
            return result

        try:
            self.finished = outcomes.finish(self.held, make=write, saved=lambda: self.saved)
        except WarrenError as error:
            raise JobFailure(error.code, error.message) from error
        except BytesGone as error:
            raise JobFailure("bytes_gone", "What the job stored was swept away meanwhile.", retry=True) from error
        afterwards.take()  # the worker tells the broker
        if not self.finished:
            raise JobFailure("not_ours", "Another worker has this job by now.", retry=True)
        return made[0]


def prepare() -> None:
    """Give this process's connections their limits."""
    options = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = options
