"""Relays as processes, and ears on what they publish."""

import json
from collections.abc import Callable

import pika
import pytest
from django.db import connection

from bus.topology import POKE
from eventlog.session import LOCK
from tests.eventlog.listener import Listener
from tests.eventlog.talk import move_all, new_conversation, state
from tests.servers import eventually


@pytest.fixture
def start(transactional_db) -> int:
    """The position after which the test's own events begin; the outbox is empty and everything counts as published."""
    return move_all()


@pytest.fixture
def conversations(transactional_db):
    return [new_conversation() for _ in range(6)]


@pytest.fixture
def listener(broker, start):
    ears = Listener(broker.url("gateway"))
    yield ears
    ears.close()


@pytest.fixture
def relay(serve, start) -> Callable:
    """Start a relay process; `relay(dies_at="relay.published:3")` kills itself there."""

    def run(*, dies_at: str = "", **variables: str):
        return serve("relay", WARREN_FAILPOINTS=dies_at, **variables)

    return run


@pytest.fixture
def active_relay(relay) -> Callable:
    """As `relay`, and wait until it is the active one."""

    def run(**options):
        process = relay(**options)
        eventually(lambda: is_active(process), seconds=20)
        return process

    return run


def is_active(process) -> bool:
    return any(line.get("event") == "active" for line in log_lines(process))


def log_lines(process) -> list[dict]:
    return [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]


def lock_holders() -> list[int]:
    """PostgreSQL's processes that hold the relay's lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32 | objid::bigint) = %s
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            [LOCK],
        )
        return [pid for (pid,) in cursor.fetchall()]


def published() -> int:
    return state().published


@pytest.fixture
def poke(broker) -> Callable:
    """Poke the relay as a service does after commit."""
    connection = pika.BlockingConnection(pika.URLParameters(broker.url("messageservice")))
    channel = connection.channel()
    yield lambda: channel.basic_publish("", POKE, b"")
    connection.close()
