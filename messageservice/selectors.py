"""Reads of the message service. What somebody may not see is answered as what does not exist: NotFound."""
# ruff: noqa: S608  the statements are put together from constants

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from contracts.errors import InvalidRequest, NotFound
from contracts.message import (
    Conversation,
    ConversationKind,
    ConversationPage,
    Member,
    MemberPage,
    Membership,
    MembershipList,
    Message,
    MessagePage,
    PostedFile,
    PostedFiles,
    ReadPosition,
    Role,
    UserMemberships,
)
from messageservice import cursors, models
from messageservice.history import Window

MAX_UNREAD = 1_000
"""As far as unread messages are counted."""
UNREAD_REACH = 3_000
"""Messages back from the last one among which unread ones are looked for. It bounds the work for somebody (a program)
who has sent more than these himself since he last read."""
FIRST_MEMBERS = 8

_MESSAGE = (
    "id",
    "conversation_id",
    "seq",
    "sender_id",
    "client_id",
    "text",
    "data",
    "reply_to",
    "file_ids",
    "created_at",
)
"""Fields of the contract, which are the model's attributes too, but for `reply_to`."""
_COLUMNS = [column.replace("reply_to", "reply_to_id") for column in _MESSAGE]
_CONVERSATION = (
    "id", "kind", "title", "member_count", "last_seq", "read_seq", "joined_seq", "created_at", "active_at", "rev",
    "unread", "member_ids",
)  # fmt: skip
_UNREAD = f"""(
    SELECT count(*) FROM (
        SELECT FROM (
            SELECT sender_id FROM messageservice_message
            WHERE conversation_id = mine.id AND seq > mine.read_seq ORDER BY seq DESC LIMIT {UNREAD_REACH}
        ) behind WHERE sender_id <> %(user_id)s LIMIT {MAX_UNREAD}
    ) counted
)"""
_CONVERSATIONS = f"""
WITH mine AS MATERIALIZED (
    SELECT c.id, c.kind, c.title, c.member_count, c.last_seq, m.read_seq, m.joined_seq, c.created_at, c.active_at, c.rev
    FROM messageservice_member m JOIN messageservice_conversation c ON c.id = m.conversation_id
    WHERE m.user_id = %(user_id)s {{condition}}
    ORDER BY c.active_at DESC, c.id DESC LIMIT %(limit)s
)
SELECT mine.*, {_UNREAD}, ARRAY(
    SELECT user_id FROM messageservice_member WHERE conversation_id = mine.id ORDER BY id LIMIT {FIRST_MEMBERS}
), {", ".join(f"last.{column}" for column in _COLUMNS)}
FROM mine LEFT JOIN messageservice_message last
    ON last.conversation_id = mine.id AND last.seq = mine.last_seq AND mine.last_seq > mine.joined_seq
ORDER BY mine.active_at DESC, mine.id DESC
"""
_READ_POSITION = f"""
SELECT mine.read_seq, {_UNREAD} FROM (
    SELECT conversation_id AS id, read_seq FROM messageservice_member
    WHERE conversation_id = %(conversation_id)s AND user_id = %(user_id)s
) mine
"""


def conversation_page(*, user_id: UUID, cursor: str | None, limit: int) -> ConversationPage:
    """The user's conversations, most recently active first. Raises InvalidRequest on a bad cursor."""
    if cursor is None:
        found = _conversations("", user_id=user_id, limit=limit + 1)
    else:
        at, last_id = cursors.conversation_after(cursor)
        condition = "AND (c.active_at, c.id) < (%(at)s, %(id)s)"
        found = _conversations(condition, user_id=user_id, limit=limit + 1, at=at, id=last_id)
    page = found[:limit]
    more = len(found) > limit
    following = cursors.after_conversation(active_at=page[-1].active_at, id=page[-1].id) if more else None
    return ConversationPage(conversations=page, next=following)


def conversation_view(*, user_id: UUID, conversation_id: UUID) -> Conversation:
    """One conversation as one of its members sees it."""
    found = _conversations("AND c.id = %(id)s", user_id=user_id, limit=1, id=conversation_id)
    if not found:
        raise NotFound
    return found[0]


def read_position(*, user_id: UUID, conversation_id: UUID) -> ReadPosition:
    """How far a member has read, and how much there is left."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_POSITION, {"user_id": user_id, "conversation_id": conversation_id})
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return ReadPosition(conversation_id=conversation_id, read_seq=row[0], unread=row[1])


def member_page(*, user_id: UUID, conversation_id: UUID, cursor: str | None, limit: int) -> MemberPage:
    """Members in the order in which they joined. Raises InvalidRequest on a bad cursor."""
    after = 0 if cursor is None else cursors.member_after(cursor)
    membership(user_id=user_id, conversation_id=conversation_id)
    members = models.Member.objects.filter(conversation_id=conversation_id, id__gt=after).order_by("id")
    found = list(members[: limit + 1])
    following = cursors.after_member(id=found[limit - 1].id) if len(found) > limit else None
    return MemberPage(members=[member_view(member) for member in found[:limit]], next=following)


def membership(*, user_id: UUID, conversation_id: UUID) -> models.Member:
    """The member's row with its conversation."""
    member = (
        models.Member.objects.select_related("conversation")
        .filter(conversation_id=conversation_id, user_id=user_id)
        .first()
    )
    if member is None:
        raise NotFound
    return member


def membership_list(*, user_ids: Sequence[UUID]) -> MembershipList:
    """Every conversation that each of the users is in."""
    found: dict[UUID, list[Membership]] = {user_id: [] for user_id in user_ids}
    rows = models.Member.objects.filter(user_id__in=found).values_list("user_id", "conversation_id", "joined_seq")
    for user_id, conversation_id, seq in rows:
        found[user_id].append(Membership(conversation_id=conversation_id, joined_seq=seq))
    return MembershipList(users=[UserMemberships(user_id=user_id, memberships=found[user_id]) for user_id in user_ids])


def message_page(
    *, user_id: UUID, conversation_id: UUID, before: int | None, after: int | None, limit: int
) -> MessagePage:
    """A page of what the member may see: the messages nearest below `before` or above `after`, else the last ones.

    Raises InvalidRequest when both are given.
    """
    if before is not None and after is not None:
        raise InvalidRequest("Give before or after, not both.", field="after")
    member = membership(user_id=user_id, conversation_id=conversation_id)
    window = Window(joined_seq=member.joined_seq, last_seq=member.conversation.last_seq)
    page = window.page(before=before, after=after, limit=limit)
    return MessagePage(
        messages=_messages(conversation_id, page),
        more_before=window.goes_on_before(page),
        more_after=window.goes_on_after(page),
    )


def messages_by_key(keys: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Message]:
    """(sender, client id) → the message that was sent under it, for those that there are."""
    wanted = models.Message.objects.filter(
        sender_id__in={sender for sender, _ in keys}, client_id__in={client_id for _, client_id in keys}
    )
    found = [message_view(row) for row in wanted.values_list(*_COLUMNS)]
    return {(message.sender_id, message.client_id): message for message in found}


def message_places(ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Message id → its conversation and seq, for those that there are."""
    rows = models.Message.objects.filter(id__in=ids).values_list("id", "conversation_id", "seq")
    return {message_id: (conversation_id, seq) for message_id, conversation_id, seq in rows}


def joined_seqs(pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """(conversation, user) → `joined_seq`, for those who are members (of these conversations, among these users)."""
    rows = models.Member.objects.filter(
        conversation_id__in={conversation_id for conversation_id, _ in pairs}, user_id__in={user for _, user in pairs}
    ).values_list("conversation_id", "user_id", "joined_seq")
    return {(conversation_id, user_id): joined_seq for conversation_id, user_id, joined_seq in rows}


def files_visible(*, user_id: UUID, file_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these files that came with a message which the user may see."""
    joined = models.Member.objects.filter(
        conversation_id=OuterRef("conversation_id"), user_id=user_id, joined_seq__lt=OuterRef("seq")
    )
    rows = models.Attachment.objects.filter(Exists(joined), file_id__in=file_ids)
    return list(rows.values_list("file_id", flat=True).distinct())


def files_of(*, user_id: UUID, conversation_id: UUID, after: PostedFile | None, limit: int) -> PostedFiles:
    """Files that were posted where the member may see it, the latest first. Raises NotFound."""
    joined_seq = membership(user_id=user_id, conversation_id=conversation_id).joined_seq
    rows = models.Attachment.objects.filter(conversation_id=conversation_id, seq__gt=joined_seq)
    if after is not None:
        rows = rows.filter(Q(seq__lt=after.seq) | Q(seq=after.seq, file_id__lt=after.file_id))
    places = rows.order_by("-seq", "-file_id").values_list("file_id", "seq")[:limit]
    return PostedFiles(files=[PostedFile(file_id=file_id, seq=seq) for file_id, seq in places], joined_seq=joined_seq)


def files_posted(*, file_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these files that came with any message."""
    rows = models.Attachment.objects.filter(file_id__in=file_ids)
    return list(rows.values_list("file_id", flat=True).distinct())


def member_view(member: models.Member) -> Member:
    return Member(
        user_id=member.user_id, role=Role(member.role), joined_seq=member.joined_seq, joined_at=member.joined_at
    )


def message_view(row: Sequence[Any]) -> Message:
    """From the columns `_COLUMNS`."""
    return Message(**dict(zip(_MESSAGE, row, strict=True)))


def _messages(conversation_id: UUID, seqs: range) -> list[Message]:
    if not seqs:
        return []
    rows = models.Message.objects.filter(conversation_id=conversation_id, seq__range=(seqs.start, seqs.stop - 1))
    return [message_view(row) for row in rows.order_by("seq").values_list(*_COLUMNS)]


def _conversations(condition: str, *, user_id: UUID, limit: int, **parameters: UUID | datetime) -> list[Conversation]:
    with connection.cursor() as cursor:
        cursor.execute(_CONVERSATIONS.format(condition=condition), {"user_id": user_id, "limit": limit, **parameters})
        return [_conversation(row) for row in cursor.fetchall()]


def _conversation(row: Sequence[Any]) -> Conversation:
    fields = dict(zip(_CONVERSATION, row, strict=False))
    fields["kind"] = ConversationKind(fields["kind"])
    return Conversation(**fields, last_message=_last_message(row[len(_CONVERSATION) :]))


def _last_message(row: Sequence[Any]) -> Message | None:
    fields = dict(zip(_MESSAGE, row, strict=True))
    if fields["id"] is None:
        return None
    if fields["data"] is not None:  # Django hands out jsonb as text where no model's field asks for it
        fields["data"] = msgspec.json.decode(fields["data"])
    return Message(**fields)
