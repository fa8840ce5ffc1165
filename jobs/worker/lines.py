"""What a worker and its children tell each other: a line of JSON each, over pipes."""

from typing import Any
from uuid import UUID

import msgspec

from contracts.job import JobProgress
from jobs.kinds.base import Saved


class InputFile(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    size: int
    media_type: str
    sha256: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A job to run. `folder`: where it may write; it is made for it, and removed afterwards by the worker. `keep`: the
    same for what its next attempt may need. `room`: bytes that its owner may store yet."""

    job_id: UUID
    attempt: int
    kind: str
    params: dict[str, Any]
    inputs: list[InputFile]
    folder: str
    keep: str
    worker: str
    room: int | None = None


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The child has started."""


class Progressed(msgspec.Struct, frozen=True, kw_only=True, tag="progressed"):
    progress: JobProgress


class Succeeded(msgspec.Struct, frozen=True, kw_only=True, tag="succeeded"):
    result: dict[str, Any]
    saved: list[Saved]


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """A child with the database has stored the job's result itself."""


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """`broken`: the child is not to be used again."""

    code: str
    message: str
    retry: bool = False
    retry_after: float | None = None
    moved: bool = False
    broken: bool = False


class Stopped(msgspec.Struct, frozen=True, kw_only=True, tag="stopped"):
    """The job's function gave up because it was asked to."""


Told = Ready | Progressed | Succeeded | Finished | Failed | Stopped
_tasks = msgspec.json.Decoder(Task)
_told = msgspec.json.Decoder(Told)
_encode = msgspec.json.Encoder().encode


def line(message: Task | Told) -> bytes:
    return _encode(message) + b"\n"


def task_of(line: bytes) -> Task:
    return _tasks.decode(line)


def told_of(line: bytes) -> Told:
    told: Told = _told.decode(line)
    return told
