"""Resume: from the ring, from the log, or refused; always in order, never twice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apigateway.tests.world import Frames, Served, World, serving
from apigateway.ws import replay, window


async def test_what_was_missed_comes_from_the_ring_in_order_and_then_the_socket_is_live(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    missed = [world.say(ours, f"m{n}") for n in range(5)]
    async with served.socket() as frames:
        welcome = await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 1})
        assert welcome["ok"]["resumed"] is True
        assert await frames.events(4) == missed[1:]
        assert (await frames.next()) == {"event": "live", "pos": 5}
        assert await _next_pos(frames, world.say(ours)) == 6
    assert "log.read" not in world.calls


async def test_what_the_ring_does_not_have_comes_from_the_log(world: World) -> None:
    ann = uuid4()
    ours, theirs = world.conversation(ann), world.conversation(uuid4())
    mine = [world.say(ours) for _ in range(3)]
    world.say(theirs)
    async with serving(world) as served, served.socket() as frames:
        served.gateway.hub.ring.clear()
        welcome = await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 0})
        assert welcome["ok"]["resumed"] is True
        assert await frames.events(3) == mine
        assert (await frames.event("live"))["pos"] == 4
    assert "log.read" in world.calls


async def test_a_gateway_that_just_started_serves_those_who_come_back_from_its_ring(world: World) -> None:
    ours = world.conversation(ann := uuid4())
    missed = [world.say(ours) for _ in range(3)]
    async with serving(world) as served, served.socket() as frames:
        await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 1})
        assert await frames.events(2) == missed[1:]
    assert "log.read" not in world.calls


@pytest.mark.parametrize(
    ("resume", "oldest"),
    [({"epoch": "other", "pos": 1}, 1), ({"epoch": "e1", "pos": 1}, 3)],
    ids=["another epoch", "no longer in the log"],
)
async def test_what_cannot_be_told_is_refused_and_the_socket_goes_live_all_the_same(
    world: World, resume: dict[str, object], oldest: int
) -> None:
    ann = uuid4()
    ours = world.conversation(ann)
    for _ in range(4):
        world.say(ours)
    world.oldest = oldest
    async with serving(world) as served, served.socket() as frames:
        welcome = await frames.hello(world.token(ann), resume=resume)
        assert welcome["ok"]["resumed"] is False
        assert (await frames.next()) == {"event": "live", "pos": 4}
        assert await _next_pos(frames, world.say(ours)) == 5


async def test_a_position_that_nobody_has_reached_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "BEHIND_HUB", 0.1)
    async with served.socket() as frames:
        welcome = await frames.hello(served.world.token(uuid4()), resume={"epoch": "e1", "pos": 99})
        assert welcome["ok"]["resumed"] is False


async def test_a_long_replay_waits_for_acknowledgements_and_is_never_closed_as_slow(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    total = 2 * window.MOST_EVENTS
    for _ in range(total):
        world.say(ours)
    async with served.socket() as frames:
        await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 0})
        seen = 0
        while seen < total:
            (pos,) = await frames.events(1)
            assert pos == seen + 1
            seen = pos
            if seen % 64 == 0:
                await frames.send({"op": "ack", "pos": seen})
        assert (await frames.event("live"))["pos"] == total


async def test_a_replay_that_is_never_acknowledged_ends_with_4008(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "ACK_WITHIN", 0.2)
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    for _ in range(window.MOST_EVENTS):
        world.say(ours)
    async with served.socket() as frames:
        await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 0})
        assert await frames.close_code() == 4008


async def test_events_that_happen_during_a_replay_follow_it(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    for _ in range(400):
        world.say(ours)
    async with served.socket() as frames:
        await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 0})
        for _ in range(50):
            world.say(ours)
        seen: list[int] = []
        while len(seen) < 450:
            seen += await frames.events(1)
            await frames.send({"op": "ack", "pos": seen[-1]})
        assert seen == list(range(1, 451))


async def test_history_from_before_he_joined_is_not_replayed(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(uuid4())
    world.say(ours, "before")
    added = world.add(ours, ann)
    after = world.say(ours, "after")
    async with served.socket() as frames:
        await frames.hello(world.token(ann), resume={"epoch": "e1", "pos": 0})
        assert await frames.events(2) == [added, after]
        assert (await frames.next())["event"] == "live"


async def test_the_ring_forgets_what_is_older_than_ten_minutes(served: Served) -> None:
    ours = served.world.conversation(uuid4())
    served.world.say(ours)
    ring = served.gateway.hub.ring
    assert ring.reaches(0)
    before = ring._clock()
    ring._clock = lambda: before + timedelta(minutes=11).total_seconds()
    ring.forget_old()
    assert not ring.reaches(0)
    assert ring.bytes == 0


async def _next_pos(frames: Frames, _: int) -> int:
    (pos,) = await frames.events(1)
    return pos
