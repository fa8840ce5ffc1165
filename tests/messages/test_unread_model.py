"""Random histories of send, repeat, read, leave, return against a model that is plain enough to believe."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.errors import NotFound
from contracts.ids import uuid7
from contracts.message import ConversationKind, MessageSend
from messageservice import selectors, sending, services

PEOPLE = [uuid7() for _ in range(4)]
person = st.sampled_from(PEOPLE)


@dataclass
class Seen:
    """A member as the model has him."""

    joined: int
    read: int


@dataclass
class Model:
    """`sent`: who sent which seq under which client id."""

    members: dict[UUID, Seen] = field(default_factory=dict)
    sent: list[tuple[UUID, UUID]] = field(default_factory=list)

    def unread(self, somebody: UUID) -> int:
        after = self.members[somebody].read
        return sum(sender != somebody for seq, (sender, _) in enumerate(self.sent, 1) if seq > after)

    def visible(self, somebody: UUID) -> list[int]:
        return list(range(self.members[somebody].joined + 1, len(self.sent) + 1))


class Conversation(RuleBasedStateMachine):
    client_ids = Bundle("client_ids")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.id = uuid4()

    @initialize(others=st.sets(person, min_size=1))
    def create(self, others):
        made = services.conversation_create(
            actor=PEOPLE[0], kind=ConversationKind.GROUP, member_ids=sorted(others), client_id=uuid7(), title=None,
            unknown_users=lambda _: [],
        )  # fmt: skip
        self.id = made.conversation.id
        self.model.members = {one: Seen(joined=0, read=0) for one in {PEOPLE[0], *others}}

    @rule(target=client_ids, senders=st.lists(person, min_size=1, max_size=6))
    def send(self, senders):
        keys = [uuid4() for _ in senders]
        outcomes = sending.message_send_many([
            (sender, MessageSend(conversation_id=self.id, client_id=key, text="hi"))
            for sender, key in zip(senders, keys, strict=True)
        ])  # fmt: skip
        for sender, key, outcome in zip(senders, keys, outcomes, strict=True):
            if sender not in self.model.members:
                assert isinstance(outcome, NotFound)
                continue
            self.model.sent.append((sender, key))
            assert (outcome.message.seq, outcome.duplicate) == (len(self.model.sent), False)
        return senders[-1], keys[-1]

    @rule(repeated=consumes(client_ids))
    def repeat(self, repeated):
        sender, key = repeated
        (outcome,) = sending.message_send_many([
            (sender, MessageSend(conversation_id=self.id, client_id=key, text="again")),
        ])  # fmt: skip
        if (sender, key) in self.model.sent:
            assert (outcome.message.seq, outcome.duplicate) == (self.model.sent.index((sender, key)) + 1, True)
        elif sender in self.model.members:
            self.model.sent.append((sender, key))
            assert (outcome.message.seq, outcome.duplicate) == (len(self.model.sent), False)
        else:
            assert isinstance(outcome, NotFound)

    @rule(somebody=person, seq=st.integers(0, 30))
    def read(self, somebody, seq):
        member = self.model.members.get(somebody)
        if member is None:
            with pytest.raises(NotFound):
                services.conversation_read(actor=somebody, conversation_id=self.id, seq=seq)
            return
        member.read = max(member.read, min(seq, len(self.model.sent)))
        position = services.conversation_read(actor=somebody, conversation_id=self.id, seq=seq)
        assert (position.read_seq, position.unread) == (member.read, self.model.unread(somebody))

    @precondition(lambda self: self.model.members)
    @rule(data=st.data())
    def leave(self, data):
        somebody = data.draw(st.sampled_from(sorted(self.model.members)))
        services.member_remove(actor=somebody, conversation_id=self.id, user_id=somebody)
        del self.model.members[somebody]

    @precondition(lambda self: self.model.members)
    @rule(data=st.data(), somebody=person)
    def add(self, data, somebody):
        by = data.draw(st.sampled_from(sorted(self.model.members)))
        services.member_add(actor=by, conversation_id=self.id, user_ids=[somebody], unknown_users=lambda _: [])
        here = len(self.model.sent)
        self.model.members.setdefault(somebody, Seen(joined=here, read=here))

    @invariant()
    def everybody_sees_what_the_model_says(self):
        for somebody in PEOPLE:
            shown = selectors.conversation_page(user_id=somebody, cursor=None, limit=10).conversations
            mine = [one for one in shown if one.id == self.id]
            assert bool(mine) == (somebody in self.model.members)
            if mine:
                self.compare(somebody, mine[0])

    def compare(self, somebody, shown):
        member = self.model.members[somebody]
        assert (shown.last_seq, shown.member_count) == (len(self.model.sent), len(self.model.members))
        assert (shown.read_seq, shown.joined_seq) == (member.read, member.joined)
        assert shown.unread == self.model.unread(somebody)
        page = selectors.message_page(user_id=somebody, conversation_id=self.id, before=None, after=None, limit=200)
        assert [message.seq for message in page.messages] == self.model.visible(somebody)
        assert [(one.sender_id, one.client_id) for one in page.messages] == self.model.sent[member.joined :]
        assert shown.last_message == (page.messages[-1] if page.messages else None)

    def teardown(self):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE messageservice_conversation, messageservice_member, messageservice_message")


def test_unread_and_history_are_exact_whatever_happens(transactional_db):
    run_state_machine_as_test(
        Conversation,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
