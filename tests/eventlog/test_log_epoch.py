"""The epoch changes with everything that may give positions a second meaning, and with nothing else."""

import pytest
from django.db import connection

from eventlog import selectors
from tests.eventlog.talk import move_all, say

pytestmark = pytest.mark.usefixtures("transactional_db")


def epoch() -> str:
    return selectors.head().epoch


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_it_is_short_and_the_same_for_every_session_and_event(conversations):
    before = epoch()
    assert len(before) == 16
    say(conversations[0])
    move_all()
    connection.close()
    assert epoch() == before


def test_a_dump_restored_over_the_tables_changes_it():
    """pg_restore makes the table anew, with the same row in it."""
    before = epoch()
    execute(
        "BEGIN",
        "ALTER TABLE eventlog_relay_state RENAME TO dumped",
        "CREATE TABLE eventlog_relay_state AS TABLE dumped",
    )
    after = epoch()
    execute("ROLLBACK")
    assert after != before
    assert epoch() == before


def test_an_operator_can_change_it():
    before = epoch()
    execute("BEGIN", "UPDATE eventlog_relay_state SET epoch_id = gen_random_uuid()")
    after = epoch()
    execute("ROLLBACK")
    assert after != before


@pytest.mark.parametrize(
    "function",
    [
        "pg_walfile_name(pg_lsn) RETURNS text LANGUAGE sql AS $$ SELECT '000000020000000000000001' $$",
        "pg_control_system(OUT system_identifier bigint) LANGUAGE sql AS $$ SELECT 42 $$",
    ],
    ids=["another timeline", "another cluster"],
)
def test_a_restored_copy_of_the_whole_server_changes_it(function):
    """A promoted or recovered server has another timeline, a new one another identifier: here functions say so."""
    before = epoch()
    execute(
        "BEGIN",
        "CREATE SCHEMA other",
        f"CREATE FUNCTION other.{function}",
        "SET LOCAL search_path = other, pg_catalog, public",
    )
    after = epoch()
    execute("ROLLBACK")
    assert after != before
    assert epoch() == before


def test_without_the_right_to_see_the_cluster_the_rest_has_to_do():
    denied = (
        "CREATE FUNCTION other.pg_control_system(OUT system_identifier bigint) LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE insufficient_privilege; END $$"
    )
    execute("BEGIN", "CREATE SCHEMA other", denied, "SET LOCAL search_path = other, pg_catalog, public")
    found = epoch()
    execute("ROLLBACK")
    assert len(found) == 16
