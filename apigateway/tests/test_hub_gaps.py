"""A jump in the position is filled before anything behind it is told; what cannot be filled ends in 4010."""

import asyncio
from uuid import uuid4

import pytest
from msgspec import Raw

from apigateway.tests.world import Frames, Served
from contracts.log import LogRecord


async def test_a_lost_event_is_fetched_before_the_next_one_is_told(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        world.say(ours)
        world.say(ours, publish=False)
        world.say(ours, publish=False)
        world.say(ours)
        assert await frames.events(4) == [1, 2, 3, 4]
    assert served.gateway.metrics.filled._value.get() == 2


async def test_a_lost_last_event_is_noticed_by_the_head_signal(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        pos = world.say(ours, publish=False)
        world.head()
        assert await frames.events(1) == [pos]


async def test_what_was_published_while_the_broker_was_away_is_fetched_when_it_is_back(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        world.bus.disconnect()
        missed = [world.say(ours, publish=False) for _ in range(3)]
        assert "bus" in served.gateway.missing()
        world.bus.reconnect()
        assert await frames.events(3) == missed


async def test_an_event_that_comes_twice_is_told_once(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        world.say(ours)
        world.publish(1)
        world.say(ours)
        world.publish(1)
        world.publish(2)
        world.say(ours)
        assert await frames.events(3) == [1, 2, 3]


async def test_events_held_behind_a_gap_wait_while_the_log_is_out_of_reach(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        with world.bus.absent("log.range"):
            world.say(ours, publish=False)
            world.say(ours)
            await asyncio.sleep(0)
            assert served.gateway.hub.pos == 0
        assert await frames.events(2) == [1, 2]


async def test_another_epoch_closes_every_socket_with_4010(served: Served) -> None:
    world = served.world
    async with served.logged_in(uuid4()) as frames:
        world.epoch = "e2"
        world.head()
        assert await frames.close_code() == 4010
    await served.until(lambda: served.gateway.hub.epoch == "e2")


async def test_a_head_below_our_position_is_believed_only_when_the_log_says_so_too(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        world.say(ours)
        world.head(pos=0)
        world.say(ours)
        assert await frames.events(2) == [1, 2]
        world.log.clear()
        world.head()
        assert await frames.close_code() == 4010
    assert served.gateway.hub.pos == 0


async def test_an_event_of_a_kind_that_nobody_knows_takes_its_position(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    async with served.logged_in(ann) as frames:
        world.bus.publish(
            "events.message", "x.y", "message.new_kind", b'{"event":"message.new_kind","pos":1,"data":{}}'
        )
        assert served.gateway.hub.pos == 1
        world.log.append(world.log[0] if world.log else None)  # type: ignore[arg-type]  # keeps the count
        world.say(ours)
        assert await frames.events(1) == [2]


async def test_a_membership_event_that_cannot_be_read_loses_the_position_instead_of_a_member(served: Served) -> None:
    world = served.world
    async with served.logged_in(uuid4()) as frames:
        broken = b'{"event":"member.added","pos":1,"at":"2026-01-01T00:00:00Z","data":{"nonsense":true}}'
        world.bus.publish("events.message", f"c.{uuid4().hex}.1", "member.added", broken)
        assert await frames.close_code() == 4010


async def test_an_event_in_the_log_that_breaks_us_is_stepped_over_and_not_tried_for_ever(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    pos = world.say(ours, publish=False)
    broken = world.log[pos - 1]
    world.log[pos - 1] = LogRecord(
        pos=pos, event="member.added", routing_key=broken.routing_key, at=broken.at, data=Raw(b'{"nonsense":1}')
    )
    world.head()
    await served.until(lambda: served.gateway.hub.pos == pos and served.gateway.hub.started.is_set())
    async with served.logged_in(ann) as frames:
        assert await _next(frames, world.say(ours)) == pos + 1


async def test_a_socket_that_fails_costs_nobody_else_the_event(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob, world = uuid4(), uuid4(), served.world
    ours = world.conversation(ann, bob)
    async with served.logged_in(ann) as broken, served.logged_in(bob) as other:
        (socket,) = [one for one in served.gateway.sockets if one.person and one.person.key == ann.hex]

        def fail(_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(socket, "tell", fail)
        assert await _next(other, world.say(ours)) == 1
        assert await broken.close_code() == 4000


async def _next(frames: Frames, _: int) -> int:
    (pos,) = await frames.events(1)
    return pos
