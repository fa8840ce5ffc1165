"""What every caller may rely on, whichever bus is underneath: the fake and RabbitMQ pass the same tests."""

import asyncio
import json
import time
from uuid import uuid4

import pytest

from bus.envelope import Actor, Call, Client
from bus.subscription import Subscription
from contracts.errors import (
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unavailable,
    UnknownOperation,
    WarrenError,
)
from tests.bus.probe import (
    Echoed,
    ProbeEcho,
    ProbeKeyed,
    ProbeMany,
    ProbeNobody,
    ProbeOnce,
    ProbeRelay,
    ProbeSlow,
)
from tests.servers import until


async def test_a_reply_comes_back_as_its_contract(bus):
    reply = await bus.ask(ProbeOnce(text="hello"))
    assert reply == Echoed(text="hello", by="", extra=None)


async def test_the_envelope_arrives_as_it_was_sent(bus):
    actor = Actor(user_id=uuid4(), session_id=uuid4(), staff=True)
    call = Call(
        actor=actor,
        client=Client(address="2001:db8::1", device="Æther 1.0"),
        request_id="r-1",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    reply = await bus.ask(ProbeEcho(text="x"), call=call)
    assert reply.by == f"{actor.user_id} {actor.session_id} True"
    assert reply.extra == {
        "request_id": "r-1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "address": "2001:db8::1",
        "device": "Æther 1.0",
        "caller": "gateway",
    }


async def test_a_call_without_an_envelope_has_no_actor(bus):
    assert (await bus.ask(ProbeEcho(text="x"))).by == ""


async def test_raw_calls_pass_json_through(bus):
    body = await bus.ask_raw("probe.once", b'{"text": "hello"}')
    assert json.loads(body) == {"text": "hello", "by": "", "extra": None}


async def test_unknown_fields_are_ignored(bus):
    body = await bus.ask_raw("probe.once", b'{"text": "hello", "newer": [1, 2]}')
    assert json.loads(body)["text"] == "hello"


async def test_a_named_failure_keeps_its_code_sentence_and_data(bus):
    with pytest.raises(NotFound, match="There is no such probe") as caught:
        await bus.ask(ProbeKeyed(text="not_found"))
    assert caught.value.data == {"field": "text"}


@pytest.mark.parametrize("text", ["crash", "wrong"])
async def test_an_unnamed_failure_is_answered_without_its_details(bus, text):
    with pytest.raises(WarrenError) as caught:
        await bus.ask(ProbeKeyed(text=text))
    assert caught.value.code == "internal"
    assert "probe" not in caught.value.message
    assert (await bus.ask(ProbeKeyed(text="still here"))).text == "still here"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[]", b'{"text": 5}', b"{}", b"[" * 100_000], ids=lambda body: repr(body[:9])
)
async def test_a_body_that_is_no_such_contract_is_an_invalid_request(bus, body):
    with pytest.raises(InvalidRequest):
        await bus.ask_raw("probe.echo", body)
    assert (await bus.ask(ProbeEcho(text="still here"))).text == "still here"


async def test_an_invalid_request_names_the_field(bus):
    with pytest.raises(InvalidRequest) as caught:
        await bus.ask_raw("probe.echo", b'{"text": 5}')
    assert caught.value.data == {"field": "text"}


async def test_an_unknown_operation_is_refused(bus):
    with pytest.raises(UnknownOperation):
        await bus.ask_raw("probe.unheard_of", b"{}")


async def test_an_operation_that_nobody_answers_is_unavailable_at_once(bus):
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await bus.ask(ProbeNobody(), deadline_ms=8000)
    assert time.monotonic() - began < 4


async def test_a_caller_that_the_contract_does_not_list_is_refused(bus):
    with pytest.raises(Forbidden):
        await bus.ask(ProbeKeyed(text="x"), role="messageservice")


async def test_a_slow_answer_ends_in_the_deadline(bus):
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await bus.ask(ProbeSlow(milliseconds=600), deadline_ms=200)
    assert time.monotonic() - began >= 0.19


async def test_a_call_within_a_call_ends_with_the_outer_deadline(bus):
    call = Call(deadline=time.monotonic() + 0.2)
    with pytest.raises(DeadlineExceeded):
        await bus.ask(ProbeSlow(milliseconds=600), call=call)


async def test_a_service_asks_another_in_the_name_of_its_caller(bus):
    assert (await bus.ask(ProbeRelay(milliseconds=1))).text == "slept"


async def test_many_calls_at_once_each_get_their_own_answer(bus):
    replies = await asyncio.gather(*(bus.ask(ProbeEcho(text=str(number))) for number in range(100)))
    assert [reply.text for reply in replies] == [str(number) for number in range(100)]


async def test_requests_answered_together_each_get_their_own_answer(bus):
    texts = [str(number) for number in range(30)]
    texts[7] = "not_found"
    answers = await asyncio.gather(*(bus.ask(ProbeMany(text=text)) for text in texts), return_exceptions=True)
    assert isinstance(answers[7], NotFound)
    assert [answer.text for answer in answers if answer is not answers[7]] == [t for t in texts if t != "not_found"]


async def test_an_exception_fails_all_that_were_answered_together(bus):
    with pytest.raises(WarrenError) as caught:
        await bus.ask(ProbeMany(text="crash"))
    assert caught.value.code == "internal"


async def test_news_reach_who_subscribed_to_their_exchange(bus):
    heard, ready = [], []
    bus.subscriber.subscribe(
        Subscription(
            exchanges=("events.message", "signals"),
            on_message=lambda *message: heard.append(message),
            on_ready=lambda: ready.append(True),
        )
    )
    await until(lambda: ready)
    await asyncio.to_thread(bus.publish, "events.message", "all", "message.sent", b'{"event":"message.sent"}')
    await asyncio.to_thread(bus.publish, "events.user", "all", "user.updated", b"{}")
    await asyncio.to_thread(bus.publish, "signals", "u.0", "log.head", b"{}")
    await until(lambda: len(heard) == 2)
    assert heard == [("message.sent", "all", b'{"event":"message.sent"}'), ("log.head", "u.0", b"{}")]
