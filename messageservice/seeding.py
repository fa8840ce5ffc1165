"""Whole conversations at once, for demonstrations and measurements: bulk inserts that keep what sending guarantees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q
from django.db.transaction import atomic

from contracts.ids import uuid7
from contracts.message import ConversationKind, Role
from messageservice.models import Conversation, Member, Message
from messageservice.services import direct_key

BATCH = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedMessage:
    """`reply_to`: index of an earlier message of the same conversation."""

    sender_id: UUID
    text: str
    at: datetime
    reply_to: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedConversation:
    """Without a title a direct one. The first member owns it. `messages`: in the order of their times.

    `unread`: how many of the last messages a member has not seen; all others have seen everything.
    """

    client_id: UUID
    title: str | None
    member_ids: Sequence[UUID]
    created_at: datetime
    messages: Sequence[SeedMessage]
    unread: Mapping[UUID, int]


def conversations_seed(wanted: Sequence[SeedConversation]) -> tuple[int, int]:
    """Add those that are not there yet; returns how many conversations and messages were made.

    A conversation is there when its `client_id` was used by its first member, or its pair has a direct one. Nothing
    is recorded in the event log: who is connected meanwhile sees them after the next bootstrap.
    """
    with atomic():
        new = [one for one in wanted if not _exists(one)]
        rows = [_conversation(one) for one in new]
        Conversation.objects.bulk_create(rows)
        Member.objects.bulk_create(
            [member for one, row in zip(new, rows, strict=True) for member in _members(one, row)], batch_size=BATCH
        )
        messages = [message for one, row in zip(new, rows, strict=True) for message in _messages(one, row)]
        Message.objects.bulk_create(messages, batch_size=BATCH)
    return len(new), len(messages)


def _exists(one: SeedConversation) -> bool:
    same = Q(created_by=one.member_ids[0], client_id=one.client_id)
    if one.title is None:
        same |= Q(direct_key=direct_key(*one.member_ids))
    return Conversation.objects.filter(same).exists()


def _conversation(one: SeedConversation) -> Conversation:
    kind = ConversationKind.GROUP if one.title else ConversationKind.DIRECT
    return Conversation(
        kind=kind.value,
        title=one.title,
        direct_key=None if one.title else direct_key(*one.member_ids),
        member_count=len(one.member_ids),
        last_seq=len(one.messages),
        created_by=one.member_ids[0],
        client_id=one.client_id,
        created_at=one.created_at,
        active_at=one.messages[-1].at if one.messages else one.created_at,
    )


def _members(one: SeedConversation, row: Conversation) -> list[Member]:
    return [
        Member(
            conversation=row,
            user_id=user_id,
            role=Role.MEMBER if number else Role.OWNER,
            read_seq=max(0, len(one.messages) - one.unread.get(user_id, 0)),
            joined_at=one.created_at,
        )
        for number, user_id in enumerate(one.member_ids)
    ]


def _messages(one: SeedConversation, row: Conversation) -> list[Message]:
    ids = [uuid7() for _ in one.messages]
    return [
        Message(
            id=ids[number],
            conversation=row,
            seq=number + 1,
            sender_id=message.sender_id,
            client_id=uuid4(),
            text=message.text,
            reply_to_id=None if message.reply_to is None else ids[message.reply_to],
            created_at=message.at,
        )
        for number, message in enumerate(one.messages)
    ]
