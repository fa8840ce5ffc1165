"""What a run function works with, inside a child of a worker (the protocol is `jobs.kinds.base.Context`)."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from contracts.ids import uuid7
from contracts.job import JobProgress
from jobs.files import storage
from jobs.kinds.base import Cancelled, Input, JobFailure, Picture, Saved, Stored
from jobs.worker.lines import InputFile, Task

PROGRESS_SECONDS = 0.25
RATE_SECONDS = 10.0
"""What a speed is the mean of."""


class RunContext:
    """`stopped()`: whether the job was asked to end. `folder` is there when the context is made."""

    def __init__(self, task: Task, *, report: "Reporter", stopped: Callable[[], bool]) -> None:
        self.job_id = task.job_id
        self.attempt = task.attempt
        self.folder = Path(task.folder)
        self.room = task.room
        self.log = logging.LoggerAdapter(
            logging.getLogger(f"jobs.kinds.{task.kind}"), {"job_id": str(task.job_id), "attempt": task.attempt}
        )
        self.saved: list[Saved] = []
        self.finished = False
        """Whether the job's result is stored already."""
        self._keep = Path(task.keep)
        self._files: dict[UUID, InputFile] = {file.id: file for file in task.inputs}
        self._inputs: dict[UUID, Input] = {}
        self._report = report
        self._stopped = stopped

    @property
    def keep(self) -> Path:
        self._keep.mkdir(parents=True, exist_ok=True)
        return self._keep

    def input(self, file_id: UUID) -> Input:
        found = self._inputs.get(file_id)
        if found is None:
            found = self._inputs[file_id] = self._bring(self._files[file_id])
        return found

    def progress(
        self,
        percent: float | None = None,
        *,
        note: str = "",
        done: int | None = None,
        total: int | None = None,
        unit: str | None = None,
    ) -> None:
        self._report(percent=percent, note=note, done=done, total=total, unit=unit)
        self.check()

    def check(self) -> None:
        if self._stopped():
            raise Cancelled

    def save(
        self,
        path: Path,
        *,
        name: str,
        media_type: str,
        picture: Picture | None = None,
        sha256: str | None = None,
        keep: bool = False,
    ) -> Saved:
        stored = storage.put(path, sha256=sha256, keep=keep)
        made = Saved(
            id=uuid7(), name=name, size=stored.size, media_type=media_type, sha256=stored.sha256, picture=picture
        )
        self.saved.append(made)
        return made

    def store(self, path: Path) -> Stored:
        return storage.put(path)

    def _bring(self, file: InputFile) -> Input:
        path = storage.local_path(file.sha256)
        if path is None:
            path = self.folder / f"input-{file.id.hex}"
            storage.fetch(file.sha256, path)
        elif not path.exists():
            raise JobFailure("file_gone", "The bytes of a file that the job needs are gone.")
        return Input(
            id=file.id, path=path, name=file.name, size=file.size, media_type=file.media_type, sha256=file.sha256
        )


class Reporter:
    """Passes progress on, the latest four times a second, from a thread of its own: the last one is never held back."""

    def __init__(self, send: Callable[[JobProgress], None]) -> None:
        self._send = send
        self._latest: JobProgress | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self._news = threading.Condition()
        threading.Thread(target=self._pass_on, name="progress", daemon=True).start()

    def __call__(
        self, *, percent: float | None, note: str, done: int | None, total: int | None, unit: str | None
    ) -> None:
        if percent is None and done is not None and total:
            percent = 100 * done / total
        rate = self._rate(done)
        made = JobProgress(
            percent=None if percent is None else min(100.0, max(0.0, percent)),
            note=note[:200],
            done=done,
            total=total,
            unit=unit,
            rate=rate,
            seconds_left=(total - done) / rate if rate and total is not None and done is not None else None,
        )
        with self._news:
            self._latest = made
            self._news.notify()

    def forget(self) -> None:
        """The job is over: what was not passed on is not news any more."""
        with self._news:
            self._latest = None
        self._marks.clear()

    def _rate(self, done: int | None) -> float | None:
        """Per second, over the last while; none when nothing moves."""
        if done is None:
            return None
        now = time.monotonic()
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()  # it began again
        while len(self._marks) > 1 and now - self._marks[1][0] > RATE_SECONDS:
            self._marks.popleft()
        if not self._marks or now - self._marks[-1][0] >= RATE_SECONDS / 20:
            self._marks.append((now, done))
        began, before = self._marks[0]
        return (done - before) / (now - began) if now > began and done > before else None

    def _pass_on(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._latest is not None)
                latest, self._latest = self._latest, None
                if latest is not None:
                    self._send(latest)
            time.sleep(PROGRESS_SECONDS)
