"""How a socket ends: tokens that expire, sessions that end, pongs that are missing, gateways that stop."""

import asyncio
import json
import time
from uuid import uuid4

import pytest

from apigateway import gateway as gateways
from apigateway.tests.world import Served


async def test_an_expired_token_closes_with_4101_unless_it_is_refreshed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, session, world = uuid4(), uuid4(), served.world
    async with served.logged_in(ann, session=session) as kept, served.logged_in(ann) as left:
        reply = await kept.ask("auth.refresh", token=world.token(ann, session=session, seconds=3600))
        assert 3500 < reply["ok"]["expires_in"] <= 3610
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 1000)
        served.gateway.wheel.turn()
        assert await left.close_code() == 4101
        assert "ok" in await kept.ask("user.me")


@pytest.mark.parametrize("whose", ["another user", "another session"])
async def test_a_token_of_somebody_else_does_not_refresh(served: Served, whose: str) -> None:
    ann, session, world = uuid4(), uuid4(), served.world
    async with served.logged_in(ann, session=session) as frames:
        token = world.token(uuid4(), session=session) if whose == "another user" else world.token(ann)
        assert (await frames.ask("auth.refresh", token=token))["error"]["code"] == "forbidden"


async def test_a_session_that_ends_closes_its_sockets_with_4401_and_no_others(served: Served) -> None:
    ann, session, world = uuid4(), uuid4(), served.world
    async with served.logged_in(ann, session=session) as ended, served.logged_in(ann) as other:
        world.revoke(ann, session)
        assert await ended.close_code() == 4401
        assert (await other.event("session.revoked"))["data"]["session_ids"] == [str(session)]
        assert "ok" in await other.ask("user.me")
    async with served.socket() as again:
        await again.send({"id": 1, "op": "hello", "data": {"v": 1, "token": world.token(ann, session=session)}})
        assert await again.close_code() == 4401


async def test_a_session_that_ended_while_the_broker_was_away_is_closed_when_it_is_back(served: Served) -> None:
    ann, session, world = uuid4(), uuid4(), served.world
    async with served.logged_in(ann, session=session) as frames:
        world.bus.disconnect()
        world.revoked.append(session)
        world.bus.reconnect()
        assert await frames.close_code() == 4401


async def test_a_ping_tells_the_position_and_a_missing_pong_closes_with_4009(served: Served) -> None:
    world = served.world
    ours = world.conversation(ann := uuid4())
    async with served.logged_in(ann) as answers, served.logged_in(uuid4()) as silent:
        world.say(ours)
        await answers.event("message.sent")
        for _ in range(25):
            served.gateway.wheel.turn()
        assert (await answers.next()) == {"event": "ping", "pos": 1}
        await answers.send({"op": "pong"})
        assert "ok" in await answers.ask("user.me")
        for _ in range(8):
            served.gateway.wheel.turn()
        assert await silent.close_code() == 4009
        assert "ok" in await answers.ask("user.me")


async def test_a_gateway_that_stops_tells_every_socket_when_to_come_back(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "SPREAD", 0.2)
    async with served.logged_in(uuid4()) as one, served.logged_in(uuid4()) as two:
        draining = asyncio.create_task(served.gateway.drain())
        assert [await one.close_code(), await two.close_code()] == [4001, 4001]
        await draining
        delay = json.loads(one.connection.close_reason or "")["retry_after_ms"]
        assert 0 <= delay <= 200
    assert "not draining" in served.gateway.missing()
    async with served.socket() as late:
        await late.send({"id": 1, "op": "hello", "data": {"v": 1, "token": served.world.token(uuid4())}})
        assert await late.close_code() == 4001


async def test_a_hello_that_no_service_can_answer_is_told_to_come_back(served: Served) -> None:
    with served.world.bus.absent("membership.list"):
        async with served.socket() as frames:
            reply = await frames.hello(served.world.token(uuid4()))
            assert reply["error"]["code"] == "unavailable"
            assert await frames.close_code() == 4000
