"""The table of row 16, and importing it in ways that are not Warren's.

`python -m bench.programs.import_table make FILE ROWS BAD`: a CSV of eight columns, of which so many rows have a word
where a number should be. `orm FILE ROWS URL`: django-import-export with its bulk mode, in the peers' Python.
`warren PORT TOKEN FILE ROWS BAD`: uploaded, then timed from the request until the event of the job's success.
"""

import csv
import datetime as dt
import json
import random
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

COLUMNS = {
    "id": "bigint", "name": "text", "email": "text", "born": "date", "seen_at": "timestamp",
    "score": "double precision", "active": "boolean", "visits": "bigint",
}  # fmt: skip
SAMPLE = 30_000
"""Rows before the first bad one: it is not among those by which types are found."""
BATCH = 1000


def make(file: Path, rows: int, bad: int) -> None:
    chance = random.Random(16)
    wrong = set(chance.sample(range(SAMPLE, rows + bad), bad)) if bad else set()
    day, moment = dt.date(1950, 1, 1), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with file.open("w", newline="") as out:
        write = csv.writer(out).writerow
        write(COLUMNS)
        for n in range(rows + bad):
            write([
                n, f"Person {n}", f"person{n}@example.org", day + dt.timedelta(days=n % 20_000),
                f"{moment + dt.timedelta(seconds=n):%Y-%m-%d %H:%M:%S}", round(chance.random() * 1000, 3), n % 3 == 0,
                "many" if n in wrong else n % 977,
            ])  # fmt: skip


def orm(file: Path, rows: int, url: str) -> dict[str, float]:
    """The rows' values as Python objects, checked by widgets, saved a thousand at a time."""
    import tablib
    from import_export import resources

    model = _model(url)
    meta = type("Meta", (), {
        "model": model, "use_bulk": True, "batch_size": BATCH, "skip_diff": True, "force_init_instance": True,
        "use_transactions": True,
    })  # fmt: skip
    resource = type("PersonResource", (resources.ModelResource,), {"Meta": meta})()
    with file.open(newline="") as lines:
        table = tablib.Dataset(headers=list(COLUMNS))
        for number, row in enumerate(csv.reader(lines)):
            if 0 < number <= rows:
                table.append(row)
    began = time.perf_counter()
    result = resource.import_data(table, raise_errors=True)
    taken = time.perf_counter() - began
    assert not result.has_errors()
    return {"rows/s": rows / taken}


def _model(url: str) -> Any:
    from urllib.parse import unquote, urlsplit

    import django
    from django.conf import settings
    from django.db import connection, models

    parts = urlsplit(url)
    settings.configure(
        INSTALLED_APPS=["import_export"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=False,
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"), "HOST": parts.hostname,
            "PORT": str(parts.port or ""), "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
        }},
    )  # fmt: skip
    django.setup()
    fields = {
        "id": models.BigIntegerField(primary_key=True), "name": models.TextField(), "email": models.TextField(),
        "born": models.DateField(), "seen_at": models.DateTimeField(), "score": models.FloatField(),
        "active": models.BooleanField(), "visits": models.BigIntegerField(), "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "bench", "db_table": "bench_people_by_orm"}),
    }  # fmt: skip
    model: Any = type("Person", (models.Model,), fields)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_people_by_orm")
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return model


def warren(port: int, token: str, file: Path, rows: int, bad: int) -> dict[str, float]:
    from bench.programs.picture_jobs import Client, state

    client = Client(port, token)
    wanted = {
        "kind": "dataset.import",
        "params": {"file_id": client.upload(file.read_bytes(), unique=b""), "dataset": "People", "max_rejects": bad},
        "client_id": str(uuid4()),
    }
    began = time.perf_counter()
    job = client.ask("job.create", wanted)["job"]
    told = client.frame(lambda frame: state(frame, "job", job["id"]) in {"succeeded", "failed", "cancelled"})
    taken = time.perf_counter() - began
    ended = told["data"]["job"]
    if ended["state"] != "succeeded" or (ended["result"]["rows"], ended["result"]["rejects"]) != (rows, bad):
        sys.exit(f"the import went wrong: {ended['error'] or ended['result']}")
    client.ask("dataset.delete", {"dataset_id": ended["result"]["dataset_id"]})
    return {"rows/s": rows / taken}


def main(how: str, *arguments: str) -> None:
    match how:
        case "make":
            file, rows, bad = arguments
            make(Path(file), int(rows), int(bad))
            told: dict[str, float] = {}
        case "orm":
            file, rows, url = arguments
            told = orm(Path(file), int(rows), url)
        case _:
            port, token, file, rows, bad = arguments
            told = warren(int(port), token, Path(file), int(rows), int(bad))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
