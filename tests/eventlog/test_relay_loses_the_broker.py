"""The broker goes and comes back: events go on getting positions, and the gateways hear all of it afterwards."""

import pytest

from bus.topology import NEWS
from contracts.log import LogHeadSignal
from eventlog import selectors
from tests.eventlog.cable import Cable
from tests.eventlog.conftest import log_lines, published
from tests.eventlog.talk import Talk, assert_log_is_whole, say, state
from tests.servers import eventually


@pytest.fixture
def cable(broker):
    """Between the relay and the broker, to be cut."""
    with Cable(broker.url("relay")) as made:
        yield made


def test_events_get_positions_without_a_broker_and_are_told_when_it_is_back(
    start, listener, cable, active_relay, conversations
):
    active_relay(WARREN_AMQP_URL_RELAY=cable.url)
    talk = Talk(conversations)
    eventually(lambda: published() > start + 20)
    cable.cut()
    noted = eventually(lambda: state().pos > published() + 200 and published(), seconds=20)
    assert len(listener.kept(after=start)) >= noted - start
    cable.mend()
    eventually(lambda: published() > noted + 200, seconds=20)
    total = talk.stop()
    eventually(lambda: published() == start + total)
    eventually(lambda: len(listener.kept(after=start)) == total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)


def test_a_relay_that_never_met_its_broker_still_gives_positions(start, cable, listener, relay, conversations):
    cable.cut()
    relay(WARREN_AMQP_URL_RELAY=cable.url)
    say(conversations[0])
    eventually(lambda: state().pos == start + 1)
    assert selectors.read_range(after=start, upto=start + 5, limit=5).records[0].pos == start + 1
    cable.mend()
    eventually(lambda: published() == start + 1)
    assert [one.pos for one in listener.events] == [start + 1]


def test_many_cuts_lose_nothing(start, listener, cable, active_relay, conversations):
    relay = active_relay(WARREN_AMQP_URL_RELAY=cable.url)
    talk = Talk(conversations)
    for _ in range(8):
        before = published()
        eventually(lambda before=before: published() > before + 5, seconds=20)
        cable.cut()
        cable.mend()
    total = talk.stop()
    eventually(lambda: published() == start + total, seconds=20)
    eventually(lambda: len(listener.kept(after=start)) == total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)
    assert sum(line.get("event") == "connected" for line in log_lines(relay)) > 4


def test_the_head_is_signaled_every_second_with_what_the_broker_confirmed(start, listener, active_relay, conversations):
    active_relay()
    say(conversations[0])
    eventually(lambda: listener.heads and listener.heads[-1].data["pos"] == start + 1)
    count = len(listener.heads)
    eventually(lambda: len(listener.heads) > count + 1)
    last = listener.heads[-1]
    assert (last.exchange, last.routing_key) == ("signals", "all")
    assert last.frame == {"event": "log.head", "data": {"epoch": selectors.head().epoch, "pos": start + 1}}
    assert LogHeadSignal.event.exchange in NEWS
    order = [one.pos if one.exchange != "signals" else 0 for one in listener.heard]
    assert order.index(start + 1) < listener.heard.index(last)
