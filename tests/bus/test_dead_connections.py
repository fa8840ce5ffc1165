"""A connection that its server ended while it was idle is found before the next request, so nothing is in doubt."""

import psycopg2
import pytest
from django.db import connection

from bus.middleware.database import guarded
from contracts.base import OPERATIONS
from contracts.user import UserRegister
from tests.servers import eventually


@pytest.mark.django_db(transaction=True)
def test_a_once_request_runs_on_a_new_connection_when_the_old_one_was_ended(database_url):
    connection.ensure_connection()
    _terminate(database_url, connection.connection.get_backend_pid())

    def handler(_calls):
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            return cursor.fetchall()

    assert guarded(OPERATIONS[UserRegister.operation.name], handler)([]) == [(1,)]


def _terminate(url: str, pid: int) -> None:
    other = psycopg2.connect(url)
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s)", (pid,))
        eventually(lambda: not _backends(cursor, pid))
    other.close()


def _backends(cursor, pid: int) -> int:
    cursor.execute("select count(*) from pg_stat_activity where pid = %s", (pid,))
    return cursor.fetchone()[0]
