"""A worker's child: runs one job after the other, told by its worker through pipes. It may be killed at any moment.

It knows neither database nor broker; its environment does not name them. One whose jobs write tables of their own
knows the database, and parses nothing that strangers sent. Started as `python -m jobs.worker.child`.
"""

import ctypes
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bus import codec
from contracts.errors import WarrenError
from contracts.job import JobProgress
from jobs.kinds.base import Cancelled, JobFailure, Kind
from jobs.worker.context import Reporter, RunContext
from jobs.worker.lines import Failed, Finished, Progressed, Ready, Stopped, Succeeded, Task, Told, line, task_of

log = logging.getLogger("jobs.child")

PR_SET_PDEATHSIG = 1  # prctl(2)
INTERNAL = "Something failed inside the job. It is in the log, with the job's id."


class Child:
    """Reads tasks from `tasks`, a line each, and writes what there is to tell to the descriptor `told`."""

    def __init__(self, kinds: dict[str, Kind], *, told: int, make_context: Callable[..., RunContext]) -> None:
        self._kinds = kinds
        self._make_context = make_context
        self._told = told
        self._writing = threading.Lock()
        self._stopped = False
        self._reporter = Reporter(self._tell_progress)

    def stop(self) -> None:
        """Let the job that runs end at its next look; the worker gives this child no other."""
        self._stopped = True

    def tell(self, message: Told) -> None:
        data = line(message)
        with self._writing:
            while data:
                data = data[os.write(self._told, data) :]

    def run(self, task: Task) -> None:
        outcome = self._outcome(task)
        self._reporter.forget()
        self.tell(outcome)

    def _outcome(self, task: Task) -> Told:
        try:
            return self._succeeded(task)
        except Cancelled:
            return Stopped()
        except JobFailure as error:
            return Failed(
                code=error.code,
                message=error.message,
                retry=error.retry,
                retry_after=error.retry_after,
                moved=error.moved,
            )
        except WarrenError as error:
            return Failed(code=error.code, message=error.message)
        except MemoryError:
            sentence = "The job needed more memory than it may take."
            return Failed(code="out_of_memory", message=sentence, retry=True, broken=True)
        except Exception:
            log.exception("a job failed", extra={"job_id": str(task.job_id), "kind": task.kind})
            return Failed(code="internal", message=INTERNAL, retry=True)

    def _succeeded(self, task: Task) -> Succeeded | Finished:
        kind = self._kinds[task.kind]
        params: Any = msgspec.convert(task.params, kind.contract.params)
        Path(task.folder).mkdir(parents=True)
        context = self._make_context(task, report=self._reporter, stopped=lambda: self._stopped)
        with _memory(kind.memory):
            result = kind.run(params, context)
        if context.finished:
            return Finished()
        return Succeeded(result=msgspec.json.decode(codec.encode(result)), saved=context.saved)

    def _tell_progress(self, progress: JobProgress) -> None:
        self.tell(Progressed(progress=progress))


@contextmanager
def _memory(limit: int) -> Iterator[None]:
    """Let this process take no more than `limit` bytes of address space beyond what it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _die_with(worker: int) -> None:
    """`kill -9` of the worker ends its children too. It may have happened just before."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != worker:
        sys.exit(1)


def _context() -> Callable[..., RunContext]:
    from django.conf import settings

    if settings.ROLE == "child":
        return RunContext
    from jobs.worker.database import DataContext, prepare

    prepare()
    return DataContext


def main() -> None:
    """Run tasks from the standard input until it is closed. What a library prints goes to the log."""
    _die_with(int(sys.argv[1]))
    told = os.dup(1)
    os.dup2(2, 1)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import django

    from jobs.kinds import load_all

    django.setup()
    child = Child(load_all(), told=told, make_context=_context())
    signal.signal(signal.SIGTERM, lambda *_: child.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child.tell(Ready())
    for task in sys.stdin.buffer:
        child.run(task_of(task))


if __name__ == "__main__":
    main()
