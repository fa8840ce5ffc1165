"""The SQL of sending: one statement is one transaction (docs/sending-a-message.md).

It locks in the order that every transaction of this service keeps: members' rows by (conversation, user), then
conversations by id. So nobody deadlocks, and who was removed before cannot send any more.
"""
# ruff: noqa: S608  the statements are put together from constants

import threading
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import OperationalError, connection
from django.db.transaction import atomic

from config.failpoints import failpoint
from eventlog import outbox
from messageservice.drafts import Draft

_COLUMNS = {
    "id": "uuid",
    "conversation_id": "uuid",
    "sender_id": "uuid",
    "client_id": "uuid",
    "text": "text",
    "data": "jsonb",
    "reply_to_id": "uuid",
    "file_ids": "uuid[]",
    "head": "text",
    "tail": "text",
}
_NAMES = ", ".join(_COLUMNS)
_TYPES = ", ".join(_COLUMNS.values())
_DECLARED = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_VALUES = ", ".join(f"${number} AS {name}" for number, name in enumerate(_COLUMNS, 1))


def time_as_json(value: str) -> str:
    """SQL for a time as msgspec writes it: six digits of a second, or none when all are zero."""
    return f"""replace(to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')"""


# `numbered` has a row for each message: the columns above and its place in the batch (n), seq and time (at).
_INSERTS = f"""
message AS (
    INSERT INTO messageservice_message
        (id, conversation_id, seq, sender_id, client_id, text, data, reply_to_id, file_ids, created_at)
    SELECT id, conversation_id, seq, sender_id, client_id, text, data, reply_to_id, file_ids, at FROM numbered
), event AS (
    INSERT INTO {outbox.TABLE} ({", ".join(outbox.COLUMNS)})
    SELECT 'message', 'message.sent', 'c.' || replace(conversation_id::text, '-', '') || '.' || seq,
           conversation_id, seq, NULL, head || seq || tail || {time_as_json("at")} || '"}}'
    FROM numbered ORDER BY n
)
SELECT n, seq, at FROM numbered
"""

_ONE = f"""
WITH sender AS MATERIALIZED (
    SELECT FROM messageservice_member WHERE conversation_id = $2 AND user_id = $3 FOR SHARE
), conversation AS (
    UPDATE messageservice_conversation SET last_seq = last_seq + 1, active_at = clock_timestamp()
    WHERE id = $2 AND EXISTS (SELECT FROM sender)
    RETURNING last_seq AS seq, active_at AS at
), numbered AS (
    SELECT {_VALUES}, 1 AS n, seq, at FROM conversation
), {_INSERTS}
"""

# Requests come as one JSON array: with arrays of SQL, the planner made a new plan for every call (0.7 against 0.3 ms).
# LATERAL with a lock inside keeps look-ups by index even while the tables' statistics are missing.
_MANY = f"""
WITH request AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset($1) AS ({_DECLARED})) WITH ORDINALITY AS t({_NAMES}, n)
), sender AS MATERIALIZED (
    SELECT m.* FROM (SELECT DISTINCT conversation_id, sender_id FROM request ORDER BY 1, 2) r, LATERAL (
        SELECT conversation_id, user_id AS sender_id FROM messageservice_member
        WHERE conversation_id = r.conversation_id AND user_id = r.sender_id FOR SHARE
    ) m
), accepted AS MATERIALIZED (
    SELECT request.*, row_number() OVER (PARTITION BY conversation_id ORDER BY n) AS nth
    FROM request JOIN sender USING (conversation_id, sender_id)
), locked AS MATERIALIZED (
    SELECT c.id, total
    FROM (SELECT conversation_id, count(*) AS total FROM accepted GROUP BY 1 ORDER BY 1) a, LATERAL (
        SELECT id FROM messageservice_conversation WHERE id = a.conversation_id FOR NO KEY UPDATE
    ) c
), conversation AS (
    UPDATE messageservice_conversation c SET last_seq = last_seq + total, active_at = clock_timestamp()
    FROM locked WHERE c.id = locked.id
    RETURNING c.id AS conversation_id, last_seq - total AS base, active_at AS at
), numbered AS MATERIALIZED (
    SELECT accepted.*, base + nth AS seq, at FROM accepted JOIN conversation USING (conversation_id)
), {_INSERTS}
"""
_FREE = _MANY.replace("FOR SHARE", "FOR SHARE SKIP LOCKED").replace("NO KEY UPDATE", "NO KEY UPDATE SKIP LOCKED")

_PREPARE = f"""
PREPARE warren_send_one({_TYPES}) AS {_ONE};
PREPARE warren_send_many(json) AS {_MANY};
PREPARE warren_send_free(json) AS {_FREE};
"""
_EXECUTE_ONE = f"EXECUTE warren_send_one({', '.join(['%s'] * len(_COLUMNS))})"
_LOCK_NOT_AVAILABLE = "55P03"
_encode = msgspec.json.Encoder().encode
_prepared = threading.local()

Numbered = dict[int, tuple[int, datetime]]
"""Place in the batch → seq and time. What is missing was not sent: its sender is no member of its conversation."""


def insert(drafts: Sequence[Draft]) -> Numbered:
    """Number, store and record messages, in their order, all or none; committed on return.

    Raises IntegrityError when one of them was sent before. Where somebody keeps a conversation (or a member) locked
    for longer than `lock_timeout`, the others are sent and those of that conversation are missing.
    """
    _prepare()
    try:
        return _execute(*execution(drafts))
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != _LOCK_NOT_AVAILABLE:
            raise
        return _execute("EXECUTE warren_send_free(%s)", [_encode(drafts).decode()])


def insert_with_files(drafts: Sequence[Draft]) -> Numbered:
    """As `insert`, and with a row for each file. OperationalError where a lock was not free in time."""
    from messageservice.models import Attachment  # the benchmarks read this module without Django

    with atomic():
        _prepare()
        numbered = _execute(*execution(drafts))
        Attachment.objects.bulk_create(
            Attachment(file_id=file_id, conversation_id=drafts[n].conversation_id, seq=seq)
            for n, (seq, _) in numbered.items()
            for file_id in drafts[n].file_ids
        )
    return numbered


def execution(drafts: Sequence[Draft]) -> tuple[str, list[str | None]]:
    """The statement for so many messages, and its parameters."""
    if len(drafts) == 1:
        return _EXECUTE_ONE, drafts[0].parameters()
    return "EXECUTE warren_send_many(%s)", [_encode(drafts).decode()]


def _execute(sql: str, parameters: Sequence[str | None]) -> Numbered:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    if rows:
        failpoint("message.committed")
        outbox.note_wake()
    return {n - 1: (seq, at) for n, seq, at in rows}


def _prepare() -> None:
    """Prepared statements belong to a database connection, and Django makes a new one when the old one died."""
    connection.ensure_connection()
    if getattr(_prepared, "connection", None) is not connection.connection:
        with connection.cursor() as cursor:
            cursor.execute(_PREPARE)
        _prepared.connection = connection.connection
