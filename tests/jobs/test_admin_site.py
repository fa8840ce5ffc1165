from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from psycopg2.sql import SQL

from contracts.ids import uuid7
from contracts.job import JobState
from contracts.probe import ProbeNoop
from jobs.datasets import tables
from jobs.engine.inserting import job_insert
from jobs.files import storage
from jobs.files.services import file_create
from jobs.models import Batch, Dataset, File, Import, Job, Upload

JOBS, FILES = "/admin/jobs/job/", "/admin/jobs/file/"
LISTS = [f"/admin/jobs/{name}/" for name in ("job", "file", "upload", "attempt", "batch", "dataset", "import")]


@pytest.fixture
def root(transactional_db):
    return get_user_model().objects.create_superuser("root", "correct horse battery")


@pytest.fixture
def site(root):
    """The site as a superuser who is logged in sees it."""
    browser = Client()
    browser.force_login(root)
    return browser


@pytest.fixture
def job(root):
    """A queued job of root's: `job("a subject")`."""

    def make(subject="a probe", **changes):
        with transaction.atomic():
            made = job_insert(kind="probe.noop", params=ProbeNoop(), owner_id=root.pk, subject=subject)
        Job.objects.filter(pk=made.pk).update(hidden=False, **changes)
        return made.pk

    return make


@pytest.fixture
def file(root, tmp_path):
    """A file of root's, with bytes in the storage."""

    def make(name="report.csv", content=b"a,b\n1,2\n"):
        place = tmp_path / uuid4().hex
        place.write_bytes(content)
        with transaction.atomic():
            return file_create(owner_id=root.pk, stored=storage.put(place), name=name).pk

    return make


@pytest.fixture
def dataset(root):
    """A dataset of root's with two rows, one of which an import added; removed with its schema."""
    made = Dataset.objects.create(
        owner_id=root.pk,
        name="Sales",
        table="d_sales",
        rows=2,
        columns=[{"name": "n", "title": "n", "type": "integer"}],
    )
    Import.objects.create(
        id=uuid7(), owner_id=root.pk, dataset=made, file_id=uuid4(), file_name="more.csv", mode="append", state="done"
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS datasets")
        cursor.execute("CREATE TABLE datasets.d_sales AS SELECT 0::bigint AS _import, 1::bigint AS n")
        cursor.execute("INSERT INTO datasets.d_sales VALUES (%s, 2)", [made.imports.get().number])
    yield made
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA datasets CASCADE")


def found(site, address, **query):
    """Ids of the rows that a list shows."""
    answer = site.get(address, query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def act(site, address, action, *ids):
    chosen = {"action": action, "_selected_action": [str(one) for one in ids]}
    answer = site.post(address, chosen, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_every_list_opens_and_finds_nothing_for_nonsense(site, job, file, address):
    job()
    file()
    assert site.get(address).status_code == 200
    assert found(site, address, q="no such thing") == []


def test_jobs_are_found_by_id_owner_subject_and_state(site, root, job):
    first, second = job("carrots"), job("cabbage", state=JobState.FAILED.value)
    assert found(site, JOBS) == [second, first]
    assert found(site, JOBS, q=str(first)) == [first]
    assert found(site, JOBS, q=str(root.pk)) == found(site, JOBS, q="ROOT") == [second, first]
    assert found(site, JOBS, q="cabb") == [second]
    assert found(site, JOBS, state__exact="failed") == [second]


def test_a_job_is_shown_with_its_timeline_and_cannot_be_edited(site, job):
    one = job()
    page = site.get(f"{JOBS}{one}/change/").content.decode()
    assert "probe.noop" in page
    assert "_save" not in page


def test_jobs_are_cancelled_begun_anew_and_purged_as_their_owner_would(site, job):
    one = job()
    assert "Cancelled: 1." in act(site, JOBS, "cancel", one)
    assert Job.objects.get().state == JobState.CANCELLED
    assert "Begun anew: 1." in act(site, JOBS, "retry", one)
    assert Job.objects.get().state == JobState.QUEUED
    assert "This job is not over yet" in act(site, JOBS, "purge", one)
    act(site, JOBS, "cancel", one)
    assert "Purged: 1." in act(site, JOBS, "purge", one)
    assert not Job.objects.exists()


def test_files_are_found_by_name_and_hash_and_purged(site, file):
    first, second = file("report.csv"), file("photo.jpg", b"other bytes")
    assert set(found(site, FILES)) == {first, second}
    assert found(site, FILES, q="photo") == [second]
    assert found(site, FILES, q=File.objects.get(pk=first).blob_id) == [first]
    Job.objects.all().delete()  # the inspection would still need it
    assert "Purged: 1." in act(site, FILES, "purge", first)
    assert File.objects.get(pk=first).deleted_at is not None
    assert File.objects.get(pk=second).deleted_at is None


def test_an_import_is_undone(site, dataset):
    one = dataset.imports.get()
    assert "Undone: 1." in act(site, "/admin/jobs/import/", "undo", one.pk)
    assert dataset.imports.get().state == "undone"
    assert tables.fetch(SQL("SELECT n FROM datasets.d_sales")) == [(1,)]


def test_a_dataset_is_deleted_with_its_table(site, dataset):
    assert "Deleted: 1." in act(site, "/admin/jobs/dataset/", "remove", dataset.pk)
    assert not Dataset.objects.exists()
    assert not Import.objects.exists()
    assert tables.all_names() == []


def test_somebody_who_may_only_look_gets_no_actions(transactional_db, job, site):
    from django.contrib.auth.models import Permission

    one = job()
    looker = get_user_model().objects.create_user("looker", "correct horse battery", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_job", "view_file"]))
    browser = Client()
    browser.force_login(looker)
    assert "Cancelled" not in act(browser, JOBS, "cancel", one)
    assert Job.objects.get().state == JobState.QUEUED


def test_batches_and_uploads_have_pages(site, root):
    batch = Batch.objects.create(
        owner_id=root.pk, client_id=uuid4(), kind="probe.noop", title="Twenty probes", expected=20
    )
    assert found(site, "/admin/jobs/batch/", q="twenty") == [batch.pk]
    assert "Twenty probes" in site.get(f"/admin/jobs/batch/{batch.pk}/change/").content.decode()
    assert not Upload.objects.exists()
