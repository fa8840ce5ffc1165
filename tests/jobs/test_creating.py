"""Making jobs: once, for what one may use, within limits."""

from uuid import uuid4

import pytest
from django.test import override_settings

from bus import afterwards
from bus.afterwards import Note
from bus.topology import SCHEDULER_POKE
from contracts.errors import Conflict, InvalidRequest, LimitExceeded, NotAuthenticated, NotFound
from contracts.job import JobCreate, JobState, Lane, Step
from jobs.engine.creating import Asked, job_create_many
from jobs.models import Job


def test_a_new_job_is_queued_and_not_published_yet(create, ada):
    job = create(by=ada, note="hello").job
    assert (job.state, job.subject, job.attempt, job.owner_id) == (JobState.QUEUED, "hello", 0, ada)
    row = Job.objects.get()
    assert (row.queue, row.published_at, row.params) == ("probe", None, {"seconds": 0.0, "steps": 0, "note": "hello"})


def test_it_is_told_to_its_owner_and_the_scheduler_is_poked(create, ada, recorded):
    job = create(by=ada).job
    ((event, key, body),) = recorded()
    assert (event, key, body["job"]["id"]) == ("job.changed", f"u.{ada.hex}", str(job.id))
    assert Note("", SCHEDULER_POKE) in afterwards.take()


def test_the_same_key_makes_one_job(create, ada):
    key = uuid4()
    first, again = create(by=ada, client_id=key, note="one"), create(by=ada, client_id=key, note="two")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.job.id == first.job.id
    assert again.job.subject == "one"


def test_a_key_used_for_another_kind_is_a_conflict(create, ada):
    key = uuid4()
    create(by=ada, client_id=key)
    with pytest.raises(Conflict):
        create(by=ada, client_id=key, kind="probe.fail")


def test_keys_are_each_owners_own(create, ada, bob):
    key = uuid4()
    assert create(by=ada, client_id=key).job.id != create(by=bob, client_id=key).job.id


def test_ten_at_once_with_one_key_make_one_job(create, ada, at_once):
    key = uuid4()
    made = at_once(*[lambda: create(by=ada, client_id=key)] * 6)
    assert len({one.job.id for one in made}) == 1
    assert sorted(one.duplicate for one in made) == [False] + [True] * 5
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [({"seconds": -1}, "params.seconds"), ({"steps": "x"}, "params.steps"), ({"note": "x" * 201}, "params.note")],
)
def test_parameters_that_the_kind_does_not_take_are_named(create, ada, params, field):
    with pytest.raises(InvalidRequest) as caught:
        create(by=ada, params=params)
    assert caught.value.data["field"] == field
    assert not Job.objects.exists()


@pytest.mark.parametrize("kind", ["no.such", "file.inspect"])
def test_only_kinds_for_people_can_be_asked_for(create, ada, kind):
    with pytest.raises(InvalidRequest):
        create(by=ada, kind=kind, params={"file_id": str(uuid4())})


def test_nobody_makes_no_job(ask):
    with pytest.raises(NotAuthenticated):
        ask(JobCreate(kind="probe.noop", params={}, client_id=uuid4()), by=None)


def test_a_file_of_somebody_else_is_not_found(create, ada):
    with pytest.raises(NotFound):
        create(by=ada, kind="image.process", params={"file_id": str(uuid4())})


def test_a_conversation_of_others_is_not_found(create, ada, bob, group):
    with pytest.raises(NotFound):
        create(by=ada, conversation_id=group(bob))
    assert not Job.objects.exists()


@override_settings(JOBS_PER_USER=2)
def test_more_open_jobs_than_allowed_are_refused(create, ada, bob):
    create(by=ada)
    create(by=ada)
    with pytest.raises(LimitExceeded) as caught:
        create(by=ada)
    assert caught.value.data["limit"] == 2
    assert create(by=bob).job
    Job.objects.filter(owner_id=ada).update(state="succeeded")
    assert create(by=ada).job


def test_a_job_in_a_conversation_has_a_card_there(create, ada, bob, group, history, recorded):
    conversation = group(ada, bob)
    job = create(by=ada, conversation_id=conversation, note="look").job
    (card,) = history(conversation, by=bob)
    assert (card.text, card.data, card.sender_id) == ("look", {"job_id": str(job.id)}, ada)
    assert Job.objects.get().posted
    (told,) = recorded("job.changed")
    assert told[1] == f"c.{conversation.hex}.1.u.{ada.hex}"


def test_a_card_that_could_not_be_posted_is_left_to_the_scheduler(bus, create, ada, group, history):
    conversation = group(ada)
    with bus.absent("message.send"):
        create(by=ada, conversation_id=conversation)
    assert history(conversation, by=ada) == []
    assert not Job.objects.get().posted


@pytest.mark.parametrize(("lane", "number"), [(Lane.EXPRESS, 0), (Lane.NORMAL, 1), (Lane.BULK, 2)])
def test_a_job_waits_in_the_lane_that_was_asked_for(create, ada, lane, number):
    create(by=ada, lane=lane)
    assert Job.objects.get().lane == number


def test_the_steps_of_a_chain_wait_for_the_one_before(create, ada):
    made = create(by=ada, then=[Step(kind="probe.noop", params={"note": "b"}), Step(kind="probe.fail", params={})])
    assert [step.state for step in made.steps] == [JobState.WAITING, JobState.WAITING]
    assert [step.previous_id for step in made.steps] == [made.job.id, made.steps[0].id]


def test_a_step_with_wrong_parameters_is_named_and_nothing_is_made(create, ada):
    with pytest.raises(InvalidRequest) as caught:
        create(by=ada, then=[Step(kind="probe.noop", params={"steps": -1})])
    assert caught.value.data["field"] == "then[0].params.steps"
    assert not Job.objects.exists()


def test_a_repeated_chain_is_answered_with_all_its_steps(create, ada):
    key, then = uuid4(), [Step(kind="probe.noop", params={}), Step(kind="probe.noop", params={})]
    first, again = create(by=ada, client_id=key, then=then), create(by=ada, client_id=key, then=then)
    assert [step.id for step in again.steps] == [step.id for step in first.steps]
    assert again.duplicate


@pytest.fixture
def create_many(transactional_db):
    """`create_many((ada, {"note": "x"}), ...)`: requests that waited together; their answers, in places."""

    def make(*wanted, keys=None):
        keys = keys or [uuid4() for _ in wanted]
        requests = [
            JobCreate(kind="probe.noop", params=params, client_id=key)
            for (_, params), key in zip(wanted, keys, strict=True)
        ]
        asked = [Asked(owner, request, None) for (owner, _), request in zip(wanted, requests, strict=True)]
        return job_create_many(asked)

    return make


def test_requests_that_wait_together_are_one_transaction(
    create_many, ada, bob, recorded, django_assert_max_num_queries
):
    with django_assert_max_num_queries(7):  # the keys, both owners' turns, rows, events; begin and commit
        made = create_many((ada, {"note": "a"}), (bob, {"note": "b"}), (ada, {"note": "c"}))
    assert [one.job.subject for one in made] == ["a", "b", "c"]
    assert [body["job"]["subject"] for _, _, body in recorded()] == ["a", "b", "c"]


def test_what_fails_among_them_fails_alone(create_many, ada):
    good, wrong = create_many((ada, {"note": "a"}), (ada, {"steps": -1}))
    assert good.job.subject == "a"
    assert isinstance(wrong, InvalidRequest)


def test_a_repeat_among_them_is_answered_with_the_first(create_many, ada):
    key = uuid4()
    create_many((ada, {"note": "old"}), keys=[key])
    made = create_many((ada, {}), (ada, {"note": "again"}), (ada, {}), keys=[uuid4(), key, uuid4()])
    assert [one.duplicate for one in made] == [False, True, False]
    assert made[1].job.subject == "old"
    made = create_many(*[(ada, {})] * 3, keys=[same := uuid4(), uuid4(), same])
    assert [one.duplicate for one in made] == [False, False, True]
    assert made[0].job.id == made[2].job.id


@override_settings(JOBS_PER_USER=2)
def test_among_many_each_owner_has_a_limit_of_his_own(create_many, ada, bob):
    made = create_many((ada, {}), (ada, {}), (ada, {}), (bob, {}))
    assert [isinstance(one, LimitExceeded) for one in made] == [False, False, True, False]
