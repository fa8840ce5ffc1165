"""What the tests of faults need: probes in processes, raw messages, queues in known states."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pika
import pytest

from bus.topology import operation_queue
from contracts.base import OPERATIONS
from tests.servers import Process, eventually, start_process


@pytest.fixture
def probe_process(broker, tmp_path) -> Iterator[Callable[..., Process]]:
    """Start the probes in a process of their own; ready unless `wait=False`."""
    started: list[Process] = []

    def start(*, wait: bool = True, url: str = "") -> Process:
        command = [sys.executable, "-m", "tests.bus.serve_probe", url or broker.url("jobs")]
        started.append(start_process(command, {}, tmp_path, len(started)))
        if wait:
            started[-1].wait_ready()
        return started[-1]

    yield start
    for process in started:
        process.end()


@contextmanager
def channel_of(url: str) -> Iterator[Any]:
    """A blocking channel of plain pika, for what our own code would never do."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


@pytest.fixture
def raw(broker) -> Callable[..., Any]:
    """`with raw("gateway") as channel:` a channel of plain pika, as any role."""
    return lambda role: channel_of(broker.url(role))


class RawCaller:
    """Publishes whatever it is told to and hears the replies."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.replies: dict[str, tuple[str, bytes]] = {}
        channel.basic_consume("amq.rabbitmq.reply-to", self._on_reply, auto_ack=True)

    def ask(
        self, operation: str, body: bytes, *, id: str = "1", user_id: str | None = "gateway", **headers: Any
    ) -> Any:
        """Property `type` and body of the reply."""
        self.publish(operation, body, id=id, user_id=user_id, **headers)
        return eventually(lambda: self._heard(id))

    def publish(self, operation: str, body: bytes, *, id: str, user_id: str | None = "gateway", **headers: Any) -> None:
        properties = pika.BasicProperties(
            reply_to="amq.rabbitmq.reply-to",
            correlation_id=id,
            user_id=user_id,
            headers={"v": 1, "deadline_ms": 5000} | headers,
        )
        self.channel.basic_publish("rpc.job", operation, body, properties)

    def _heard(self, id: str) -> Any:
        self.channel.connection.process_data_events(0.05)
        return self.replies.get(id)

    def _on_reply(self, _channel: Any, _method: Any, properties: Any, body: bytes) -> None:
        self.replies[properties.correlation_id] = (properties.type, body)


@pytest.fixture
def raw_caller(raw) -> Iterator[RawCaller]:
    with raw("gateway") as channel:
        yield RawCaller(channel)


@pytest.fixture
def declare_queue(raw):
    """Make an operation's queue as its service would, without a service."""

    def declare(name: str) -> None:
        queue = operation_queue(OPERATIONS[name])
        with raw("jobs") as channel:
            channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            channel.queue_bind(queue.name, queue.exchange, queue.name)
            channel.queue_purge(queue.name)

    return declare


@pytest.fixture
def delete_queue(raw):
    def delete(name: str) -> None:
        with raw("jobs") as channel:
            channel.queue_delete(name)

    return delete


@pytest.fixture
def in_thread():
    """Run something in a thread and wait for it at the end."""
    threads: list[threading.Thread] = []

    def start(function: Callable[[], Any]) -> threading.Thread:
        threads.append(threading.Thread(target=function))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
