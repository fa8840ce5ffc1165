"""People, jobs and who runs them: the job service behind the fake bus, scheduler and workers as processes."""

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from bus import afterwards
from bus.testing import InMemoryBus
from contracts.ids import uuid7
from contracts.job import OVER, JobBatch, JobCreate, JobGet, JobState
from jobs.files import storage
from jobs.files.services import file_create
from jobs.handlers import service as jobs
from jobs.kinds.base import Picture
from jobs.models import File, Job
from messageservice.handlers import service as messages
from tests.messages.conftest import ask, group, history, people, person  # noqa: F401
from tests.servers import eventually
from tests.users.conftest import at_once, recorded  # noqa: F401
from userservice.handlers import service as users

PICTURE = Picture(width=8, height=6, thumbhash="abcd")


@pytest.fixture
def bus(transactional_db):
    return InMemoryBus(users, messages, jobs)


@pytest.fixture(autouse=True)
def _nothing_noted():
    afterwards.take()
    yield
    afterwards.take()


@pytest.fixture
def ada(person):  # noqa: F811
    return person()


@pytest.fixture
def bob(person):  # noqa: F811
    return person()


@pytest.fixture
def create(ask):  # noqa: F811
    """`create(by=ada, note="x")`: a job that does nothing, as it was answered."""

    def make(*, by: UUID, kind: str = "probe.noop", client_id: UUID | None = None, params=None, then=(), **fields):
        lane = {"lane": fields.pop("lane")} if "lane" in fields else {}
        place = {name: fields.pop(name) for name in ("conversation_id", "batch_id") if name in fields}
        request = JobCreate(
            kind=kind,
            params=fields if params is None else params,
            client_id=client_id or uuid4(),
            then=list(then),
            **lane,
            **place,
        )
        return ask(request, by=by)

    return make


@pytest.fixture
def upload(tmp_path, transactional_db):
    """A picture that was inspected: `upload(ada, b"bytes")`."""

    def make(owner_id, content: bytes, *, name="photo.jpg") -> File:
        place = tmp_path / uuid4().hex
        place.write_bytes(content)
        with transaction.atomic():
            stored = storage.put(place)
            return file_create(owner_id=owner_id, stored=stored, name=name, media_type="image/jpeg", picture=PICTURE)

    return make


@pytest.fixture
def batch(ask):  # noqa: F811
    """`batch(3, by=ada)`: a batch of jobs that do nothing."""

    def make(number: int, *, by: UUID, kind: str = "probe.noop", params=None, client_id=None, **fields):
        request = JobBatch(
            kind=kind,
            params=params or {},
            items=[{"note": f"{n}"} if kind == "probe.noop" else {} for n in range(number)],
            client_id=client_id or uuid7(),
            title=fields.pop("title", "Many"),
            **fields,
        )
        return ask(request, by=by).batch

    return make


@pytest.fixture
def look(ask):  # noqa: F811
    """The job as its owner sees it, with its timeline."""

    def get(job):
        row = Job.objects.get(pk=getattr(job, "id", job))
        return ask(JobGet(job_id=row.id), by=row.owner_id)

    return get


@pytest.fixture
def over(look):
    """Wait until the job is over, and return it."""

    def wait(job, *, seconds: float = 20):
        eventually(lambda: JobState(Job.objects.get(pk=job.id).state) in OVER, seconds=seconds)
        return look(job)

    return wait


@pytest.fixture
def became():
    """Wait until a job is in a state."""

    def wait(job, state: str, *, seconds: float = 20):
        eventually(lambda: Job.objects.get(pk=job.id).state == state, seconds=seconds)

    return wait


@pytest.fixture
def scheduler(serve, transactional_db) -> Callable:
    """Start a scheduler process, active unless `wait=False`."""

    def run(*, wait: bool = True, dies_at: str = "", **variables: str):
        process = serve("scheduler", WARREN_FAILPOINTS=dies_at, **variables)
        if wait:
            eventually(lambda: said(process, "active"))
        return process

    return run


@pytest.fixture
def worker(serve, transactional_db) -> Callable:
    """Start a worker process for the probes."""

    def run(*queues: str, processes: int = 2, dies_at: str = "", **variables: str):
        chosen = {"WARREN_JOB_RETRY_SECONDS": "0"} | variables
        names = queues or ("probe",)
        return serve("worker", *names, "--processes", str(processes), WARREN_FAILPOINTS=dies_at, **chosen)

    return run


@pytest.fixture
def running(scheduler, worker):
    """A scheduler and a worker."""
    return scheduler(), worker()


def said(process, event: str) -> bool:
    return any(line.get("event") == event for line in lines(process))


def lines(process) -> list[dict]:
    return [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]
