"""Chains: found as one, run again as one; a step gets what the one before made; the last one posts it."""

from uuid import uuid4

import msgspec
import pytest

from contracts.errors import Conflict, NotFound
from contracts.job import JobCancel, JobList, JobReplay, JobState, Step
from contracts.message import MemberRemove, MessageList
from contracts.post import MessagePost
from jobs import errands
from jobs.engine import claims, outcomes
from jobs.engine.outcomes import Held
from jobs.kinds.base import ERRANDS
from jobs.models import Job
from tests.servers import eventually

NOTHING = {"slept": 0.0}


@pytest.fixture
def chain(create, ada):
    """Three steps of Ada's; the last one takes files."""

    def make(**fields):
        steps = [Step(kind="probe.noop", params={"note": "second"}), Step(kind="image.process", params={})]
        return create(by=ada, note="first", then=steps, **fields)

    return make


def test_all_steps_name_the_first_and_a_job_alone_names_none(chain, create, ada):
    made = chain()
    assert {job.chain_id for job in (made.job, *made.steps)} == {made.job.id}
    assert create(by=ada).job.chain_id is None


def test_a_chain_is_found_by_who_may_see_it(chain, ask, group, ada, bob):
    made = chain(conversation_id=group(ada, bob))
    ids = [made.steps[1].id, made.steps[0].id, made.job.id]
    for who in (ada, bob):
        assert [job.id for job in ask(JobList(chain_id=made.job.id), by=who).jobs] == ids
    private = chain()
    with pytest.raises(NotFound):
        ask(JobList(chain_id=private.job.id), by=bob)


def test_a_chain_that_is_over_runs_again_with_what_was_asked_for_first(chain, ask, ada):
    made = chain()
    file_id = str(uuid4())
    Job.objects.update(state="succeeded")
    last = Job.objects.get(kind="image.process")
    last.params |= {"file_id": file_id}
    last.save()
    again = ask(JobReplay(job_id=made.steps[0].id, client_id=uuid4()), by=ada)
    assert (again.job.params["note"], again.job.state) == ("first", JobState.QUEUED)
    assert [step.params.get("note") for step in again.steps] == ["second", None]
    assert "file_id" not in again.steps[1].params
    assert again.job.chain_id == again.job.id != made.job.id


def test_a_file_that_was_named_is_named_again(create, ask, upload, ada):
    file_id = upload(ada, b"a").id
    made = create(by=ada, then=[Step(kind="image.process", params={"file_id": str(file_id)})])
    ask(JobCancel(job_id=made.job.id), by=ada)
    again = ask(JobReplay(job_id=made.job.id, client_id=uuid4()), by=ada)
    assert again.steps[0].params["file_id"] == str(file_id)


def test_what_is_not_over_or_not_ones_own_does_not_run_again(chain, ask, ada, bob):
    made = chain()
    with pytest.raises(Conflict):
        ask(JobReplay(job_id=made.job.id, client_id=uuid4()), by=ada)
    ask(JobCancel(job_id=made.job.id), by=ada)
    with pytest.raises(NotFound):
        ask(JobReplay(job_id=made.job.id, client_id=uuid4()), by=bob)


def test_a_repeated_replay_is_the_first_one(chain, ask, ada):
    made, key = chain(), uuid4()
    ask(JobCancel(job_id=made.job.id), by=ada)
    first, second = (ask(JobReplay(job_id=made.job.id, client_id=key), by=ada) for _ in range(2))
    assert (second.duplicate, second.job.id, len(second.steps)) == (True, first.job.id, 2)


@pytest.fixture
def posting(create, ask, group, ada, bob):
    """A chain that posts what its first step made, and the conversation."""

    def make():
        conversation = group(ada, bob)
        step = Step(kind="message.post", params={"conversation_id": str(conversation), "text": "Here they are"})
        return create(by=ada, then=[step]), conversation

    return make


def end_first(made, *file_ids):
    """As if a worker had run the first step, and made these files."""
    (claim,) = claims.claim(queue="probe", worker="w", limit=1)
    files = [{"id": str(file_id), "name": "x", "size": 3} for file_id in file_ids]
    assert outcomes.succeed(Held(made.job.id, claim.job.attempt, "w"), result=NOTHING | {"files": files}, saved=[])


def run_errand(bus):
    (claim,) = claims.claim(queue=ERRANDS, worker="scheduler", limit=1)
    return claim, errands.run(claim, client=bus.sync_client("scheduler"))


def posted(ask, conversation, by):
    return [message for message in ask(MessageList(conversation_id=conversation), by=by).messages if message.file_ids]


def test_the_last_step_posts_all_files_of_the_one_before_as_the_owner(posting, upload, bus, ask, look, ada, bob):
    made, conversation = posting()
    files = [upload(ada, b"a").id, upload(ada, b"b").id]
    end_first(made, *files)
    run_errand(bus)
    done = look(made.steps[0])
    (message,) = posted(ask, conversation, bob)
    assert (message.sender_id, message.text, message.file_ids) == (ada, "Here they are", files)
    assert (done.state, done.result["message_id"]) == (JobState.SUCCEEDED, str(message.id))


def test_an_errand_that_is_run_twice_posts_once(posting, upload, bus, ask, look, ada):
    made, conversation = posting()
    end_first(made, upload(ada, b"a").id)
    claim, _ = run_errand(bus)
    assert errands.run(claim, client=bus.sync_client("scheduler")) is False, "the first run has ended the job"
    assert len(posted(ask, conversation, ada)) == 1


def test_who_has_left_the_conversation_posts_nothing_there(posting, upload, bus, ask, look, ada):
    made, conversation = posting()
    ask(MemberRemove(conversation_id=conversation, user_id=ada), by=ada)
    end_first(made, upload(ada, b"a").id)
    run_errand(bus)
    assert (look(made.steps[0]).state, look(made.steps[0]).error.code) == (JobState.FAILED, "not_found")


def test_the_scheduler_runs_errands_and_tries_again_while_the_service_is_away(
    scheduler, serve, create, upload, group, over, ada, bob
):
    scheduler(WARREN_JOB_RETRY_SECONDS="1")
    file_id = upload(ada, b"a").id
    params = msgspec.to_builtins(MessagePost(conversation_id=group(ada, bob), file_ids=[file_id]))
    job = create(by=ada, kind="message.post", params=params).job
    Job.objects.filter(pk=job.id).update(max_attempts=1000)
    eventually(lambda: (Job.objects.get(pk=job.id).error or {}).get("code") == "unavailable")
    serve("messageservice", "jobs")
    assert over(job).state is JobState.SUCCEEDED
