"""One face for four ways to call: through memory or RabbitMQ, from a coroutine or a thread."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest_asyncio

from bus.client import AsyncClient
from bus.publisher import Publisher
from bus.sync_client import SyncClient
from bus.testing import InMemoryBus
from tests.bus import probe
from tests.servers import until


@dataclass
class Face:
    """`client(role)` is connected as that RabbitMQ user; `ask` and `ask_raw` are the gateway's."""

    kind: str
    client: Callable[[str], Any]
    publish: Callable[[str, str, str, bytes], Any]
    subscriber: Any

    async def ask(self, request: Any, *, role: str = "gateway", **options: Any) -> Any:
        return await _await(self.client(role).call, request, **options)

    async def ask_raw(self, operation: str, body: bytes, *, role: str = "gateway", **options: Any) -> bytes:
        return await _await(self.client(role).call_raw, operation, body, **options)


async def _await(function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
    if asyncio.iscoroutinefunction(function):
        return await function(*arguments, **options)
    return await asyncio.to_thread(function, *arguments, **options)


@pytest_asyncio.fixture(params=["memory, coroutine", "memory, thread", "rabbitmq, coroutine", "rabbitmq, thread"])
async def bus(request):
    where, how = request.param.split(", ")
    if where == "memory":
        memory = InMemoryBus(probe.service)
        client = memory.client if how == "coroutine" else memory.sync_client
        yield Face(where, client, memory.publish, memory.client())
        return
    async for face in _rabbitmq(request, how):
        yield face


async def _rabbitmq(request, how):
    broker = request.getfixturevalue("broker")
    opened = {}

    def client(role):
        return opened[role]

    for role in ("gateway", "messageservice", "jobs"):
        kind = AsyncClient if how == "coroutine" else SyncClient
        opened[role] = kind(broker.url(role), role=role)
        await _await(opened[role].start)
    subscriber = AsyncClient(broker.url("gateway"))
    await subscriber.start()
    asker = SyncClient(broker.url("jobs"), role="jobs")
    asker.start()
    probe.service.connect(asker)
    request.getfixturevalue("run_service")(probe.service, role="jobs")
    await until(lambda: all(one.connected for one in [*opened.values(), subscriber, asker]))
    yield Face("rabbitmq", client, partial(_publish, broker.url("relay")), subscriber)
    for one in [*opened.values(), subscriber, asker]:
        await _await(one.close)


def _publish(url: str, exchange: str, routing_key: str, type: str, body: bytes) -> None:
    """One message, confirmed; blocks."""
    publisher = Publisher(
        url,
        on_ready=lambda: publisher.publish(exchange, routing_key, body, type=type),
        on_confirmed=lambda _: publisher.stop(),
    )
    publisher.run()
