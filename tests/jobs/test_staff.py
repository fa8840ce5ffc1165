"""What staff see and do, and nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contracts.errors import Forbidden, NotAuthenticated, NotFound
from contracts.job import DeadList, DeadReplay, JobSearch, JobState, QueueList, QueueSetPaused, WorkerList
from jobs.engine import claims, outcomes, upkeep
from jobs.engine.outcomes import Held
from jobs.kinds.base import JobFailure
from jobs.models import Job, Worker

OPERATIONS = [
    JobSearch(),
    DeadList(),
    DeadReplay(),
    QueueList(),
    QueueSetPaused(name="probe", paused=True),
    WorkerList(),
]


@pytest.fixture
def staff(ask, person):
    who = person()
    return lambda request: ask(request, by=who, staff=True)


@pytest.fixture
def fail(create, ada):
    """A job that failed for good."""

    def make(code: str, sentence: str = "No.", **fields):
        job = create(by=ada, **fields).job
        (one,) = claims.claim(queue="probe", worker="w", limit=1)
        outcomes.fail(Held(job.id, one.job.attempt, "w"), JobFailure(code, sentence))
        return job

    return make


@pytest.mark.parametrize("request_", OPERATIONS, ids=lambda one: one.operation.name)
def test_others_may_not(ask, ada, request_):
    with pytest.raises(Forbidden):
        ask(request_, by=ada)
    with pytest.raises(NotAuthenticated):
        ask(request_, by=None)


def test_staff_find_anybodys_job_by_what_it_is_about(staff, create, fail, ada, bob):
    other, mine = fail("broken", note="x"), create(by=ada, note="holiday pictures").job
    assert [job.id for job in staff(JobSearch(q="HOLIDAY")).jobs] == [mine.id]
    assert [job.id for job in staff(JobSearch(q=str(other.id))).jobs] == [other.id]
    assert [job.id for job in staff(JobSearch(code="broken")).jobs] == [other.id]
    assert [job.id for job in staff(JobSearch(state=JobState.QUEUED)).jobs] == [mine.id]
    assert staff(JobSearch(owner_id=bob)).jobs == []
    page = staff(JobSearch(limit=1))
    assert [job.id for job in staff(JobSearch(limit=1, cursor=page.next)).jobs] == [other.id]


def test_the_dead_are_grouped_by_kind_and_error(staff, fail):
    fail("broken", "First.")
    last = fail("broken", "Last.")
    fail("other")
    first, second = staff(DeadList()).groups
    assert (first.kind, first.code, first.count) == ("probe.noop", "broken", 2)
    assert (first.example, first.example_job_id) == ("Last.", last.id)
    assert first.first_at < first.last_at
    assert (second.code, second.count) == ("other", 1)


def test_the_dead_begin_anew_one_or_all_that_a_filter_finds(staff, fail):
    one, two, three = fail("a"), fail("a"), fail("b")
    assert staff(DeadReplay(job_id=one.id)).count == 1
    assert staff(DeadReplay(code="a")).count == 1
    assert set(Job.objects.filter(state="queued").values_list("id", flat=True)) == {one.id, two.id}
    with pytest.raises(NotFound):
        staff(DeadReplay(job_id=one.id))
    with pytest.raises(NotFound):
        staff(DeadReplay(job_id=uuid4()))
    assert staff(DeadReplay()).count == 1
    assert Job.objects.get(pk=three.id).state == "queued"


def test_queues_tell_what_waits_runs_and_was_done(staff, create, fail, ada):
    fail("x")
    create(by=ada)
    oldest = Job.objects.get(state="queued").created_at
    create(by=ada)
    claims.seen(worker="w", queues=["probe"], processes=2)
    queues = {one.name: one for one in staff(QueueList()).queues}
    assert set(queues) == {"image", "download", "import", "probe", "errand"}
    probe = queues["probe"]
    assert (probe.queued, probe.running, probe.retrying, probe.workers, probe.paused) == (2, 0, 0, 1, False)
    assert probe.finished_per_minute == pytest.approx(0.2)
    assert probe.oldest_queued_at == oldest
    assert (queues["image"].queued, queues["image"].oldest_queued_at) == (0, None)


def test_a_paused_queue_gives_nothing_out_until_it_goes_on(staff, create, ada):
    create(by=ada)
    upkeep.take_unpublished()
    staff(QueueSetPaused(name="probe", paused=True))
    staff(QueueSetPaused(name="probe", paused=True))
    assert claims.claim(queue="probe", worker="w", limit=1) == []
    staff(QueueSetPaused(name="probe", paused=False))
    assert len(upkeep.take_unpublished()) == 1, "pointers that workers threw away meanwhile are sent again"
    assert len(claims.claim(queue="probe", worker="w", limit=1)) == 1


def test_only_a_queue_that_there_is_can_be_paused(staff):
    with pytest.raises(NotFound):
        staff(QueueSetPaused(name="nonsense", paused=True))


def test_workers_tell_what_they_do_until_they_are_not_heard_of(staff, create, ada):
    claims.seen(worker="w", queues=["probe"], processes=2)
    job = create(by=ada).job
    claims.claim(queue="probe", worker="w", limit=1)
    (worker,) = staff(WorkerList()).workers
    assert (worker.name, worker.state, worker.busy, worker.processes) == ("w", "alive", 1, 2)
    assert (worker.job_ids, worker.queues) == ([job.id], ["probe"])
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert staff(WorkerList()).workers[0].state == "stale"
    claims.gone(worker="w")
    assert staff(WorkerList()).workers == []
