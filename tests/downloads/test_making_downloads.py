"""Downloads as jobs, without a worker: how they are asked for, whose turn it is, what quotas say in the end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from contracts.download import TaskCreate
from contracts.errors import InvalidRequest
from contracts.ids import uuid7
from contracts.job import JobBatch
from jobs.engine import claims, outcomes
from jobs.engine.claims import Limits
from jobs.engine.outcomes import Held
from jobs.files import storage
from jobs.kinds.base import JobFailure, Saved
from jobs.models import File, Job, Usage

LIMITS = Limits(per_owner=2, per_peer=3)


@pytest.fixture
def download(create):
    return lambda *, by, url="https://example.org/a": create(by=by, kind="download.fetch", params={"url": url}).job


@pytest.fixture
def claim():
    """Subjects of the jobs that a worker with room for so many gets."""

    def take(limit=10):
        found = claims.claim(queue="download", worker="w", limit=limit, limits=LIMITS)
        return [one.job.params["url"] for one in found]

    return take


def test_the_ancestors_body_makes_a_download_that_carries_its_name(ask, ada, look, recorded):
    request = TaskCreate(name="holiday", arg="https://example.org/a.zip", taskType="download", client_id=uuid4())
    made = ask(request, by=ada).job
    assert (made.kind, made.subject, made.params["url"]) == ("download.fetch", "holiday", "https://example.org/a.zip")
    assert [body["job"]["subject"] for _, _, body in recorded("job.changed")] == ["holiday"]
    again = ask(request, by=ada)
    assert (again.duplicate, again.job.id) == (True, made.id)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"taskType": "compress"}, "taskType"), ({"arg": "ftp://example.org/"}, "params.url")]
)
def test_another_sort_of_task_is_refused(ask, ada, wrong, field):
    body = {"name": "x", "arg": "https://example.org/", "taskType": "download", "client_id": uuid4(), **wrong}
    with pytest.raises(InvalidRequest) as caught:
        ask(TaskCreate(**body), by=ada)
    assert caught.value.data["field"] == field


def test_a_list_of_links_is_a_batch(ask, ada):
    items = [{"url": f"https://example.org/{n}.csv"} for n in range(3)]
    request = JobBatch(kind="download.fetch", params={}, items=items, client_id=uuid7(), title="Three")
    assert ask(request, by=ada).batch.total == 3
    assert sorted(Job.objects.values_list("subject", flat=True)) == ["0.csv", "1.csv", "2.csv"]
    with pytest.raises(InvalidRequest) as caught:
        ask(
            JobBatch(kind="download.fetch", params={}, items=[*items, {"url": "no"}], client_id=uuid7(), title="x"),
            by=ada,
        )
    assert caught.value.data["field"] == "items[3].url"


def test_nobody_has_more_than_his_share_and_nobody_waits_behind_him(download, claim, ada, bob):
    for n in range(4):
        download(by=ada, url=f"https://one{n}.example/")
    download(by=bob, url="https://two.example/")
    assert sorted(claim()) == ["https://one0.example/", "https://one1.example/", "https://two.example/"]
    assert claim() == []
    done = Job.objects.get(params__url="https://one0.example/")
    outcomes.fail(Held(done.id, done.attempt, "w"), JobFailure("x", "x"))
    assert claim() == ["https://one2.example/"]


def test_no_host_is_asked_by_too_many_and_no_other_host_waits_for_that(download, claim, person):
    for n in range(5):
        download(by=person(), url=f"http://EXAMPLE.org:80{n}0/")
    last = person()
    download(by=last, url="https://example.com/")
    assert len(claim()) == 4
    assert Job.objects.filter(state="running", peer="example.org").count() == 3
    assert Job.objects.get(owner_id=last).state == "running"


def test_what_is_claimed_at_once_by_several_workers_keeps_to_the_limits(download, ada, at_once):
    for n in range(6):
        download(by=ada, url=f"https://h{n}.example/")
    at_once(*[lambda n=n: claims.claim(queue="download", worker=f"w{n}", limit=3, limits=LIMITS) for n in range(4)])
    assert Job.objects.filter(state="running").count() == LIMITS.per_owner


def test_an_owners_room_is_what_his_files_and_downloads_leave(download, claim, ada):
    Usage.objects.create(owner_id=ada, bytes=300, files=1)
    download(by=ada)
    claim()
    Job.objects.update(progress={"done": 200, "unit": "bytes"})
    with override_settings(QUOTA_BYTES=1000):
        assert claims.room(ada) == 500
    with override_settings(QUOTA_BYTES=100):
        assert claims.room(ada) == 0


def test_two_downloads_that_are_too_much_together_are_not_both_kept(download, claim, ada, look, tmp_path):
    job = download(by=ada)
    claim()
    (tmp_path / "file").write_bytes(b"x" * 100)
    stored = storage.put(tmp_path / "file")
    saved = Saved(id=uuid7(), name="a", size=100, media_type="text/plain", sha256=stored.sha256)
    file = {"id": str(saved.id), "name": "a", "size": 100, "media_type": "text/plain", "sha256": stored.sha256}
    result = {"files": [file], "url": "x", "final_url": "x", "resumed": 0}
    with override_settings(QUOTA_BYTES=99):
        assert outcomes.succeed(Held(job.id, 1, "w"), result=result, saved=[saved])
    assert look(job).error.code == "limit_exceeded"
    assert not File.objects.exists()


def test_an_attempt_that_moved_on_begins_the_count_anew(download, claim, ada):
    job = download(by=ada)
    for moved, failures in ((False, 1), (False, 2), (True, 1), (False, 2)):
        claim()
        row = Job.objects.get(pk=job.id)
        outcomes.fail(Held(job.id, row.attempt, "w"), JobFailure("connection_lost", "x", retry=True, moved=moved))
        assert Job.objects.get(pk=job.id).failures == failures
        Job.objects.update(state="queued")


def test_what_was_kept_is_needless_an_hour_after_the_end(download, claim, ada):
    going, failed, old = [download(by=ada, url=f"https://h{n}.example/") for n in range(3)]
    Job.objects.filter(id__in=[failed.id, old.id]).update(state="failed", finished_at=timezone.now())
    Job.objects.filter(id=old.id).update(finished_at=timezone.now() - timedelta(minutes=61))
    gone = uuid4()
    assert claims.needless([going.id, failed.id, old.id, gone]) == {old.id, gone}
