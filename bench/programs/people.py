"""A table of people and the handler that all contenders of row 3 share: one SELECT through Django's ORM."""

import os
from typing import Any

import django
from django.conf import settings
from django.db import models

ROWS = 5000
CREATE = f"""
drop table if exists bench_person;
create table bench_person(id bigint primary key, name text not null, email text not null, created timestamptz not null);
insert into bench_person select i, 'name ' || i, 'name' || i || '@example.org', now() from generate_series(1, {ROWS}) i;
analyze bench_person;
"""


def set_up() -> None:
    """Configure Django with nothing but the database of BENCH_DATABASE_URL, unless a project did so already."""
    if not settings.configured:
        settings.configure(DATABASES={"default": _database(os.environ["BENCH_DATABASE_URL"])}, USE_TZ=True)
        django.setup()


def create(cursor: Any) -> None:
    cursor.execute(CREATE)


def model() -> Any:
    class Person(models.Model):
        id = models.BigIntegerField(primary_key=True)
        name = models.TextField()
        email = models.TextField()
        created = models.DateTimeField()

        class Meta:
            app_label = "bench"
            db_table = "bench_person"
            managed = False

    return Person


class Lookup:
    """The handler: a person by id, as the values of the reply."""

    def __init__(self) -> None:
        self._person = model()
        self._last = 0

    def __call__(self) -> dict[str, Any]:
        """Walks the table, so that no contender gains from asking for the same row."""
        self._last = self._last % ROWS + 1
        person = self._person.objects.get(pk=self._last)
        return {"id": person.id, "name": person.name, "email": person.email}


def _database(url: str) -> dict[str, Any]:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts.hostname,
        "PORT": str(parts.port),
        "USER": parts.username,
        "PASSWORD": parts.password,
        "NAME": parts.path.lstrip("/"),
        "CONN_MAX_AGE": None,
    }
