"""Files that become datasets: in the test's own process, or by a worker; and what `psql \\copy` makes of the same."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from config.storages import storage_setting
from contracts.dataset import DatasetImport, DatasetRows, ImportRejects, ImportResult
from contracts.ids import uuid7
from contracts.job import JobState
from jobs.datasets.importing import run_import
from jobs.files import storage
from jobs.files.services import file_create
from jobs.models import File, Job
from jobs.worker.database import DataContext
from jobs.worker.lines import InputFile, Task
from tests.jobs.conftest import _nothing_noted, ada, bob, bus, look, over, scheduler  # noqa: F401
from tests.messages.conftest import ask, group, person  # noqa: F401
from tests.servers import SECRET

WORKER = "a test"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL = tmp_path / "spool"
    settings.STORAGE_URL = f"file://{tmp_path}/storage"
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(settings.STORAGE_URL)}
    settings.SECRET_KEY = SECRET


@pytest.fixture
def _no_tables(transactional_db: None) -> Iterator[None]:
    """Emptying the database knows nothing of tables that imports made."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS datasets CASCADE")


@pytest.fixture
def upload(tmp_path: Path, _no_tables: None) -> Callable[..., File]:
    """`upload(b"a,b\\n1,2\\n", by=ada)`: a file of somebody's."""

    def make(content: bytes | str, *, by: UUID, name: str = "data.csv") -> File:
        place = tmp_path / uuid4().hex
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file_create(owner_id=by, stored=storage.put(place), name=name, media_type="text/csv")

    return make


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., DataContext]:
    """A job that runs, as its run function sees it. `stopped()`: whether it was asked to end."""

    def make(
        params: Any, file: File, *, stopped: Callable[[], bool] = lambda: False, job: Job | None = None, **fields: Any
    ) -> DataContext:
        kind = fields.pop("kind", "dataset.import")
        if job is None:
            job = Job.objects.create(
                id=uuid7(), kind=kind, queue="import", rank=0, state=JobState.RUNNING, subject=file.name, attempt=0,
                owner_id=file.owner_id, client_id=uuid4(), params=msgspec.to_builtins(params), worker=WORKER,
                started_at=timezone.now(), **fields,
            )  # fmt: skip
        Job.objects.filter(pk=job.pk).update(attempt=job.attempt + 1, state=JobState.RUNNING, worker=WORKER)
        found = InputFile(
            id=file.id, name=file.name, size=file.blob.size, media_type=file.media_type, sha256=file.blob_id
        )
        folder = tmp_path / f"work-{uuid4().hex}"
        folder.mkdir()
        task = Task(
            job_id=job.id, attempt=job.attempt + 1, kind=kind, params=job.params, inputs=[found],
            folder=str(folder), keep=str(folder), worker=WORKER,
        )  # fmt: skip
        return DataContext(task, report=lambda **_: None, stopped=stopped)

    return make


@pytest.fixture
def bring(upload: Callable[..., File], context: Callable[..., DataContext]) -> Callable[..., ImportResult]:
    """`bring("a,b\\n1,2\\n", by=ada, dataset="Numbers")`: what the import told. Raises JobFailure."""

    def run(
        content: bytes | str, *, by: UUID, name: str = "data.csv", place: Any = None, **params: Any
    ) -> ImportResult:
        file = upload(content, by=by, name=name)
        asked = msgspec.convert({"file_id": str(file.id), "dataset": "Numbers"} | params, DatasetImport)
        made = run_import(asked, context(asked, file, **(place or {})))
        assert not staging()
        return made

    return run


@pytest.fixture
def rows(ask: Callable[..., Any]) -> Callable[..., list[list[str | None]]]:  # noqa: F811
    """All rows of a dataset, page by page."""

    def read(dataset_id: UUID | None, *, by: UUID, **request: Any) -> list[list[str | None]]:
        assert dataset_id is not None
        found, cursor = [], None
        while True:
            page = ask(DatasetRows(dataset_id=dataset_id, cursor=cursor, **request), by=by)
            found += page.rows
            cursor = page.next
            if cursor is None:
                return found

    return read


@pytest.fixture
def rejects(ask: Callable[..., Any]) -> Callable[..., list[tuple[Any, ...]]]:  # noqa: F811
    """The rejects of an import as (line, column, reason, raw)."""

    def read(import_id: UUID, *, by: UUID) -> list[tuple[Any, ...]]:
        page = ask(ImportRejects(import_id=import_id, limit=200), by=by)
        return [(one.line, one.column, one.reason, one.raw) for one in page.rejects]

    return read


def staging(cursor: Any = None) -> list[str]:
    """Tables of imports that are not over, as this cursor sees them."""
    cursor = cursor or connection.cursor()
    cursor.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = 'datasets' AND relkind = 'r' AND relname LIKE 's\\_%'"
    )
    return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def copied(database_url: str) -> Callable[[str, bytes], list[tuple[Any, ...]]]:
    """`copied("a int, b text", b"a,b\\n1,x\\n")`: what PostgreSQL's own COPY makes of a CSV with a header, as texts."""

    def load(columns: str, content: bytes) -> list[tuple[Any, ...]]:
        import io

        connected = psycopg2.connect(database_url)
        try:
            with connected.cursor() as cursor:
                cursor.execute(f"CREATE TEMP TABLE t ({columns})")
                cursor.copy_expert(
                    "COPY t FROM STDIN WITH (FORMAT csv, HEADER, FORCE_NULL ({}))".format(
                        ", ".join(one.split()[0] for one in columns.split(", "))
                    ),
                    io.BytesIO(content),
                )
                cursor.execute(
                    "SELECT {} FROM t".format(", ".join(f"{one.split()[0]}::text" for one in columns.split(", ")))
                )
                return [tuple(row) for row in cursor.fetchall()]
        finally:
            connected.close()

    return load
