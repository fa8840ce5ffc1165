"""Recording what happened, in the transaction in which it happened (docs/event-log.md)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.transaction import TransactionManagementError

from bus import afterwards, codec
from bus.topology import POKE
from contracts.audience import Audience
from contracts.base import Event

TABLE = "eventlog_outbox"
COLUMNS = ("owner", "event", "routing_key", "conversation_id", "seq", "user_id", "body")
"""What a statement of a service's own has to fill; `id` and `at` fill themselves."""

_ROW = f"({', '.join(['%s'] * len(COLUMNS))})"
_INSERT = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES "  # noqa: S608  constants only


def record(event: Event, *, audience: Audience) -> None:
    """Add an event to the outbox: it is told when the transaction commits, and never when it does not.

    Call it while the row lock is held that orders the conversation's (or user's) events: the order of `record` under
    that lock is the order in the log. Raises TransactionManagementError outside a transaction, TypeError for a
    signal, msgspec.ValidationError for an event that its own contract forbids.
    """
    record_many([(event, audience)])


def record_many(events: Sequence[tuple[Event, Audience]]) -> None:
    """As `record`, several in one statement, told in this order."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Events are recorded in the transaction that makes them true.")
    if not events:
        return
    rows = [value for event, audience in events for value in row(event, audience=audience)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_ROW] * len(events)), rows)
    note_wake()


def row(event: Event, *, audience: Audience) -> tuple[Any, ...]:
    """The values of `COLUMNS`, for statements that insert the outbox row together with their own rows."""
    kind = event.event
    if kind.signal:
        raise TypeError(f"{kind.name} is a signal: it is published and not recorded.")
    return (
        kind.owner,
        kind.name,
        audience.routing_key(),
        audience.conversation_id,
        None if audience.conversation_id is None else audience.seq,
        audience.user_id,
        codec.encode(event).decode(),
    )


def note_wake() -> None:
    """Let the relay be poked after commit; only for statements that insert without `record`.

    A missed poke costs 250 ms.
    """
    afterwards.poke(POKE)
