"""Which job is next: lane by lane, and owners take turns."""

import pytest

from contracts.job import Lane
from jobs.engine import claims
from jobs.models import Job, PausedQueue


@pytest.fixture
def take():
    """Subjects of the jobs that a worker gets next."""
    return lambda limit=100: [one.job.subject for one in claims.claim(queue="probe", worker="w", limit=limit)]


def test_lanes_come_one_after_the_other(create, ada, take):
    for lane in (Lane.BULK, Lane.NORMAL, Lane.EXPRESS):
        create(by=ada, note=lane.value, lane=lane)
    assert take() == ["express", "normal", "bulk"]


def test_an_owners_jobs_run_in_the_order_in_which_they_were_made(create, ada, take):
    for n in range(5):
        create(by=ada, note=str(n))
    assert take() == list("01234")


def test_one_job_does_not_wait_behind_the_many_of_somebody_else(batch, create, ada, bob, take):
    batch(100, by=ada)
    assert take(40) == [str(n) for n in range(40)]
    create(by=bob, note="bob's")
    assert "bob's" in take(2)


def test_two_who_have_much_to_do_take_turns(batch, ada, bob, take):
    first = batch(20, by=ada)
    second = batch(20, by=bob)
    owners = [one.job.batch_id for one in claims.claim(queue="probe", worker="w", limit=20)]
    assert owners.count(first.id) == owners.count(second.id) == 10


def test_who_comes_late_is_not_ahead_of_all_that_others_still_wait_for(batch, ada, bob, take):
    batch(20, by=ada)
    take(10)
    late = batch(20, by=bob)
    owners = [one.job.batch_id for one in claims.claim(queue="probe", worker="w", limit=10)]
    assert 4 <= owners.count(late.id) <= 6


def test_what_somebody_used_while_nobody_waited_is_not_held_against_him(create, batch, ada, bob, take):
    batch(50, by=ada)
    take(50)
    create(by=ada, note="ada's")
    for n in range(5):
        create(by=bob, note=f"bob's {n}")
    assert sorted(take(2)) == ["ada's", "bob's 0"]


def test_a_job_is_claimed_once(create, ada, take, at_once):
    for n in range(8):
        create(by=ada, note=str(n))
    taken = at_once(*[lambda: take(2)] * 6)
    assert sorted(subject for some in taken for subject in some) == list("01234567")


def test_nothing_is_taken_from_a_paused_queue(create, ada, take):
    create(by=ada, note="a")
    PausedQueue.objects.create(name="probe")
    assert take() == []
    PausedQueue.objects.all().delete()
    assert take() == ["a"]


def test_what_waits_for_its_next_attempt_or_a_step_before_is_not_taken(create, ada, take):
    for state in ("waiting", "retrying", "cancelled", "failed", "succeeded"):
        create(by=ada)
        Job.objects.filter(state="queued").update(state=state)
    assert take() == []
