"""Listening to the fanout exchanges: what arrives, what a listener may do wrong, what is dropped."""

import asyncio

import pytest

from bus.subscription import Subscription
from tests.bus.probe import ProbeEcho, service
from tests.servers import until


@pytest.fixture
def publish(raw):
    def send(*bodies, exchange="signals"):
        with raw("relay") as channel:
            for body in bodies:
                channel.basic_publish(exchange, "all", body)

    return lambda *bodies, **options: asyncio.to_thread(send, *bodies, **options)


async def bound(rpc, on_message, **options):
    ready = []
    rpc.subscribe(
        Subscription(exchanges=("signals",), on_message=on_message, on_ready=lambda: ready.append(1), **options)
    )
    await until(lambda: ready)
    return ready


async def test_a_listener_that_fails_costs_neither_news_nor_calls(rpc, run_service, publish, caplog):
    run_service(service, role="jobs")
    heard = []

    def listen(_type, _key, body):
        heard.append(body)
        if body == b"1":
            raise RuntimeError("a mistake in a listener")

    ready = await bound(rpc, listen)
    await publish(b"1", b"2")
    await until(lambda: heard == [b"1", b"2"])
    assert (await rpc.call(ProbeEcho(text="x"))).text == "x"
    assert ready == [1]
    assert "a listener failed" in caplog.text


async def test_every_listener_has_a_queue_of_its_own(rpc, publish):
    first, second = [], []
    await bound(rpc, lambda *news: first.append(news[2]))
    await bound(rpc, lambda *news: second.append(news[2]))
    await publish(b"x")
    await until(lambda: first and second)
    assert rpc.connected


async def test_a_channel_that_the_broker_closes_is_opened_again(rpc, run_service, publish):
    """Somebody publishes what the broker does not take: the connection starts anew, listeners are bound again."""
    run_service(service, role="jobs")
    heard = []
    ready = await bound(rpc, lambda *news: heard.append(news[2]))
    rpc._caller._channel.basic_publish("no.such.exchange", "x", b"")
    await until(lambda: len(ready) == 2)
    await publish(b"after")
    await until(lambda: heard == [b"after"])
    assert (await rpc.call(ProbeEcho(text="x"))).text == "x"
