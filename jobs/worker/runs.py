"""A job at work: who runs it, until when, why it was stopped, and how it ended."""

import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from bus.work import Token
from contracts.job import JobProgress
from jobs.engine import outcomes
from jobs.engine.claims import Claim
from jobs.engine.outcomes import Held, Success
from jobs.kinds.base import JobFailure, Kind
from jobs.worker.hands import Hand
from jobs.worker.lines import Failed, Finished, InputFile, Stopped, Succeeded, Task

Store = Callable[[], bool]
"""Writes down how an attempt ended; False where the job is somebody else's by now."""


class Why(Enum):
    """Why a job was stopped before its end."""

    CANCELLED = "cancelled"
    PAUSED = "paused"
    TIME = "time limit"
    LOST = "lease lost"
    LEAVING = "worker leaving"


@dataclass(kw_only=True, eq=False)
class Run:
    """`token`: what is acknowledged when it is over. `keep`: what stays for the next attempt. `n`: of the last progress
    told. `whole`: nothing that was kept is needed any more."""

    claim: Claim
    kind: Kind
    token: Token | None
    hand: Hand
    folder: Path
    keep: Path
    room: int | None
    began_at: float
    timers: list[Any] = field(default_factory=list)
    progress: JobProgress | None = None
    n: int = 0
    why: Why | None = None
    whole: bool = False

    @property
    def job_id(self) -> UUID:
        return self.claim.job.id

    @property
    def key(self) -> tuple[UUID, int]:
        return self.claim.job.id, self.claim.job.attempt

    @property
    def held(self) -> Held:
        return held(self.claim)

    def task(self) -> Task:
        job = self.claim.job
        inputs = [
            InputFile(id=file.id, name=file.name, size=file.blob.size, media_type=file.media_type, sha256=file.blob_id)
            for file in self.claim.inputs
        ]
        return Task(
            job_id=job.id,
            attempt=job.attempt,
            kind=job.kind,
            params=job.params,
            inputs=inputs,
            folder=str(self.folder),
            keep=str(self.keep),
            worker=self.held.worker,
            room=self.room,
        )

    def outcome(self, told: Succeeded | Finished | Failed | Stopped) -> Store | None:
        """What its child told of the end; None where nobody wants to know."""
        if self.why is Why.LOST:
            return None
        if isinstance(told, Succeeded):
            self.whole = True
            return Success(held=self.held, result=told.result, saved=told.saved, plain=self._plain(told))
        if isinstance(told, Finished):
            self.whole = True
            return outcomes.finished
        if isinstance(told, Failed):
            failure = JobFailure(
                told.code, told.message, retry=told.retry, retry_after=told.retry_after, moved=told.moved
            )
            return partial(outcomes.fail, self.held, failure)
        return self.stopped()

    def _plain(self, told: Succeeded) -> bool:
        return not told.saved and self.claim.job.batch_id is None and self.kind.accepts_all

    def stopped(self) -> Store | None:
        """Its child is gone, or has given up, without a result."""
        match self.why:
            case Why.LOST:
                return None
            case Why.CANCELLED:
                self.whole = True
                return partial(outcomes.cancelled, self.held)
            case Why.PAUSED:
                return partial(outcomes.paused, self.held, progress=self.progress)
            case Why.LEAVING:
                return partial(outcomes.hand_back, self.held)
            case Why.TIME:
                return partial(outcomes.fail, self.held, _timed_out(self.kind))
        return partial(outcomes.fail, self.held, _crashed(self.hand.exit_code))

    def clear(self) -> None:
        """Whatever it left in its folder; what it kept only where its end is stored."""
        _remove(self.folder)
        if self.whole:
            _remove(self.keep)


def store_first(waiting: Sequence[Store]) -> list[bool]:
    """Write down the first end, and what goes with it into one transaction; for each whether it counts."""
    plain = [store for store in takewhile(_is_plain, waiting) if isinstance(store, Success)]
    if len(plain) > 1 and outcomes.succeed_together(plain):
        return [True] * len(plain)
    return [waiting[0]()]


def held(claim: Claim) -> Held:
    return Held(claim.job.id, claim.job.attempt, str(claim.job.worker))


def refusal(claim: Claim, kind: Kind | None) -> JobFailure | None:
    """Why a claimed job cannot even begin."""
    if kind is None:
        return JobFailure("unknown_kind", "This worker does not know this kind of job.", retry=True)
    if claim.missing:
        return JobFailure("file_gone", "A file that the job needs is not there any more.")
    return None


def _timed_out(kind: Kind) -> JobFailure:
    return JobFailure("timed_out", f"The job took longer than {kind.time_limit:g} s.", retry=True)


def _crashed(exit_code: int | None) -> JobFailure:
    how = f"by {signal.Signals(-exit_code).name}" if exit_code and exit_code < 0 else f"with exit code {exit_code}"
    return JobFailure("crashed", f"The process that ran the job ended {how}.", retry=True)


def _is_plain(store: Store) -> bool:
    return isinstance(store, Success) and store.plain


def _remove(folder: Path) -> None:
    """Most are empty, or not there at all, which needs no look inside."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
