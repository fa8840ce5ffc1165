"""Short jobs are claimed before there is a child for them; what has to wait for long after all goes back."""

import pytest

from bus.work import Token
from contracts.job import JobCancel, JobState
from jobs.engine import upkeep
from jobs.models import Job
from jobs.worker import crew as crews
from jobs.worker import folders
from jobs.worker.ahead import DEPTH, PATIENCE, PROOF, SHORT, Ahead
from jobs.worker.crew import Crew
from jobs.worker.lines import Succeeded

QUEUE = "job.probe"


class Child:
    """A child that does what the test says: `tasks` are those that it was given."""

    ready, spent = True, False

    def __init__(self, *_, **__):
        self.tasks = []

    def give(self, task):
        self.tasks.append(task)

    def dismiss(self):
        self.spent = True


@pytest.fixture
def crew(transactional_db, monkeypatch):
    """A worker of one child, without its loop."""
    monkeypatch.setattr(crews, "Hand", Child)
    made = Crew(queues=["probe"], processes=1)
    made._start_hand()
    yield made
    made._loop.close()
    folders.remove(made._folder)


@pytest.fixture
def child(crew):
    return crew._hands[0]


def prove(crew):
    for _ in range(PROOF):
        crew._ahead.note(QUEUE, SHORT / 2)


def claim(crew, *, tokens=1):
    for tag in range(tokens):
        crew._on_token(Token(QUEUE, tag, 0))
    crew._claim()


def states():
    return list(Job.objects.order_by("id").values_list("state", flat=True))


def test_nothing_is_claimed_ahead_of_what_may_take_long(crew, create, ada):
    for _ in range(3):
        create(by=ada)
    claim(crew)
    assert states() == [JobState.RUNNING, JobState.QUEUED, JobState.QUEUED]


def test_the_child_finds_its_next_job_claimed(crew, child, create, ada):
    prove(crew)
    for note in ("a", "b", "c"):
        create(by=ada, note=note)
    claim(crew)
    assert states() == [JobState.RUNNING] * 3
    for _ in range(3):
        crew._on_told(child, Succeeded(result={"slept": 0.0}, saved=[]))
    assert [task.params["note"] for task in child.tasks] == ["a", "b", "c"]
    crew._store()
    assert states() == [JobState.SUCCEEDED] * 3


def test_what_waits_for_long_after_all_is_handed_back_and_nothing_is_claimed_ahead_any_more(crew, create, look, ada):
    prove(crew)
    _, waiting = create(by=ada).job, create(by=ada).job
    claim(crew)
    crew._lose_patience(waiting.id)
    crew._store()
    assert look(waiting).state == JobState.QUEUED
    assert Job.objects.get(pk=waiting.id).failures == 0
    assert not crew._ahead.short(QUEUE)


def test_what_has_begun_is_not_handed_back(crew, child, create, ada):
    prove(crew)
    _, following = create(by=ada).job, create(by=ada).job
    claim(crew)
    crew._on_told(child, Succeeded(result={"slept": 0.0}, saved=[]))
    crew._lose_patience(following.id)
    crew._store()
    assert states() == [JobState.SUCCEEDED, JobState.RUNNING]


def test_a_worker_that_leaves_hands_back_what_has_not_begun(crew, create, ada):
    prove(crew)
    create(by=ada), create(by=ada)
    claim(crew)
    crew._drain()
    crew._store()
    assert states() == [JobState.RUNNING, JobState.QUEUED]


def test_cancelling_ends_what_was_claimed_and_has_not_begun(crew, create, ask, ada):
    prove(crew)
    create(by=ada)
    waiting = create(by=ada).job
    claim(crew)
    ask(JobCancel(job_id=waiting.id), by=ada)
    crew._on_order(b'{"cancel":"%s"}' % str(waiting.id).encode())
    crew._store()
    assert states() == [JobState.RUNNING, JobState.CANCELLED]


def test_tokens_of_jobs_that_were_claimed_without_them_are_used_up(crew, create, ada):
    prove(crew)
    for _ in range(3):
        create(by=ada)
    upkeep.take_unpublished()
    for _ in range(DEPTH):
        create(by=ada)  # have no tokens yet, and those that are claimed will never have one
    claim(crew)
    assert states() == [JobState.RUNNING] * (1 + DEPTH) + [JobState.QUEUED] * 2
    for tag in range(3):
        crew._on_token(Token(QUEUE, tag, 0))
    assert len(crew._tokens) == 1


def test_a_token_outlives_the_claim_of_a_job_that_had_none(crew, create, ada):
    create(by=ada)
    claim(crew)
    assert states() == [JobState.RUNNING]
    assert len(crew._tokens) == 1


def test_a_line_that_is_half_full_wants_no_more():
    ahead = Ahead(processes=2)
    assert ahead.room() == 2 * DEPTH
    for _ in range(DEPTH + 1):
        ahead.put(None)
    assert ahead.room() == 0


def test_one_long_job_and_its_queue_has_to_prove_itself_again():
    ahead = Ahead(processes=1)
    for _ in range(PROOF):
        assert not ahead.short(QUEUE)
        ahead.note(QUEUE, 0.0)
    assert ahead.short(QUEUE)
    ahead.note(QUEUE, PATIENCE)
    assert not ahead.short(QUEUE)
