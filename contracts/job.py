"""Jobs: what the job service answers and tells of them (docs/jobs.md). A job's kinds have contracts of their own."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from contracts.base import Cursor, Done, Event, PageSize, Query, Request, Safety, Title, event, operation
from contracts.errors import Conflict, LimitExceeded, NotFound

OWNER = "job"
MAX_BATCH = 10_000
"""Jobs of a batch."""
QUIET_BATCH = 50
"""The jobs of a larger batch are told to their owner only; conversations hear of the batch."""
MAX_STEPS = 8
"""Steps of a chain."""
Kind = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9._-]+$")]
Params = dict[str, Any]


class JobState(StrEnum):
    """`retrying` waits for its next attempt, `waiting` for the step of its chain before it, `paused` for somebody."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})
"""States that a job does not leave by itself."""


class Lane(StrEnum):
    """A queue's jobs run lane by lane: `express` is for what is over in a moment, `bulk` for what nobody waits for."""

    EXPRESS = "express"
    NORMAL = "normal"
    BULK = "bulk"


@dataclass(frozen=True, kw_only=True, slots=True)
class JobError:
    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobProgress:
    """`percent`: 0 to 100, none when nobody knows. `done` and `total` in `unit` (`bytes`, `rows`, `steps`)."""

    percent: float | None = None
    note: str = ""
    done: int | None = None
    total: int | None = None
    unit: str | None = None
    rate: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """What happened to the job. `attempt`: 0 before the first."""

    at: datetime
    state: JobState
    attempt: int
    note: str
    worker: str | None = None
    error: JobError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """`subject`: what it is about, for people. `attempt`: how many have begun. `run_after`: of the next attempt.

    `params` are the kind's (docs/jobs.md), `result` is what the kind tells when it succeeded. `previous_id`: the step
    of the chain before this one; `chain_id`: the first job of the chain, also in that one, none where it is no chain.
    `cancelling`, `pausing`: whoever runs it was told to stop. `timeline` is there in `job.get` only. `rev` grows with
    every change but progress.
    """

    id: UUID
    kind: str
    state: JobState
    subject: str
    owner_id: UUID
    conversation_id: UUID | None
    batch_id: UUID | None
    previous_id: UUID | None
    chain_id: UUID | None
    attempt: int
    max_attempts: int
    progress: JobProgress | None
    params: Params
    result: dict[str, Any] | None
    error: JobError | None
    cancelling: bool
    pausing: bool
    created_at: datetime
    run_after: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    rev: int
    timeline: list[TimelineEntry] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobPage:
    """Newest first."""

    jobs: list[Job]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCreatedReply:
    """`steps`: the rest of the chain, in order. `duplicate`: the `client_id` was used before; `job` is the first."""

    job: Job
    steps: list[Job]
    duplicate: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """`expected`: how many jobs it is going to have; `total`: has. The counts add up to `total`.

    `kept`: succeeded by leaving the original as it was. `bytes_before`, `bytes_after`: of the succeeded ones' files.
    """

    id: UUID
    kind: str
    title: str
    owner_id: UUID
    conversation_id: UUID | None
    expected: int
    total: int
    waiting: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    kept: int
    bytes_before: int
    bytes_after: int
    created_at: datetime
    finished_at: datetime | None
    rev: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchCreatedReply:
    batch: Batch
    duplicate: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A later job of a chain. A `file_id` that is missing from its `params` is the first file of the step before,
    missing `file_ids` are all of them."""

    kind: Kind
    params: Params


@operation(
    "job.create",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=4000,
    errors=(NotFound, Conflict, LimitExceeded),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobCreate(Request[JobCreatedReply]):
    """Queues a job. With `conversation_id` its members see it, in a message of its own, unless it is in a batch.

    A repeated `client_id` answers with the first job; Conflict where that one was of another kind. NotFound for a file,
    batch or conversation that is not the caller's to use.
    """

    kind: Kind
    params: Params
    client_id: UUID
    conversation_id: UUID | None = None
    batch_id: UUID | None = None
    lane: Lane = Lane.NORMAL
    then: Annotated[list[Step], Meta(max_length=MAX_STEPS)] = field(default_factory=list)


@operation(
    "job.batch",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=10_000,
    errors=(NotFound, Conflict, LimitExceeded),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobBatch(Request[BatchCreatedReply]):
    """Many jobs of one kind: each has `params` and what its entry of `items` adds to them.

    More may follow by `job.create` with the batch's id, up to `expected` (at least the number of `items`). With
    `conversation_id` its members see the batch in a message.
    """

    kind: Kind
    params: Params
    items: Annotated[list[Params], Meta(max_length=MAX_BATCH)]
    client_id: UUID
    title: Title
    conversation_id: UUID | None = None
    expected: Annotated[int, Meta(ge=1, le=MAX_BATCH)] | None = None
    lane: Lane = Lane.NORMAL


@operation("job.get", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobGet(Request[Job]):
    job_id: UUID


@operation("job.list", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobList(Request[JobPage]):
    """The caller's own jobs; with `conversation_id` or `batch_id` those of everybody there. `ids`: just these.

    `chain_id`: the steps of a chain, newest first as always, for who may see its first one.
    """

    ids: Annotated[list[UUID], Meta(max_length=200)] | None = None
    state: JobState | None = None
    kind: Kind | None = None
    conversation_id: UUID | None = None
    batch_id: UUID | None = None
    chain_id: UUID | None = None
    cursor: Cursor | None = None
    limit: PageSize = 50


@operation("job.cancel", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobCancel(Request[Job]):
    """The owner's alone. What waits is cancelled at once, what runs within 10 s; what is over stays as it is.

    The steps of its chain behind it are cancelled too.
    """

    job_id: UUID


@operation("job.retry", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobRetry(Request[Job]):
    """The owner's alone: a failed or cancelled job begins anew, and with it the steps behind it. Others: Conflict."""

    job_id: UUID


@operation("job.pause", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobPause(Request[Job]):
    """The owner's alone: the job does nothing until somebody resumes it. What runs is stopped within 10 s; a download
    keeps what it has, other kinds begin from the start. Conflict for what is over, and for a step that waits for the
    one before."""

    job_id: UUID


@operation("job.resume", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobResume(Request[Job]):
    """The owner's alone: a paused job is queued again; one that is not paused stays as it is. Conflict: it is over."""

    job_id: UUID


@operation(
    "job.replay",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=4000,
    errors=(NotFound, Conflict, LimitExceeded),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobReplay(Request[JobCreatedReply]):
    """The owner's alone: a new job like this one, with the same inputs; of a chain, whichever step is named, all of it.

    Conflict while it is not over. A repeated `client_id` answers with the first replay.
    """

    job_id: UUID
    client_id: UUID


@operation("job.delete", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class JobDelete(Request[Done]):
    """The owner's alone: a job that is over; its result's files stay until their time has passed."""

    job_id: UUID


@operation("batch.get", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class BatchGet(Request[Batch]):
    batch_id: UUID


@operation("batch.cancel", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=8000, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class BatchCancel(Request[Batch]):
    """The owner's alone: cancels every job that is not over, and expects no more."""

    batch_id: UUID


@operation("batch.retry", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=8000, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class BatchRetry(Request[Batch]):
    """The owner's alone: every failed or cancelled job of it begins anew."""

    batch_id: UUID


@operation("batch.pause", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=8000, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class BatchPause(Request[Batch]):
    """The owner's alone: pauses every job that is not over."""

    batch_id: UUID


@operation("batch.resume", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=8000, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class BatchResume(Request[Batch]):
    """The owner's alone: every paused job of it is queued again."""

    batch_id: UUID


# ---- staff


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadGroup:
    """Jobs that failed for good with the same kind and error code. `example`: the last one's sentence."""

    kind: str
    code: str
    count: int
    example: str
    example_job_id: UUID
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadGroups:
    groups: list[DeadGroup]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStatus:
    """`queued`, `retrying`, `running`: jobs in the table. `finished_per_minute`: over the last five minutes."""

    name: str
    paused: bool
    queued: int
    retrying: int
    running: int
    workers: int
    finished_per_minute: float
    oldest_queued_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStatuses:
    queues: list[QueueStatus]


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerStatus:
    """`state`: `alive`, or `stale` when it has not been heard of for a while. `busy`: children at work."""

    name: str
    queues: list[str]
    state: str
    processes: int
    busy: int
    job_ids: list[UUID]
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerStatuses:
    workers: list[WorkerStatus]


@operation("job.search", owner=OWNER, safety=Safety.READ_ONLY, slow=True)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobSearch(Request[JobPage]):
    """Staff only: everybody's jobs. `q`: an id, or a part of the subject."""

    q: Query = ""
    state: JobState | None = None
    kind: Kind | None = None
    owner_id: UUID | None = None
    code: Annotated[str, Meta(max_length=64)] | None = None
    cursor: Cursor | None = None
    limit: PageSize = 50


@operation("dead.list", owner=OWNER, safety=Safety.READ_ONLY, slow=True)
@dataclass(frozen=True, kw_only=True, slots=True)
class DeadList(Request[DeadGroups]):
    """Staff only: failed jobs, grouped by kind and error."""


@operation("dead.replay", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=8000, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DeadReplay(Request[Replayed]):
    """Staff only: failed jobs begin anew, the one named or all that the filter finds (10,000 at most)."""

    job_id: UUID | None = None
    kind: Kind | None = None
    code: Annotated[str, Meta(max_length=64)] | None = None


@operation("queue.list", owner=OWNER, safety=Safety.READ_ONLY, slow=True)
@dataclass(frozen=True, kw_only=True, slots=True)
class QueueList(Request[QueueStatuses]):
    """Staff only."""


@operation("queue.set_paused", owner=OWNER, safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class QueueSetPaused(Request[Done]):
    """Staff only. What runs is finished; nothing new begins while a queue is paused."""

    name: Annotated[str, Meta(max_length=64)]
    paused: bool


@operation("worker.list", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerList(Request[WorkerStatuses]):
    """Staff only."""


# ---- events


@event("job.changed", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobChanged(Event):
    """The job as it is now; told when it is made and at every change of its state."""

    job: Job


@event("job.deleted", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobDeleted(Event):
    job_id: UUID
    rev: int


@event("batch.changed", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class BatchChanged(Event):
    """The batch as it is now; of a large one not every change is told, but the last one is."""

    batch: Batch


@event("job.progress", owner=OWNER, signal=True)
@dataclass(frozen=True, kw_only=True, slots=True)
class JobProgressed(Event):
    """At most four times a second for a job. `attempt`, `n`: a client ignores what is older than it has."""

    job_id: UUID
    attempt: int
    n: int
    progress: JobProgress
