"""Conversations that write events as the message service does: a row lock, the next seq, the event, commit."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.db import connection, connections, transaction

from contracts.audience import Audience
from contracts.message import MessageSent
from eventlog.models import Event, Outbox, RelayState
from eventlog.outbox import record
from eventlog.session import Session

TABLE = """
CREATE TABLE IF NOT EXISTS eventlog_test_conversation (id uuid PRIMARY KEY, last_seq bigint NOT NULL DEFAULT 0)
"""


def message(conversation_id: UUID, seq: int, *, text: str = "hello") -> MessageSent:
    return MessageSent(
        id=uuid4(),
        conversation_id=conversation_id,
        seq=seq,
        sender_id=uuid4(),
        client_id=uuid4(),
        text=text,
        data=None,
        reply_to=None,
        file_ids=[],
        created_at=datetime.now(tz=UTC),
    )


def new_conversation() -> UUID:
    made = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("INSERT INTO eventlog_test_conversation (id) VALUES (%s)", [made])
    return made


@contextmanager
def saying(conversation_id: UUID, *, text: str = "hello") -> Iterator[int]:
    """A message whose transaction is open inside the block; gives its seq."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE eventlog_test_conversation SET last_seq = last_seq + 1 WHERE id = %s RETURNING last_seq",
                [conversation_id],
            )
            seq = cursor.fetchone()[0]
        record(message(conversation_id, seq, text=text), audience=Audience(conversation_id=conversation_id, seq=seq))
        yield seq


def say(conversation_id: UUID, *, linger: float = 0, text: str = "hello") -> None:
    """`linger`: seconds that the transaction stays open after the event was recorded."""
    with saying(conversation_id, text=text), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [linger])


class Talk:
    """Threads that talk in turn in all conversations until `stop`, with transactions of different lengths."""

    def __init__(self, conversations: Sequence[UUID], *, threads: int = 4, linger: float = 0.01) -> None:
        self._conversations = conversations
        self._linger = linger
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(threads)
        self._futures = [self._pool.submit(self._one, number) for number in range(threads)]

    def stop(self) -> int:
        """How many messages were said."""
        self._stop.set()
        said = sum(future.result(60) for future in self._futures)
        self._pool.shutdown()
        return said

    def _one(self, number: int) -> int:
        turn = 0
        try:
            while not self._stop.is_set():
                slow = self._linger if (turn + number) % 5 == 0 else 0
                say(self._conversations[(turn * 7 + number) % len(self._conversations)], linger=slow)
                turn += 1
        finally:
            connections.close_all()
        return turn


def move_all() -> int:
    """Give positions to everything that waits, as the relay would, without a broker; the last position."""
    with Session() as session:
        assert session.lock(), "A relay is active."
        session.begin()
        while session.move(published=session.pos):
            pass
        session.note(published=session.pos)
        return session.pos


def state() -> RelayState:
    return RelayState.objects.get()


def assert_log_is_whole(*, after: int, count: int, conversations: Sequence[UUID]) -> None:
    """`count` events follow `after` without a hole, each conversation's in order and complete, none left behind."""
    events = list(
        Event.objects.filter(pos__gt=after).order_by("pos").values_list("pos", "conversation_id", "seq", "at")
    )
    assert [pos for pos, *_ in events] == list(range(after + 1, after + count + 1))
    assert not Outbox.objects.exists()
    seen: Counter[UUID] = Counter()
    for _, conversation_id, seq, _ in events:
        seen[conversation_id] += 1
        assert seq == seen[conversation_id]
    assert set(seen) <= set(conversations)
    times = [at for *_, at in events]
    assert times == sorted(times)
