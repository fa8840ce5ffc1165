"""One unanswered send for each conversation of a socket."""

from uuid import uuid4

import pytest

from apigateway.tests.world import Served
from apigateway.ws.sends import WAITING
from contracts.errors import DeadlineExceeded


async def test_sends_in_one_conversation_are_answered_in_their_order(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    world.delay = 0.01
    async with served.logged_in(ann) as frames:
        for number in range(10):
            data = {"conversation_id": str(ours), "client_id": str(uuid4()), "text": f"m{number}"}
            await frames.send({"id": 100 + number, "op": "message.send", "data": data})
        answers = [await frames.next() for _ in range(10)]
    assert [answer["id"] for answer in answers] == list(range(100, 110))
    assert [sent.text for sent in world.sent] == [f"m{number}" for number in range(10)]
    assert world.most_sending == 1


async def test_beyond_32_that_wait_a_send_is_refused_at_once(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    world.delay = 0.02
    async with served.logged_in(ann) as frames:
        for number in range(WAITING + 3):
            data = {"conversation_id": str(ours), "client_id": str(uuid4()), "text": "m"}
            await frames.send({"id": number + 100, "op": "message.send", "data": data})
        answers = {}
        for _ in range(WAITING + 3):
            answer = await frames.next()
            answers[answer["id"]] = answer
    refused = [number for number, answer in answers.items() if "error" in answer]
    assert refused == [100 + WAITING + 1, 100 + WAITING + 2]
    assert answers[refused[0]]["error"]["code"] == "rate_limited"


async def test_other_conversations_do_not_wait(served: Served) -> None:
    ann, world = uuid4(), served.world
    slow, fast = world.conversation(ann), world.conversation(ann)
    world.delay = 0.1
    async with served.logged_in(ann) as frames:
        for number, conversation in enumerate((slow, fast), start=100):
            data = {"conversation_id": str(conversation), "client_id": str(uuid4()), "text": "m"}
            await frames.send({"id": number, "op": "message.send", "data": data})
        assert {(await frames.next())["id"], (await frames.next())["id"]} == {100, 101}
    assert world.most_sending == 2


async def test_a_send_whose_outcome_is_unknown_is_repeated_before_the_next_one_goes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    asked: list[bytes] = []
    real = served.gateway.client.call_raw

    async def forgetful(operation: str, body: bytes, **options: object) -> bytes:
        if operation != "message.send":
            return await real(operation, body, **options)  # type: ignore[arg-type]
        asked.append(body)
        reply = await real(operation, body, **options)  # type: ignore[arg-type]
        if len(asked) == 1:
            raise DeadlineExceeded
        return reply

    monkeypatch.setattr(served.gateway.client, "call_raw", forgetful)
    async with served.logged_in(ann) as frames:
        for number in (100, 101):
            data = {"conversation_id": str(ours), "client_id": str(uuid4()), "text": f"m{number}"}
            await frames.send({"id": number, "op": "message.send", "data": data})
        first, second = await frames.next(), await frames.next()
    assert (first["id"], first["ok"]["duplicate"]) == (100, True)
    assert (second["id"], second["ok"]["duplicate"]) == (101, False)
    assert asked[0] == asked[1] != asked[2]


async def test_an_outcome_that_stays_unknown_is_told_as_such(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = served.world.conversation(ann := uuid4())

    async def late(operation: str, body: bytes, **options: object) -> bytes:
        raise DeadlineExceeded

    async with served.logged_in(ann) as frames:
        monkeypatch.setattr(served.gateway.client, "call_raw", late)
        reply = await frames.ask("message.send", conversation_id=str(ours), client_id=str(uuid4()), text="hi")
        assert reply["error"]["code"] == "deadline_exceeded"
