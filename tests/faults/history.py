"""What clients did and saw, and a checker over it: nothing acknowledged lost, nothing twice, nothing out of order.

The idea is Jepsen's: every client writes down each call with its outcome (ok, or unknown when no answer came), and what
it was shown; the books are compared with the tables afterwards.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A message as one client showed it, in the order of arrival."""

    conversation_id: UUID
    seq: int
    message_id: UUID
    client_id: UUID


@dataclass(kw_only=True)
class History:
    """One client's book. `acknowledged`: client id → (conversation, seq) as the answer said."""

    user_id: UUID
    conversations: frozenset[UUID]
    acknowledged: dict[UUID, tuple[UUID, int]] = field(default_factory=dict)
    attempted: set[UUID] = field(default_factory=set)
    shown: list[Shown] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    resumed: int = 0
    rebuilt: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A row of the message table."""

    conversation_id: UUID
    seq: int
    message_id: UUID
    client_id: UUID
    sender_id: UUID


def violations(histories: Iterable[History], stored: Iterable[Stored]) -> list[str]:
    """Everything that breaks a promise, as sentences; empty when all promises held."""
    rows = list(stored)
    found = [*_stored_twice(rows), *_gaps(rows)]
    by_client_id = {row.client_id: row for row in rows}
    for history in histories:
        found += _lost(history, by_client_id)
        found += _shown_twice(history)
        found += _out_of_order(history)
        found += _not_converged(history, rows)
    return found


def _stored_twice(rows: list[Stored]) -> list[str]:
    counts = Counter((row.sender_id, row.client_id) for row in rows)
    return [f"client id {client_id} is stored {n} times" for (_, client_id), n in counts.items() if n > 1]


def _gaps(rows: list[Stored]) -> list[str]:
    seqs: dict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        seqs[row.conversation_id].append(row.seq)
    return [f"seqs of {c} are not 1..{len(s)}" for c, s in seqs.items() if sorted(s) != list(range(1, len(s) + 1))]


def _lost(history: History, stored: Mapping[UUID, Stored]) -> list[str]:
    found = []
    for client_id, (conversation_id, seq) in history.acknowledged.items():
        row = stored.get(client_id)
        if row is None or (row.conversation_id, row.seq) != (conversation_id, seq):
            found.append(f"acknowledged {client_id} as {conversation_id}:{seq}, stored {row}")
    return found


def _shown_twice(history: History) -> list[str]:
    counts = Counter(message.message_id for message in history.shown)
    return [f"user {history.user_id} was shown {message} {n} times" for message, n in counts.items() if n > 1]


def _out_of_order(history: History) -> list[str]:
    last: dict[UUID, int] = {}
    found = []
    for message in history.shown:
        before = last.get(message.conversation_id, 0)
        if message.seq != before + 1:
            found.append(f"user {history.user_id} saw {message.conversation_id}:{message.seq} after {before}")
        last[message.conversation_id] = message.seq
    return found


def _not_converged(history: History, rows: list[Stored]) -> list[str]:
    seen = {message.message_id for message in history.shown}
    missing = [row for row in rows if row.conversation_id in history.conversations and row.message_id not in seen]
    return [f"user {history.user_id} never saw {row.conversation_id}:{row.seq}" for row in missing[:3]]
