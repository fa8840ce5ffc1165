"""Downloads from end to end: scheduler, broker, worker, child, storage; and what dies on the way."""

import random
import threading
from pathlib import Path

import pytest

from contracts.job import JobCancel, JobPause, JobResume, JobState
from jobs.files import storage
from jobs.models import Attempt, File, Job
from tests.downloads.conftest import noise
from tests.downloads.site import Document
from tests.jobs.test_many_kills import bury
from tests.servers import eventually

SIZE = 8_000_000
HALF = 4_000_000
ALLOWED = {"WARREN_DOWNLOAD_ALLOW": "127.0.0.1/32"}


@pytest.fixture
def downloader(scheduler, worker):
    """A scheduler and a worker for downloads; another worker with each further call."""
    scheduler(WARREN_JOB_RETRY_SECONDS="0")
    return lambda **fields: worker("download", **{"processes": 1, **ALLOWED, **fields})


@pytest.fixture
def held():
    """A file of which the second half is held back until somebody lets it go."""
    return Document(noise(SIZE), hold=threading.Event(), hold_at=HALF)


@pytest.fixture
def download(create, ada):
    return lambda url, **params: create(by=ada, kind="download.fetch", params={"url": url, **params}).job


@pytest.fixture
def arrived(tmp_path):
    """Wait until a job's state claims so many bytes."""

    def wait(job, count=1):
        eventually(lambda: _claimed(kept(tmp_path, job)) >= count)

    return wait


def kept(folder: Path, job) -> Path:
    return next(iter((folder / "spool").glob(f"kept-*/{job.id.hex}")), folder / "nothing")


def _claimed(folder: Path) -> int:
    import msgspec

    try:
        return msgspec.json.decode((folder / "state.json").read_bytes())["offset"]
    except FileNotFoundError:
        return 0


def is_right(done, document, folder: Path) -> bool:
    """The file is what the server has, in the table and in the storage, and nothing is left in the spool."""
    assert done.state is JobState.SUCCEEDED, done.error
    (file,) = done.result["files"]
    row = File.objects.get(pk=file["id"])
    assert (row.blob_id, row.blob.size, row.name) == (document.sha256, len(document.data), file["name"])
    assert (folder / "storage" / storage.key_of(row.blob_id)).read_bytes() == document.data
    return not kept(folder, done).exists()


def test_a_download_is_paused_resumed_and_done_and_a_cancelled_one_leaves_nothing(
    downloader, held, site, download, ask, arrived, became, over, tmp_path
):
    """And of somebody who may have one at a time the second begins when the first is over."""
    downloader(processes=2, WARREN_DOWNLOADS_PER_USER="1")
    unwanted, job = download(site.put("/big.bin", held)), download(site.url("/big.bin"), label="big one")
    arrived(unwanted)
    assert Job.objects.get(pk=job.id).state == "queued"
    ask(JobCancel(job_id=unwanted.id), by=unwanted.owner_id)
    assert over(unwanted).state is JobState.CANCELLED
    eventually(lambda: not kept(tmp_path, unwanted).exists())

    arrived(job)
    ask(JobPause(job_id=job.id), by=job.owner_id)
    became(job, "paused")
    seen = Job.objects.get(pk=job.id)
    assert 0 < seen.progress["done"] < SIZE
    assert (seen.progress["total"], seen.progress["note"]) == (SIZE, "big one")
    held.hold.set()
    ask(JobResume(job_id=job.id), by=job.owner_id)
    done = over(job)
    assert is_right(done, held, tmp_path)
    assert done.attempt >= 2
    assert done.result["resumed"] > 0
    assert [entry.note for entry in done.timeline][2:4] == ["paused", "resumed"]


def test_a_killed_worker_costs_only_time(downloader, held, site, download, arrived, over, tmp_path):
    first = downloader()
    job = download(site.put("/big.bin", held))
    arrived(job)
    bury(first)
    held.hold.set()
    downloader()
    done = over(job)
    assert is_right(done, held, tmp_path)
    assert done.attempt >= 2
    assert done.result["resumed"] > 0


@pytest.mark.parametrize(
    "step",
    [
        "download.whole",
        pytest.param("download.noted", marks=pytest.mark.long),
        pytest.param("worker.before_commit", marks=pytest.mark.long),
    ],
)
def test_whatever_dies_at_any_step_the_bytes_are_right_once(step, downloader, site, download, over, tmp_path):
    document = Document(noise(SIZE))
    first = downloader(dies_at=step)
    job = download(site.put("/big.bin", document))
    eventually(lambda: Job.objects.filter(pk=job.id, attempt__gt=0).exists())
    eventually(lambda: first.popen.poll() is not None or Job.objects.get(pk=job.id).failures > 0)
    bury(first)
    downloader()
    assert is_right(over(job), document, tmp_path)
    assert Attempt.objects.filter(job_id=job.id, state="succeeded").count() == 1
    assert File.objects.count() == 1


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_fifty_kills_during_downloads(downloader, site, download, tmp_path):
    """At random, of workers with two children each; what is fetched is right, once, and little of it twice."""
    documents = {f"/{n}": Document(noise(3 * SIZE, seed=n), piece=32 * 1024) for n in range(20)}
    for path, document in documents.items():
        site.put(path, document)
    setting = {"processes": 2, "WARREN_DOWNLOAD_RATE": "6000000", "WARREN_DOWNLOADS_PER_HOST": "10"}
    jobs = [download(site.url(path)) for path in documents]
    workers = [downloader(**setting), downloader(**setting)]
    chance = random.Random(50)
    for n in range(50):
        pause = chance.uniform(0.2, 2)
        threading.Event().wait(pause)
        bury(workers[n % 2])
        workers[n % 2] = downloader(**setting)
    eventually(lambda: not Job.objects.filter(finished_at=None, hidden=False).exists(), seconds=300)
    for job, document in zip(jobs, documents.values(), strict=True):
        row = Job.objects.get(pk=job.id)
        assert row.state == "succeeded", row.error
        assert File.objects.get(job_id=job.id).blob_id == document.sha256
        assert Attempt.objects.filter(job_id=job.id, state="succeeded").count() == 1
