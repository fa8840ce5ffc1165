"""How a job kind is declared, and what its run function gets (docs/howto/add-a-job-kind.md).

    @kind(ImageProcess, queue="image", files=lambda params: [params.file_id], time_limit=60)
    def image_process(params: ImageProcess, context: Context) -> ImageResult: ...

The function runs in a child process of a worker, with no database and no broker: it reads files that the context has
brought, writes into the context's folder, and returns what the contract says. It may be killed at any moment and run
again; what it `save`d counts only if its result was accepted.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_type_hints
from uuid import UUID

from bus.topology import WORK_QUEUES
from contracts.base import KINDS as CONTRACTS
from contracts.base import KindType, Request
from contracts.job import Lane

MIB = 1024 * 1024
ERRANDS = "errand"
"""The queue of kinds that read no bytes and only ask another service: the scheduler runs them, without a token."""
F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")


class JobFailure(Exception):
    """The job cannot be done: `code` for machines, `message` for people. Final unless `retry` says otherwise.

    `retry_after`: seconds before the next attempt, where somebody named them. `moved`: the attempt brought the job
    further than any before it, so that counting them begins anew.
    """

    def __init__(
        self, code: str, message: str, *, retry: bool = False, retry_after: float | None = None, moved: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry = retry
        self.retry_after = retry_after
        self.moved = moved


class Cancelled(Exception):
    """Raised inside a run function when its job was cancelled; let it pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A file as the run function sees it. `path` is not to be written to; `name` is what people call it."""

    id: UUID
    path: Path
    name: str
    size: int
    media_type: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """Bytes that are in the storage, without a file that names them."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What decoding tells of a picture. `width`, `height`: pixels as shown; `thumbhash`: base64."""

    width: int
    height: int
    frames: int = 1
    thumbhash: str | None = None
    thumbnail: Stored | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A file that was put into the storage; it gets its row when the result is accepted.

    With `picture` it need not be inspected any more.
    """

    id: UUID
    name: str
    size: int
    media_type: str
    sha256: str
    picture: Picture | None = None


class Context(Protocol):
    """What a run function works with."""

    job_id: UUID
    attempt: int
    folder: Path
    """A folder of its own, removed afterwards."""
    keep: Path
    """A folder of the job's, kept between its attempts on one host; what is lost with it costs time only. Whoever was
    given up may be writing there still."""
    room: int | None
    """Bytes that the owner's files may have besides, where the kind is `bounded`; as of when the attempt began."""
    log: logging.LoggerAdapter[logging.Logger]

    def input(self, file_id: UUID) -> Input:
        """One of the files that the kind named in `files`."""

    def progress(
        self,
        percent: float | None = None,
        *,
        note: str = "",
        done: int | None = None,
        total: int | None = None,
        unit: str | None = None,
    ) -> None:
        """Tell how far it is; as often as is convenient, it is passed on four times a second at most.

        Raises Cancelled when the job was cancelled.
        """

    def check(self) -> None:
        """Raises Cancelled when the job was cancelled; call it between steps that take long."""

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
        """Move a file from the folder into the storage as one of the job's results. `sha256`: where it is known.
        `keep`: the file stays; nobody may write to it afterwards."""

    def store(self, path: Path) -> Stored:
        """Move bytes from the folder into the storage; the kind's `accepted` must make something refer to them."""


class ErrandContext(Protocol):
    """What the run function of a kind in the queue `ERRANDS` works with."""

    job_id: UUID

    def ask(self, request: Request[R]) -> R:
        """Another service's answer to the job's owner. Raises WarrenError; what may be over soon is tried again."""


def _no_files(_: Any) -> Sequence[UUID]:
    return ()


def _anything_goes(_: Any) -> None:
    """The default of kinds whose contract says all."""


def _first_name(_: Any, names: Sequence[str]) -> str:
    return names[0] if names else ""


def _nothing_more(_: Any, __: Any) -> None:
    """The default of kinds whose result, or error, is all that they change."""


def _anybody(_: Any, __: UUID, ___: Callable[[Any], Any]) -> None:
    """The default of kinds that read nothing but files."""


def _nobody(_: Any) -> str:
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of job.

    `queue`: `image` means the queue `job.image`. `files`: ids in the parameters whose bytes it reads; whoever creates
    the job must be allowed to read them. `validate(params)` raises InvalidRequest for what types cannot say.
    `subject(params, file names)`: what the job is about, for people. `accepted(params, result)` runs in the transaction
    that stores the result, `given_up(params, error code)` in the one in which the job fails for good. `time_limit`:
    seconds of an attempt. `memory`: bytes of address space that its process may take beyond what it has when it starts.
    `reuse`: the same parameters on the same bytes give the same files, so an earlier result may be used again.
    `internal`: only the service itself makes such jobs, and nobody is shown them. `database`: it gets a child of its
    own that has the database, and a `jobs.worker.database.DataContext`. `permit(params, actor, ask)` raises NotFound
    for what the one who wants the job may not read besides files.
    """

    contract: KindType
    queue: str
    run: Callable[[Any, Any], Any]
    files: Callable[[Any], Sequence[UUID]] = _no_files
    validate: Callable[[Any], None] = _anything_goes
    subject: Callable[[Any, Sequence[str]], str] = _first_name
    accepted: Callable[[Any, Any], None] = _nothing_more
    given_up: Callable[[Any, str], None] = _nothing_more
    time_limit: float = 600.0
    memory: int = 1024 * MIB
    max_attempts: int = 5
    lane: Lane | None = None
    reuse: bool = False
    bounded: bool = False
    peer: Callable[[Any], str] = _nobody
    per_owner: int | None = None
    per_peer: int | None = None
    internal: bool = False
    database: bool = False
    permit: Callable[[Any, UUID, Callable[[Any], Any]], None] = _anybody

    @property
    def name(self) -> str:
        return self.contract.name

    @property
    def accepts_all(self) -> bool:
        """Whether it does nothing about a result, and so refuses none."""
        return self.accepted is _nothing_more


KINDS: dict[str, Kind] = {}


def kind(params: type, *, queue: str, **options: Any) -> Callable[[F], F]:
    """Declare the decorated function as what runs jobs with these parameters; options are `Kind`'s fields.

    Raises TypeError where the function's hints are not those of the contract, or the kind is there already.
    """
    contract = next((one for one in CONTRACTS.values() if one.params is params), None)
    if contract is None:
        raise TypeError(f"{params.__name__} is no job kind's contract.")

    def declare(run: F) -> F:
        hints = get_type_hints(run)
        if hints.get("params") is not params or hints.get("return") is not contract.result:
            raise TypeError(f"{run.__qualname__} should take {params.__name__}, return {contract.result.__name__}.")
        if queue != ERRANDS and f"job.{queue}" not in WORK_QUEUES:
            raise TypeError(f"{contract.name}: the topology has no queue job.{queue}.")
        if contract.name in KINDS:
            raise TypeError(f"Two functions run {contract.name}.")
        KINDS[contract.name] = Kind(contract=contract, queue=queue, run=run, **options)
        return run

    return declare
