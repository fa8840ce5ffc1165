"""What `bus/topology.py` allows, as RabbitMQ understands it."""

import pytest
from pika.exceptions import ChannelClosedByBroker

from bus.afterwards import Note
from bus.topology import POKE
from tests.bus.probe import ProbeEcho, service

ACCESS_REFUSED = 403


def refused(act):
    with pytest.raises(ChannelClosedByBroker) as caught:
        act()
    return caught.value.reply_code == ACCESS_REFUSED


@pytest.mark.parametrize("role", ["gateway", "userservice", "relay", "worker"])
def test_only_topology_makes_exchanges(raw, role):
    with raw(role) as channel:
        assert refused(lambda: channel.exchange_declare("rpc.user", "direct", durable=True))


@pytest.mark.parametrize("queue", ["message.send", "user.login", "gateway", "amq.gen-1", "gateway.1"])
def test_the_gateway_makes_only_queues_of_its_own(raw, queue):
    with raw("gateway") as channel:
        assert refused(lambda: channel.queue_declare(queue, exclusive=True))


def test_a_service_does_not_take_the_requests_of_another(raw):
    with raw("userservice") as channel:
        assert refused(lambda: channel.queue_declare("message.send", durable=True))
    with raw("messageservice") as channel:
        channel.queue_declare("message.send", durable=True, arguments=_arguments("message.send"))
    with raw("userservice") as channel:
        assert refused(lambda: channel.basic_consume("message.send", lambda *_: None))


@pytest.mark.parametrize("role", ["gateway", "userservice", "admin"])
def test_only_the_relay_tells_events(raw, role):
    with raw(role) as channel:
        channel.confirm_delivery()
        assert refused(lambda: channel.basic_publish("events.message", "all", b"{}"))


def test_the_gateway_does_not_reach_queues_behind_the_exchanges(raw):
    with raw("gateway") as channel:
        channel.confirm_delivery()
        assert refused(lambda: channel.basic_publish("", POKE, b""))


async def test_a_handler_that_recorded_an_event_wakes_the_relay(rpc, run_service, raw):
    recorded = iter([[Note("", POKE)]])
    run_service(service, role="jobs", notes=lambda: next(recorded, ()))
    with raw("relay") as channel:
        while channel.basic_get(POKE, auto_ack=True)[0]:
            continue
        await rpc.call(ProbeEcho(text="x"))
        await rpc.call(ProbeEcho(text="x"))
        assert channel.basic_get(POKE, auto_ack=True)[0]
        assert not channel.basic_get(POKE, auto_ack=True)[0]


def _arguments(name):
    from bus.topology import operation_queue
    from contracts.base import OPERATIONS

    return operation_queue(OPERATIONS[name]).arguments
