"""What a socket may send, and what happens to one that sends something else."""

import json
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from apigateway.tests.world import Served
from apigateway.ws import consumer
from contracts.base import OPERATIONS


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[1]",
        '{"op":5}',
        '{"no":"op"}',
        '{"id":"one","op":"hello"}',
        '{"id":1,"op":"hello","data":{"v":1}}',
        '{"id":1,"op":"hello","data":[]}',
        b"binary",
        '{"op":"' + "x" * 70_000 + '"}',
        "\xff" * 40_000,
        "[" * 50_000,
    ],
    ids=lambda frame: str(frame)[:20],
)
async def test_a_frame_that_is_none_closes_with_4400(served: Served, frame: str | bytes) -> None:
    async with served.socket() as frames:
        await frames.connection.send(frame)
        assert await frames.close_code() == 4400


async def test_an_operation_before_hello_closes_with_4401(served: Served) -> None:
    async with served.socket() as frames:
        await frames.send({"id": 1, "op": "user.me"})
        assert await frames.close_code() == 4401


async def test_a_second_hello_closes_with_4400(served: Served) -> None:
    ann = uuid4()
    async with served.logged_in(ann) as frames:
        await frames.send({"id": 9, "op": "hello", "data": {"v": 1, "token": served.world.token(ann)}})
        assert await frames.close_code() == 4400


async def test_a_socket_that_never_says_hello_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "HELLO_WITHIN", 0.1)
    async with served.socket() as frames:
        assert await frames.close_code() == 4401


async def test_another_version_closes_with_4406(served: Served) -> None:
    async with served.socket() as frames:
        await frames.send({"id": 1, "op": "hello", "data": {"v": 2, "token": served.world.token(uuid4())}})
        assert await frames.close_code() == 4406


async def test_an_unknown_op_is_answered_and_the_socket_stays(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        assert (await frames.ask("no.such"))["error"]["code"] == "unknown_operation"
        assert (await frames.ask("user.me"))["ok"]["username"] == "ann"


@pytest.mark.parametrize("op", sorted(set(OPERATIONS) - set(consumer.OPS)))
async def test_what_is_not_in_the_table_cannot_be_asked(served: Served, op: str) -> None:
    async with served.logged_in(uuid4()) as frames:
        assert (await frames.ask(op))["error"]["code"] == "unknown_operation"


async def test_a_wrong_type_names_the_field(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        error = (await frames.ask("message.send", conversation_id=5))["error"]
        assert (error["code"], error["field"]) == ("invalid_request", "conversation_id")


async def test_an_operation_without_id_is_answered_without_one(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        await frames.send({"op": "user.me"})
        frame = await frames.next()
        assert frame["id"] is None
        assert frame["error"]["code"] == "invalid_request"


async def test_several_frames_may_be_joined_by_newlines(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        await frames.connection.send('\n{"id":1,"op":"user.me"}\n\n  \n{"id":2,"op":"user.me"}\r\n')
        assert {(await frames.next())["id"], (await frames.next())["id"]} == {1, 2}


async def test_the_error_of_a_service_reaches_the_client_with_its_code(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        reply = await frames.ask("message.send", conversation_id=str(uuid4()), client_id=str(uuid4()), text="hi")
        assert reply["error"]["code"] == "not_found"


async def test_an_absent_service_is_unavailable_and_the_socket_stays(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        with served.world.bus.absent("user.me"):
            assert (await frames.ask("user.me"))["error"]["code"] == "unavailable"
        assert "ok" in await frames.ask("user.me")


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost:8000.evil.example", "null", "https://localhost:8000", "file://"],
)
async def test_a_page_of_somebody_else_gets_no_socket(served: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with served.socket(origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_page_and_programs_get_one(served: Served, settings: object) -> None:
    for origin in ("http://localhost:8000", f"http://127.0.0.1:{served.port}", None):
        async with served.socket(origin=origin) as frames:
            assert "ok" in await frames.hello(served.world.token(uuid4()))


async def test_another_path_has_no_socket(served: Served) -> None:
    from websockets.asyncio.client import connect

    with pytest.raises(InvalidStatus):
        async with connect(f"ws://127.0.0.1:{served.port}/elsewhere"):
            pass


async def test_bootstrap_tells_the_position_from_before_the_state(served: Served) -> None:
    ann, world = uuid4(), served.world
    world.say(world.conversation(ann))
    async with served.logged_in(ann) as frames:
        told = (await frames.ask("bootstrap"))["ok"]
        assert (told["epoch"], told["pos"], told["me"]["username"]) == ("e1", 1, "ann")


async def test_log_read_takes_the_audience_from_the_gateway_and_not_from_the_client(served: Served) -> None:
    ann, world = uuid4(), served.world
    theirs = world.conversation(uuid4())
    world.say(theirs, "secret")
    async with served.logged_in(ann) as frames:
        forged = [{"conversation_id": str(theirs), "joined_seq": 0}]
        assert (await frames.ask("log.read", after=0, hearings=forged))["ok"]["events"] == []


async def test_requests_beyond_the_minutes_worth_are_refused_and_a_flood_is_closed(
    served: Served, settings: object
) -> None:
    ann = uuid4()
    async with served.logged_in(ann) as frames:
        level = served.gateway.limits._users.per_minute
        for _ in range(level):
            served.gateway.limits.user(ann)
        error = (await frames.ask("user.me"))["error"]
        assert error["code"] == "rate_limited"
        assert error["retry_after_ms"] > 0
        await frames.connection.send("\n".join(json.dumps({"id": n, "op": "user.me"}) for n in range(200)))
        assert await frames.close_code() == 4029


async def test_a_flood_of_frames_that_cost_nothing_is_closed_too(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        for _ in range(5):
            await frames.connection.send('{"op":"pong"}\n' * 1000)
        assert await frames.close_code() == 4029


async def test_more_sockets_than_a_user_may_have_are_closed_with_4409(served: Served) -> None:
    ann = uuid4()
    served.gateway.limits.sockets_of_users._most = 2
    async with served.logged_in(ann), served.logged_in(ann), served.socket() as third:
        await third.send({"id": 1, "op": "hello", "data": {"v": 1, "token": served.world.token(ann)}})
        assert await third.close_code() == 4409
    await served.until(lambda: not served.gateway.limits.sockets_of_users._open)
    async with served.logged_in(ann):
        pass


async def test_more_sockets_than_an_address_may_have_are_closed_with_4409(served: Served) -> None:
    served.gateway.limits.sockets_of_addresses._most = 1
    async with served.socket(), served.socket() as second:
        assert await second.close_code() == 4409
    await served.until(lambda: not served.gateway.limits.sockets_of_addresses._open)


async def test_a_reply_that_comes_after_the_client_has_gone_breaks_nothing(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    world.delay = 0.2
    async with served.logged_in(ann) as frames:
        data = {"conversation_id": str(ours), "client_id": str(uuid4()), "text": "hi"}
        await frames.send({"id": 1, "op": "message.send", "data": data})
        await served.until(lambda: "message.send" in world.calls)
        frames.connection.transport.abort()
    await served.until(lambda: not served.gateway.tasks and len(world.sent) == 1)


async def test_half_a_surrogate_pair_is_answered_and_the_socket_stays(served: Served) -> None:
    async with served.logged_in(uuid4()) as frames:
        await frames.connection.send('{"id":7,"op":"message.send","data":{"text":"\\ud83d"}}')
        frame = await frames.next()
        assert (frame["id"], frame["error"]["code"]) == (7, "invalid_request")
        assert "ok" in await frames.ask("user.me")
