"""People and conversations for the message service's tests; who asks goes through envelope, codec and error lists."""

import asyncio
from uuid import UUID, uuid4

import pytest
from django.db import connection

from bus.envelope import Actor, Call
from bus.testing import InMemoryBus
from contracts.ids import uuid7
from contracts.message import ConversationCreate, ConversationKind, MemberAdd, MessageList, MessageSend
from messageservice.handlers import service as messages
from messageservice.models import Conversation, Message
from tests.users.conftest import at_once, recorded  # noqa: F401
from userservice.handlers import service as users
from userservice.models import User


@pytest.fixture
def person(transactional_db):
    """The id of somebody new."""

    def make() -> UUID:
        return User.objects.create(username=f"user-{uuid4().hex[:12]}", display_name="Somebody").id

    return make


@pytest.fixture
def people(person):
    """Ids of several: `ada, bob = people(2)`."""
    return lambda number: [person() for _ in range(number)]


@pytest.fixture
def bus(transactional_db):
    return InMemoryBus(users, messages)


@pytest.fixture
def ask(bus):
    """Call an operation as the gateway does: `ask(ConversationList(), by=ada)`."""
    client = bus.sync_client("gateway")

    def call(request, *, by: UUID | None, staff: bool = False):
        actor = None if by is None else Actor(user_id=by, session_id=uuid4(), staff=staff)
        return client.call(request, call=Call(actor=actor), deadline_ms=30_000)

    return call


@pytest.fixture
def group(ask):
    """A group's id, made by the first and with all of them in it."""

    def make(owner: UUID, *others: UUID, title: str | None = "Warren") -> UUID:
        request = ConversationCreate(
            kind=ConversationKind.GROUP, member_ids=list(others) or [owner], client_id=uuid7(), title=title
        )
        return ask(request, by=owner).conversation.id

    return make


@pytest.fixture
def direct(ask):
    """Id of the conversation between two people."""

    def make(one: UUID, other: UUID) -> UUID:
        request = ConversationCreate(kind=ConversationKind.DIRECT, member_ids=[other], client_id=uuid7())
        return ask(request, by=one).conversation.id

    return make


@pytest.fixture
def add(ask):
    """`add(somebody, to=conversation, by=a_member)`."""
    return lambda *user_ids, to, by: ask(MemberAdd(conversation_id=to, user_ids=list(user_ids)), by=by)


@pytest.fixture
def send(ask):
    """`send("hi", to=conversation, by=ada)`: the reply."""

    def say(text: str = "hi", *, to: UUID, by: UUID, client_id: UUID | None = None, **fields):
        request = MessageSend(conversation_id=to, client_id=client_id or uuid4(), text=text, **fields)
        return ask(request, by=by)

    return say


@pytest.fixture
def history(ask):
    """The last messages of a conversation, as a member sees them."""
    return lambda conversation_id, *, by: ask(MessageList(conversation_id=conversation_id, limit=200), by=by).messages


@pytest.fixture
def seqs():
    """All seqs of a conversation, in order; checked against its counter."""

    def read(conversation_id: UUID) -> list[int]:
        found = list(
            Message.objects.filter(conversation_id=conversation_id).order_by("seq").values_list("seq", flat=True)
        )
        assert found == list(range(1, Conversation.objects.get(pk=conversation_id).last_seq + 1))
        return found

    return read


@pytest.fixture
def lock_timeout():
    """Shorter waits for locks on the calling thread's connection, in milliseconds."""

    def limit(milliseconds: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {milliseconds}")

    yield limit
    connection.close()


@pytest.fixture
def people_async(people):
    """`people` for coroutines: Django refuses its database to a thread with a running loop."""
    return lambda number: asyncio.to_thread(people, number)
