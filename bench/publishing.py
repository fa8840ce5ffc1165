"""The relay's part, played by a measurement: finished frames with dense positions, stamped with the time."""

import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pika

from bench.lab import Lab

EXCHANGE = "events.message"
EVENT = "message.sent"


@dataclass(kw_only=True)
class Relay:
    """`pos`: of the last event that the gateway has."""

    channel: Any
    user: str
    pos: int

    @classmethod
    @contextlib.contextmanager
    def connected(cls, lab: Lab) -> Iterator["Relay"]:
        """As the relay's own user. No real relay may run beside it, or positions would be given twice."""
        with lab.database() as cursor:
            cursor.execute("SELECT pos FROM eventlog_relay_state")
            (pos,) = cursor.fetchone() or (0,)
        where = pika.URLParameters(lab.instances.amqp_url("relay"))
        where.heartbeat = 0  # between samples nobody turns its loop
        with pika.BlockingConnection(where) as connection:
            yield cls(channel=connection.channel(), user="relay", pos=pos)

    def publish(self, *, conversation_id: str, count: int) -> None:
        """`count` messages to a conversation, one after the other."""
        properties = pika.BasicProperties(type=EVENT, user_id=self.user, content_type="application/json")
        for _ in range(count):
            self.pos += 1
            key = f"c.{uuid.UUID(conversation_id).hex}.{self.pos}"
            self.channel.basic_publish(EXCHANGE, key, self._frame(conversation_id), properties)

    def _frame(self, conversation_id: str) -> bytes:
        stamp = f"t={time.monotonic():.6f}"
        text = f"{stamp} a chat message of about eighty characters, the kind that people write all day"
        ids = {name: str(uuid.UUID(int=self.pos)) for name in ("id", "sender_id", "client_id")}
        data = {
            **ids,
            "conversation_id": conversation_id,
            "seq": self.pos,
            "text": text,
            "data": None,
            "reply_to": None,
            "created_at": "2026-01-01T00:00:00.123456Z",
        }
        compact = json.dumps(data, separators=(",", ":"))
        return f'{{"event":"{EVENT}","pos":{self.pos},"at":"2026-01-01T00:00:00.123456Z","data":{compact}}}'.encode()
