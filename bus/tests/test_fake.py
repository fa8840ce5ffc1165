"""What the fake offers beyond the real bus: states that a test asks for. `tests/contracts` holds it to the real one."""

from uuid import uuid4

import pytest

from bus.envelope import Call
from bus.service import Service
from bus.subscription import Subscription
from bus.testing import InMemoryBus
from contracts.audience import Audience
from contracts.errors import Busy, Conflict, Forbidden, Unavailable
from contracts.log import LogHeadSignal
from contracts.message import ConversationUpdated
from contracts.user import UnknownUsers, UserCheck


@pytest.fixture
def service():
    made = Service("user")

    @made.rpc
    def user_check(request: UserCheck, call: Call) -> UnknownUsers:
        if len(request.user_ids) > 1:
            raise Conflict
        return UnknownUsers(user_ids=request.user_ids)

    return made


@pytest.fixture
def bus(service):
    return InMemoryBus(service)


@pytest.fixture
def ask(bus):
    return lambda count=0: bus.sync_client("gateway").call(UserCheck(user_ids=[uuid4() for _ in range(count)]))


def test_a_service_can_be_away_for_a_while(bus, ask):
    with bus.absent("user.check"), pytest.raises(Unavailable):
        ask()
    assert ask().user_ids == []


def test_a_queue_can_be_full_for_a_while(bus, ask):
    with bus.full("user.check"), pytest.raises(Busy):
        ask()
    assert ask().user_ids == []


def test_an_error_that_the_contract_does_not_list_is_found(ask):
    with pytest.raises(AssertionError, match=r"user\.check answered conflict, which its contract does not list"):
        ask(2)


def test_a_service_asks_through_the_same_bus_under_its_own_name(bus, service):
    other = Service("message")
    bus.serve(other)
    assert other.ask(UserCheck(user_ids=[])).user_ids == []
    with pytest.raises(Forbidden):  # the user service is not among the callers
        service.ask(UserCheck(user_ids=[]))


async def test_listeners_hear_that_the_broker_went_and_came_back(bus):
    told = []
    client = bus.client()
    client.subscribe(
        Subscription(
            exchanges=("events.message", "signals"),
            on_message=lambda *news: told.append(news),
            on_ready=lambda: told.append("ready"),
            on_lost=lambda: told.append("lost"),
        )
    )
    bus.disconnect()
    assert not client.connected
    with pytest.raises(Unavailable):
        await client.call(UserCheck(user_ids=[]))
    bus.reconnect()
    assert (await client.call(UserCheck(user_ids=[]))).user_ids == []
    assert told == ["ready", "lost", "ready"]


def test_events_travel_in_the_relays_frame(bus):
    heard = []
    bus.client().subscribe(Subscription(exchanges=("events.message",), on_message=lambda *news: heard.append(news)))
    conversation, user = uuid4(), uuid4()
    event = ConversationUpdated(conversation_id=conversation, title="A", updated_by=user, rev=2)
    bus.publish_event(event, audience=Audience(conversation_id=conversation, seq=3), pos=7)
    bus.publish_event(LogHeadSignal(epoch="e", pos=7), audience=Audience(), pos=0)
    ((name, key, body),) = heard
    assert (name, key) == ("conversation.updated", f"c.{conversation.hex}.3")
    assert body.startswith(b'{"event":"conversation.updated","pos":7,"at":"2026-01-01T00:00:00Z","data":{')
