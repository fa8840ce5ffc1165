"""Jobs, their attempts, batches, and who works on them (docs/jobs.md). The row is the truth; queues have pointers."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contracts.ids import uuid7
from contracts.job import OVER, JobState

_STATES = [(state.value, state.value) for state in JobState]
OPEN = [state.value for state in JobState if state not in OVER]
"""States of jobs that are not over."""


class Batch(models.Model):
    """Many jobs as one. The counts are of its jobs that are over; `rev` grows with every change.

    `seq`: members of the conversation who joined before it see the batch. `posted`: whether its message is there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    client_id = models.UUIDField()
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    conversation_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(default=0)
    posted = models.BooleanField(default=False)
    expected = models.PositiveIntegerField()
    total = models.PositiveIntegerField(default=0)
    running = models.PositiveIntegerField(default=0)
    succeeded = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    bytes_before = models.PositiveBigIntegerField(default=0)
    bytes_after = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [models.UniqueConstraint(fields=["owner_id", "client_id"], name="batch_created_once")]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="batch_to_post",
                condition=Q(posted=False, conversation_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Job(models.Model):
    """`lane` and `rank` are its place in the queue: lane by lane, and within one by rank, which shares the workers out
    fairly between owners. `published_at`: when a pointer was sent last, none when one is due.

    A result is written only `WHERE attempt = ...` and while the lease is the writer's (`worker`): a worker that was
    given up cannot overwrite its successor's. `chain_id`: of the first job of its chain, where it has more than one;
    `follows`: its files are those of the step before. `digest`: of kind, parameters and the input's bytes, where a
    result may be used again. `hidden`: internal, not in anybody's list.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=64)
    queue = models.CharField(max_length=64)
    lane = models.PositiveSmallIntegerField(default=1)
    rank = models.FloatField()
    state = models.CharField(max_length=10, choices=_STATES, default=JobState.QUEUED.value)
    subject = models.CharField(max_length=300)
    owner_id = models.UUIDField()
    client_id = models.UUIDField()
    conversation_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(default=0)
    posted = models.BooleanField(default=False)
    batch = models.ForeignKey(Batch, models.CASCADE, null=True, related_name="jobs", db_index=False)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="next")
    chain_id = models.UUIDField(null=True)
    follows = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    params = models.JSONField()
    file_ids = models.JSONField(default=list)
    digest = models.CharField(max_length=64, null=True)
    peer = models.CharField(max_length=255, default="", blank=True)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    progress = models.JSONField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    cancelling = models.BooleanField(default=False)
    pausing = models.BooleanField(default=False)
    run_after = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "client_id"], name="job_created_once")]
        indexes = [
            models.Index(fields=["queue", "lane", "rank"], name="job_next", condition=Q(state="queued")),
            models.Index(
                fields=["created_at"],
                name="job_unpublished",
                condition=Q(state="queued", published_at__isnull=True),
            ),
            models.Index(fields=["run_after"], name="job_due", condition=Q(state="retrying")),
            models.Index(fields=["leased_until"], name="job_leased", condition=Q(state="running")),
            models.Index(fields=["owner_id", "-id"], name="job_of_owner", condition=Q(hidden=False)),
            models.Index(
                fields=["conversation_id", "-id"],
                name="job_of_conversation",
                condition=Q(conversation_id__isnull=False),
            ),
            models.Index(fields=["owner_id"], name="job_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["batch", "state", "-id"], name="job_of_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["chain_id", "id"], name="job_of_chain", condition=Q(chain_id__isnull=False)),
            models.Index(fields=["kind", "-finished_at"], name="job_dead", condition=Q(state="failed")),
            models.Index(
                fields=["digest"], name="job_done_before", condition=Q(state="succeeded", digest__isnull=False)
            ),
            models.Index(fields=["finished_at"], name="job_over", condition=Q(finished_at__isnull=False)),
            models.Index(
                fields=["created_at"],
                name="job_to_post",
                condition=Q(posted=False, conversation_id__isnull=False, batch__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"


class Attempt(models.Model):
    """One run of a job, or another entry of its timeline (`note`)."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=_STATES)
    note = models.CharField(max_length=200, default="", blank=True)
    worker = models.CharField(max_length=64, null=True)
    error = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.job_id}: {self.state}"


class Turn(models.Model):
    """The rank of an owner's next job in a lane of a queue, unless the others are further (`jobs.engine.turns`)."""

    id = models.BigAutoField(primary_key=True)
    queue = models.CharField(max_length=64)
    lane = models.PositiveSmallIntegerField()
    owner_id = models.UUIDField()
    rank = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "lane", "owner_id"], name="turn_once")]
        indexes = [models.Index(fields=["queue", "lane", "-rank"], name="turn_furthest")]

    def __str__(self) -> str:
        return f"{self.owner_id} in {self.queue}"


class PausedQueue(models.Model):
    """A queue from which nothing is taken."""

    name = models.CharField(primary_key=True, max_length=64)
    paused_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker process, as it last told of itself."""

    name = models.CharField(primary_key=True, max_length=64)
    queues = models.JSONField(default=list)
    processes = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
