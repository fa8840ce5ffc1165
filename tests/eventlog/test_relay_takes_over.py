"""One relay is active, and when it is gone another goes on within five seconds."""

import threading
import time

from django.db import connection

from eventlog.session import STATEMENT_MS, Session
from tests.eventlog.conftest import is_active, lock_holders, log_lines, published
from tests.eventlog.talk import Talk, assert_log_is_whole, say, state
from tests.servers import eventually

PROMISED = 5.0


def test_a_second_relay_waits_while_the_first_is_active(active_relay, relay):
    active_relay()
    second = relay()
    assert len(lock_holders()) == 1
    assert not is_active(second)


def test_another_relay_goes_on_within_five_seconds_of_a_kill(start, listener, active_relay, relay, conversations):
    first = active_relay()
    relay()
    talk = Talk(conversations)
    eventually(lambda: published() > start + 20)
    first.kill()
    died = time.monotonic()
    given = state().pos
    eventually(lambda: state().pos > given, seconds=PROMISED)
    assert time.monotonic() - died < PROMISED
    total = talk.stop()
    eventually(lambda: len(listener.kept(after=start)) == total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)


def test_a_relay_that_is_asked_to_stop_leaves_nothing_to_repeat(start, listener, active_relay, conversations):
    first = active_relay()
    talk = Talk(conversations)
    eventually(lambda: published() > start + 20)
    assert first.stop(seconds=10) == 0
    stopped_at = state()
    assert stopped_at.published == stopped_at.pos
    active_relay()
    total = talk.stop()
    eventually(lambda: len(listener.events) == total)
    assert [one.pos for one in listener.events] == list(range(start + 1, start + total + 1))


def test_a_waiting_relay_stops_at_once_when_asked(active_relay, relay):
    active_relay()
    assert relay().stop(seconds=5) == 0


def test_a_relay_whose_database_session_ends_queues_up_again(start, listener, active_relay, conversations):
    relay = active_relay()
    talk = Talk(conversations)
    eventually(lambda: published() > start + 20)
    (session,) = lock_holders()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [session])
    eventually(lambda: lock_holders() not in ([], [session]), seconds=PROMISED)
    total = talk.stop()
    eventually(lambda: published() == start + total)
    assert relay.popen.poll() is None
    eventually(lambda: len(listener.kept(after=start)) == total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)


def test_a_dead_relay_whose_statement_still_runs_gives_each_position_once(start, listener, active_relay, conversations):
    """The server finishes what it was asked, commits nothing without COMMIT, and lets the lock go."""
    first = active_relay()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SELECT 1 FROM eventlog_relay_state FOR UPDATE")
        try:
            one = threading.Thread(target=_say_once, args=(conversations[0],))
            one.start()
            one.join(10)
            eventually(_the_relay_waits_for_a_lock)
            first.kill()
        finally:
            cursor.execute("ROLLBACK")
    active_relay()
    eventually(lambda: published() == start + 1, seconds=PROMISED)
    assert [one.pos for one in listener.kept(after=start)] == [start + 1]
    assert_log_is_whole(after=start, count=1, conversations=conversations[:1])


def test_both_ends_of_the_session_notice_within_four_seconds_that_the_other_host_is_gone(transactional_db):
    with Session() as session:
        assert session.lock()
        (holder,) = lock_holders()
        cursor = session._cursor
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_keepalives%%' OR name = 'tcp_user_timeout'"
        )
        server = dict(cursor.fetchall())
        assert server == {
            "tcp_keepalives_idle": "2",
            "tcp_keepalives_interval": "1",
            "tcp_keepalives_count": "2",
            "tcp_user_timeout": "3000",
        }
        client = session.connection.connection.get_dsn_parameters()
        assert (client["keepalives_idle"], client["keepalives_interval"], client["keepalives_count"]) == ("2", "1", "2")
        assert cursor.connection.info.backend_pid == holder
        assert STATEMENT_MS < 1000 * PROMISED
    eventually(lambda: not lock_holders())


def test_a_relay_refuses_positions_that_do_not_follow(start, active_relay, conversations):
    """Somebody else gave positions meanwhile: it stops before it commits, the next begins from what is there."""
    first = active_relay()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE eventlog_relay_state SET pos = pos + 1, published = published + 1")
    say(conversations[0])
    assert first.popen.wait(10) == 1
    assert any("not dense" in line.get("event", "") for line in log_lines(first))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE eventlog_relay_state SET pos = pos - 1, published = published - 1")
    active_relay()
    eventually(lambda: published() == start + 1)
    assert_log_is_whole(after=start, count=1, conversations=conversations[:1])


def _the_relay_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'warren-relay' AND wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        return cursor.fetchone()[0] == 1


def _say_once(conversation_id) -> None:
    say(conversation_id)
    connection.close()
