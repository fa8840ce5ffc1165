"""What a gateway hears: a queue of its own on everything that is news, kept as it came, repetitions included."""

import json
import threading
import uuid
from dataclasses import dataclass
from typing import Any

import pika

from bus.topology import NEWS


@dataclass(frozen=True, kw_only=True)
class Heard:
    exchange: str
    type: str
    routing_key: str
    frame: dict[str, Any]

    @property
    def pos(self) -> int:
        return self.frame["pos"]

    @property
    def data(self) -> dict[str, Any]:
        return self.frame["data"]


class Listener:
    """Listens in a thread from the moment it is made until `close`."""

    def __init__(self, url: str) -> None:
        self.heard: list[Heard] = []
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        channel = self._connection.channel()
        queue = f"gateway.{uuid.uuid4().hex}"
        channel.queue_declare(queue, exclusive=True)
        for exchange in NEWS:
            channel.queue_bind(queue, exchange)
        channel.basic_consume(queue, self._on_message, auto_ack=True)
        self._thread = threading.Thread(target=channel.start_consuming)
        self._thread.start()
        self._channel = channel

    def close(self) -> None:
        self._connection.add_callback_threadsafe(self._channel.stop_consuming)
        self._thread.join(10)
        self._connection.close()

    @property
    def events(self) -> list[Heard]:
        """With a position, as they came."""
        return [one for one in self.heard if one.exchange != "signals"]

    @property
    def heads(self) -> list[Heard]:
        return [one for one in self.heard if one.type == "log.head"]

    def kept(self, *, after: int) -> list[Heard]:
        """What a reader keeps who drops every position that he has seen; fails on a jump, which would be a loss."""
        kept: list[Heard] = []
        for one in self.events:
            last = kept[-1].pos if kept else after
            if one.pos > last:
                assert one.pos == last + 1, f"Position {one.pos} came after {last}."
                kept.append(one)
        return kept

    def _on_message(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self.heard.append(
            Heard(
                exchange=method.exchange,
                type=properties.type,
                routing_key=method.routing_key,
                frame=json.loads(body),
            )
        )
