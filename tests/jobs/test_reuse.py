"""What was done before is not done again: the same owner, kind, parameters and bytes."""

from uuid import uuid4

import pytest
from django.utils import timezone

from contracts.job import JobState
from jobs.engine import outcomes, reuse
from jobs.engine.claims import claim
from jobs.engine.outcomes import Held
from jobs.files import storage
from jobs.kinds.base import Saved
from jobs.models import Attempt, File, Job
from tests.jobs.conftest import PICTURE


@pytest.fixture
def begin(create):
    """A job that makes a picture smaller, claimed: `begin(ada, file)`."""

    def make(owner_id, file: File, **output):
        params = {"file_id": str(file.id), "output": output}
        job = create(by=owner_id, kind="image.process", params=params).job
        (claimed,) = claim(queue="image", worker="w", limit=1)
        assert claimed.job.id == job.id
        return claimed

    return make


@pytest.fixture
def finish(tmp_path):
    """End a claimed job with one new file."""

    def end(claimed, content: bytes) -> Saved:
        place = tmp_path / uuid4().hex
        place.write_bytes(content)
        stored = storage.put(place)
        made = Saved(
            id=uuid4(),
            name="photo.jpg",
            size=stored.size,
            media_type="image/jpeg",
            sha256=stored.sha256,
            picture=PICTURE,
        )
        assert outcomes.succeed(held(claimed), result=result_of(claimed, made), saved=[made])
        return made

    return end


def held(claimed) -> Held:
    return Held(claimed.job.id, claimed.job.attempt, "w")


def result_of(claimed, made: Saved) -> dict:
    (source,) = claimed.inputs
    return {"files": [as_file(made.id, made.size)], "source": as_file(source.id, source.blob.size), "kept": None}


def as_file(file_id, size: int) -> dict:
    return {
        "id": str(file_id), "name": "photo.jpg", "size": size, "media_type": "image/jpeg", "width": 8, "height": 6,
        "quality": 80,
    }  # fmt: skip


def test_the_same_again_gets_files_of_its_own_with_the_same_bytes(ada, upload, begin, finish):
    first = begin(ada, upload(ada, b"a large picture"), quality=80)
    assert reuse.earlier(first) is None
    made = finish(first, b"a smaller picture")
    copy = upload(ada, b"a large picture")
    again = begin(ada, copy, quality=80)
    done = reuse.earlier(again)
    assert outcomes.succeed(held(again), result=done.result, saved=done.saved, note=reuse.NOTE)
    job = Job.objects.get(pk=again.job.id)
    (named,) = job.result["files"]
    new = File.objects.get(pk=named["id"])
    assert (new.id == made.id, new.blob_id, new.job_id, new.inspected) == (False, made.sha256, job.id, True)
    assert job.result["source"]["id"] == str(copy.id)
    assert Attempt.objects.get(job=job, state=JobState.SUCCEEDED).note == reuse.NOTE


@pytest.mark.parametrize("changed", ["bytes", "name", "parameters", "owner"])
def test_what_differs_is_done(ada, bob, upload, begin, finish, changed):
    first = begin(ada, upload(ada, b"a large picture"), quality=80)
    reuse.earlier(first)
    finish(first, b"a smaller picture")
    owner = bob if changed == "owner" else ada
    content = b"another picture" if changed == "bytes" else b"a large picture"
    name = "other.jpg" if changed == "name" else "photo.jpg"
    second = begin(owner, upload(owner, content, name=name), quality=70 if changed == "parameters" else 80)
    assert reuse.earlier(second) is None


def test_a_result_whose_file_was_deleted_is_made_again(ada, upload, begin, finish):
    first = begin(ada, upload(ada, b"a large picture"), quality=80)
    reuse.earlier(first)
    made = finish(first, b"a smaller picture")
    File.objects.filter(pk=made.id).update(deleted_at=timezone.now())
    assert reuse.earlier(begin(ada, upload(ada, b"a large picture"), quality=80)) is None


def test_an_original_that_was_kept_is_kept_again(ada, upload, begin):
    first = begin(ada, upload(ada, b"a small picture"), quality=80)
    reuse.earlier(first)
    (source,) = first.inputs
    kept = as_file(source.id, source.blob.size)
    told = {"files": [kept], "source": kept, "kept": "Kept the original: its quality is 75, the target 80."}
    assert outcomes.succeed(held(first), result=told, saved=[])
    copy = upload(ada, b"a small picture")
    done = reuse.earlier(begin(ada, copy, quality=80))
    assert [file["id"] for file in done.result["files"]] == [str(copy.id)]
    assert done.saved == []
