"""What the scheduler sees to: pointers, due attempts, lost workers, cards, the dead, what is too old."""

import json
import signal
from datetime import timedelta

import pika
import pytest
from django.db import connection
from django.utils import timezone

from bus.topology import DEAD_WORK, DELIVERY_LIMIT
from jobs.engine import upkeep
from jobs.models import Attempt, Batch, Job
from jobs.scheduler import LOCK
from messageservice.handlers import service as messages
from tests.bus.conftest import raw  # noqa: F401
from tests.jobs.conftest import said
from tests.servers import eventually

QUEUE = "job.probe"
LONG_AGO = timedelta(days=1000)


@pytest.fixture
def queue(raw):  # noqa: F811
    """What waits in the probes' queue: `queue.pointers()`; emptied before and after."""

    class Waiting:
        def pointers(self):
            found = []
            while (got := channel.basic_get(QUEUE, auto_ack=True))[0]:
                found.append((json.loads(got[2]), got[1]))
            return found

        def depth(self):
            return channel.queue_declare(QUEUE, passive=True).method.message_count

    with raw("topology") as channel:
        channel.queue_purge(QUEUE)
        yield Waiting()
        channel.queue_purge(QUEUE)


def test_a_job_is_published_once_as_a_message_that_survives_the_broker(scheduler, queue, create, ada):
    scheduler()
    job = create(by=ada).job
    ((pointer, properties),) = eventually(queue.pointers)
    assert pointer == {"job_id": str(job.id), "attempt": 0}
    assert properties.delivery_mode == pika.DeliveryMode.Persistent.value
    assert Job.objects.get().published_at is not None
    assert queue.depth() == 0


def test_pointers_that_the_broker_lost_are_published_again(scheduler, queue, create, ada):
    scheduler()
    job = create(by=ada).job
    eventually(queue.pointers)
    Job.objects.update(published_at=timezone.now() - timedelta(minutes=1))
    ((pointer, _),) = eventually(queue.pointers)
    assert pointer["job_id"] == str(job.id)


@pytest.mark.parametrize("step", ["scheduler.marked", pytest.param("scheduler.published", marks=pytest.mark.long)])
def test_a_scheduler_killed_at_any_step_leaves_the_pointers_to_the_next(step, scheduler, queue, create, ada):
    jobs = {str(create(by=ada).job.id) for _ in range(3)}
    first = scheduler(wait=False, dies_at=step)
    assert first.popen.wait(20) == -signal.SIGKILL
    scheduler()
    seen: set[str] = set()
    eventually(lambda: seen.update(pointer["job_id"] for pointer, _ in queue.pointers()) or seen == jobs)


def test_another_scheduler_takes_over(scheduler, queue, create, ada):
    first = scheduler()
    second = scheduler(wait=False)
    assert not said(second, "active")
    first.kill()
    eventually(lambda: said(second, "active"), seconds=5)
    create(by=ada)
    assert len(eventually(queue.pointers)) == 1
    assert second.stop(seconds=10) == 0


def test_a_scheduler_whose_session_ends_queues_up_again(scheduler, queue, create, ada):
    scheduler()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND (classid::bigint << 32 | objid::bigint) = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK],
        )
        assert cursor.rowcount == 1
    create(by=ada)
    assert len(eventually(queue.pointers)) == 1


def test_a_dead_pointer_is_told_and_its_job_gets_a_new_one(scheduler, raw, queue, create, ada):  # noqa: F811
    process = scheduler()
    job = create(by=ada).job
    eventually(lambda: queue.depth() == 1)
    with raw("worker") as channel:
        for n in range(DELIVERY_LIMIT + 1):
            method, properties, _ = eventually(lambda: (got := channel.basic_get(QUEUE))[0] and got)
            assert (properties.headers or {}).get("x-delivery-count", 0) == n
            channel.basic_reject(method.delivery_tag, requeue=True)
    eventually(lambda: said(process, "a dead pointer"))
    ((pointer, properties),) = eventually(queue.pointers)
    assert pointer["job_id"] == str(job.id)
    assert (properties.headers or {}).get("x-delivery-count", 0) == 0


def test_rubbish_among_the_dead_is_told_and_harms_nothing(scheduler, raw, queue, create, ada):  # noqa: F811
    process = scheduler()
    with raw("topology") as channel:
        channel.basic_publish("dead", DEAD_WORK, b"\xff")
    eventually(lambda: said(process, "a dead message that is no pointer"))
    create(by=ada)
    assert eventually(queue.pointers)


def test_a_missing_card_is_posted_as_its_owner(scheduler, run_service, bus, create, ada, bob, group, history):
    conversation = group(ada, bob)
    with bus.absent("message.send"):
        job = create(by=ada, conversation_id=conversation, note="late").job
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    run_service(messages, role="messageservice")
    scheduler()
    (card,) = eventually(lambda: history(conversation, by=bob))
    assert (card.text, card.sender_id, card.data) == ("late", ada, {"job_id": str(job.id)})
    eventually(lambda: Job.objects.get().posted)


# ---- statements


def test_due_attempts_are_queued_and_told(create, ada, recorded):
    due, early = create(by=ada).job, create(by=ada).job
    now = timezone.now()
    Job.objects.filter(pk=due.id).update(state="retrying", run_after=now - timedelta(seconds=1))
    Job.objects.filter(pk=early.id).update(state="retrying", run_after=now + timedelta(hours=1))
    assert upkeep.queue_due() == 1
    assert Job.objects.get(pk=due.id).state == "queued"
    assert Job.objects.get(pk=early.id).state == "retrying"
    assert recorded("job.changed")[-1][2]["job"]["id"] == str(due.id)


def test_what_is_published_is_taken_once(create, ada):
    for _ in range(3):
        create(by=ada)
    first = upkeep.take_unpublished()
    assert len(first) == 3
    assert upkeep.take_unpublished() == []
    upkeep.unpublish([first[0].job_id])
    assert [pointer.job_id for pointer in upkeep.take_unpublished()] == [first[0].job_id]


def test_a_queue_is_stale_only_when_its_jobs_wait_for_long(create, ada):
    create(by=ada)
    upkeep.take_unpublished()
    assert upkeep.stale_queues() == []
    Job.objects.update(published_at=timezone.now() - timedelta(minutes=1))
    assert upkeep.stale_queues() == ["probe"]
    assert upkeep.unpublish_some("probe") == 1
    assert upkeep.stale_queues() == []


def test_what_is_over_for_long_goes_and_a_batch_goes_whole(create, batch, ada):
    old, new, running = create(by=ada).job, create(by=ada).job, create(by=ada).job
    whole = batch(2, by=ada)
    fresh = batch(1, by=ada)
    now = timezone.now()
    Job.objects.filter(id__in=[old.id]).update(state="succeeded", finished_at=now - LONG_AGO)
    Job.objects.filter(id__in=[new.id]).update(state="succeeded", finished_at=now)
    Job.objects.filter(batch_id=whole.id).update(state="failed", finished_at=now - LONG_AGO)
    Batch.objects.filter(pk=whole.id).update(created_at=now - LONG_AGO, finished_at=now - LONG_AGO)
    Attempt.objects.create(job_id=old.id, number=1, state="succeeded")
    while upkeep.drop_old():
        continue
    assert set(Job.objects.filter(batch=None).values_list("id", flat=True)) == {new.id, running.id}
    assert [one.id for one in Batch.objects.all()] == [fresh.id]
    assert not Attempt.objects.filter(job_id=old.id).exists()
