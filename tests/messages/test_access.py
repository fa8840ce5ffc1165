"""Every operation × somebody else's ids: the answer is that of a conversation that does not exist."""

from uuid import uuid4

import pytest

from contracts.base import OPERATIONS
from contracts.errors import Forbidden, NotAuthenticated, NotFound
from contracts.ids import uuid7
from contracts.message import (
    ConversationCreate,
    ConversationGet,
    ConversationKind,
    ConversationList,
    ConversationRead,
    ConversationUpdate,
    MemberAdd,
    MemberList,
    MemberRemove,
    MembershipListOf,
    MessageFilesOf,
    MessageFilesPosted,
    MessageFilesVisible,
    MessageList,
    MessageSend,
    MessageSendFiles,
)
from eventlog.models import Outbox
from messageservice.handlers import service
from messageservice.models import Conversation, Member, Message

REACH_IN = {
    "conversation.get": lambda conversation, who: ConversationGet(conversation_id=conversation),
    "conversation.update": lambda conversation, who: ConversationUpdate(conversation_id=conversation, title="mine"),
    "conversation.read": lambda conversation, who: ConversationRead(conversation_id=conversation, seq=1),
    "member.list": lambda conversation, who: MemberList(conversation_id=conversation),
    "member.add": lambda conversation, who: MemberAdd(conversation_id=conversation, user_ids=[who["eve"]]),
    "member.remove": lambda conversation, who: MemberRemove(conversation_id=conversation, user_id=who["ada"]),
    "message.send": lambda conversation, who: MessageSend(conversation_id=conversation, client_id=uuid4(), text="x"),
    "message.send_files": lambda conversation, who: MessageSendFiles(
        conversation_id=conversation, client_id=uuid4(), file_ids=[uuid4()]
    ),
    "message.list": lambda conversation, who: MessageList(conversation_id=conversation),
}
OF_ONE_S_OWN = {
    "conversation.create": lambda who: ConversationCreate(
        kind=ConversationKind.GROUP, member_ids=[who["ada"]], client_id=uuid7()
    ),
    "conversation.list": lambda who: ConversationList(),
    "membership.list": lambda who: MembershipListOf(user_ids=[who["ada"]]),
}
OF_SERVICES = {
    "message.files_of": lambda: MessageFilesOf(conversation_id=uuid4(), limit=9),
    "message.files_visible": lambda: MessageFilesVisible(file_ids=[uuid4()]),
    "message.files_posted": lambda: MessageFilesPosted(file_ids=[uuid4()]),
}
"""What they answer: `tests/files/test_messages_with_files.py`."""


@pytest.fixture
def who(people, group, direct, send, ask):
    """Ada and Bob have a group and a direct conversation; Carl was in the group and left it; Eve is a stranger."""
    ada, bob, carl, eve = people(4)
    names = {"ada": ada, "bob": bob, "carl": carl, "eve": eve}
    names["group"], names["direct"] = group(ada, bob, carl), direct(ada, bob)
    for conversation in (names["group"], names["direct"]):
        send("secret", to=conversation, by=ada)
    ask(MemberRemove(conversation_id=names["group"], user_id=carl), by=carl)
    return names


def test_every_operation_is_in_this_file():
    assert set(REACH_IN) | set(OF_ONE_S_OWN) | set(OF_SERVICES) == {
        name for name, op in OPERATIONS.items() if op.owner == "message"
    }
    assert service.missing() == []


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Conversation, Member, Message, Outbox)]


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("stranger", ["eve", "carl"])
@pytest.mark.parametrize("place", ["group", "direct"])
@pytest.mark.parametrize("operation", REACH_IN)
def test_a_stranger_learns_and_changes_nothing(who, ask, operation, place, stranger, staff):
    before = state()
    with pytest.raises(NotFound) as foreign:
        ask(REACH_IN[operation](who[place], who), by=who[stranger], staff=staff)
    with pytest.raises(NotFound) as absent:
        ask(REACH_IN[operation](uuid4(), who), by=who[stranger], staff=staff)
    assert (foreign.value.message, foreign.value.data) == (absent.value.message, absent.value.data)
    assert state() == before


def test_a_stranger_who_names_himself_is_not_let_in_either(who, ask):
    for conversation in (who["group"], who["direct"], uuid4()):
        with pytest.raises(NotFound):
            ask(MemberRemove(conversation_id=conversation, user_id=who["eve"]), by=who["eve"])


def test_a_stranger_s_own_lists_show_nothing_of_others(who, ask):
    for stranger in ("eve", "carl"):
        assert ask(ConversationList(), by=who[stranger]).conversations == []
        (found,) = ask(MembershipListOf(user_ids=[who[stranger]]), by=who[stranger]).users
        assert (found.user_id, found.memberships) == (who[stranger], [])


@pytest.mark.parametrize("operation", [*REACH_IN, *OF_ONE_S_OWN])
def test_nothing_is_answered_to_nobody(who, ask, operation):
    request = REACH_IN[operation](who["group"], who) if operation in REACH_IN else OF_ONE_S_OWN[operation](who)
    before = state()
    with pytest.raises(NotAuthenticated):
        ask(request, by=None)
    assert state() == before


@pytest.mark.parametrize("operation", OF_SERVICES)
def test_what_only_services_ask_is_no_gateway_s_to_ask(who, ask, operation):
    with pytest.raises(Forbidden):
        ask(OF_SERVICES[operation](), by=who["ada"])


def test_the_user_service_is_not_asked_for_a_stranger(who, ask, bus):
    with bus.absent("user.check"), pytest.raises(NotFound):
        ask(MemberAdd(conversation_id=who["group"], user_ids=[uuid4()]), by=who["eve"])
