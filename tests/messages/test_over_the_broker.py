"""The whole way from a gateway's client through RabbitMQ to two message services as processes, and back."""

import asyncio
from uuid import uuid4

import pytest

from bus.envelope import Actor, Call
from contracts.errors import InvalidRequest, NotFound, WarrenError
from contracts.message import (
    ConversationCreate,
    ConversationKind,
    ConversationList,
    MemberAdd,
    MessageSend,
)
from eventlog.models import Outbox
from messageservice import services
from messageservice.models import Message


def by(user_id):
    return Call(actor=Actor(user_id=user_id, session_id=uuid4()))


@pytest.mark.django_db(transaction=True)
async def test_a_conversation_is_made_through_the_user_service(people_async, rpc, serve):
    await asyncio.to_thread(serve, "userservice", "messageservice")
    ada, bob = await people_async(2)
    request = ConversationCreate(kind=ConversationKind.GROUP, member_ids=[bob], client_id=uuid4(), title="Warren")
    made = await rpc.call(request, call=by(ada))
    assert made.created
    with pytest.raises(NotFound) as refused:
        await rpc.call(MemberAdd(conversation_id=made.conversation.id, user_ids=[uuid4()]), call=by(ada))
    assert refused.value.data["field"] == "user_ids"
    sent = await rpc.call(MessageSend(conversation_id=made.conversation.id, client_id=uuid4(), text="hi"), call=by(bob))
    (shown,) = (await rpc.call(ConversationList(), call=by(ada))).conversations
    assert (shown.last_message, shown.unread) == (sent.message, 1)


@pytest.mark.django_db(transaction=True)
async def test_repeats_in_two_processes_are_one_message_while_everybody_talks(people_async, rpc, serve):
    await asyncio.to_thread(lambda: [serve("userservice", "messageservice"), serve("messageservice")])
    senders = await people_async(4)
    request = ConversationCreate(kind=ConversationKind.GROUP, member_ids=senders[1:], client_id=uuid4())
    conversation = (await rpc.call(request, call=by(senders[0]))).conversation.id
    wanted = [
        (senders[n % 4], MessageSend(conversation_id=conversation, client_id=uuid4(), text=f"{n}")) for n in range(150)
    ]
    bad = MessageSend(conversation_id=conversation, client_id=uuid4(), text=" ")

    async def send(sender, message):
        try:
            return await rpc.call(message, call=by(sender), deadline_ms=20_000)
        except WarrenError as error:
            return error

    answers = await asyncio.gather(
        *(send(sender, message) for sender, message in wanted for _ in range(3)),
        *(send(senders[0], bad) for _ in range(20)),
    )
    assert {type(answer) for answer in answers[-20:]} == {InvalidRequest}
    replies = answers[:-20]
    assert {reply.message.client_id for reply in replies} == {message.client_id for _, message in wanted}
    assert (
        len({reply.message.id for reply in replies}) == len([reply for reply in replies if not reply.duplicate]) == 150
    )
    stored, told = await asyncio.to_thread(
        lambda: (
            list(Message.objects.order_by("seq").values_list("seq", flat=True)),
            list(Outbox.objects.filter(event="message.sent").order_by("id").values_list("seq", flat=True)),
        )
    )
    assert stored == told == list(range(1, 151))


@pytest.mark.django_db(transaction=True)
async def test_a_service_killed_between_commit_and_reply_costs_its_caller_only_time(people_async, rpc, serve):
    (ada,) = await people_async(1)
    made = await asyncio.to_thread(
        services.conversation_create,
        actor=ada,
        kind=ConversationKind.GROUP,
        member_ids=[ada],
        client_id=uuid4(),
        title=None,
        unknown_users=lambda _: [],
    )
    dying = await asyncio.to_thread(lambda: serve("messageservice", WARREN_FAILPOINTS="message.committed"))
    message = MessageSend(conversation_id=made.conversation.id, client_id=uuid4(), text="hi")
    call = asyncio.create_task(rpc.call(message, call=by(ada), deadline_ms=30_000))
    assert await asyncio.to_thread(dying.popen.wait, 30) < 0
    await asyncio.to_thread(serve, "messageservice")
    reply = await call
    assert (reply.duplicate, reply.message.seq) == (True, 1)
    again = await rpc.call(message, call=by(ada))
    assert again == reply
    assert await asyncio.to_thread(Message.objects.count) == 1
