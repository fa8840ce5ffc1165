"""What the message service answers and tells: conversations, members, messages, read positions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from contracts.base import Cursor, Done, Event, PageSize, Request, Safety, Seq, Title, event, operation
from contracts.errors import Conflict, LimitExceeded, NotFound

OWNER = "message"
Members = Annotated[list[UUID], Meta(min_length=1, max_length=100)]
MessageText = Annotated[str, Meta(max_length=10_000)]
MAX_MESSAGE_FILES = 50
"""Files that a message may bring."""
MessageFiles = Annotated[list[UUID], Meta(max_length=MAX_MESSAGE_FILES)]
MAX_MEMBERS = 500
"""Members that a group may have."""
MAX_MEMBERSHIP_USERS = 200
"""Users whose memberships are asked for at once."""
MAX_DATA_BYTES = 8192
"""Length of a message's structured `data` as JSON."""


class ConversationKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"


class Role(StrEnum):
    """An owner may add and remove anybody; a member may add others and leave."""

    OWNER = "owner"
    MEMBER = "member"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """`seq`: 1, 2, 3 ... without a gap within its conversation; it is also the message's `rev`.

    `data.job_id` or `data.batch_id` make a message the card of that job or batch.
    """

    id: UUID
    conversation_id: UUID
    seq: int
    sender_id: UUID
    client_id: UUID
    text: str
    data: dict[str, Any] | None
    reply_to: UUID | None
    file_ids: list[UUID]
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """`joined_seq`: history begins after this seq for the member."""

    user_id: UUID
    role: Role
    joined_seq: int
    joined_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A conversation as one member sees it.

    `member_ids`: the first 8 to join (both of a direct one). `unread`: messages of others behind `read_seq`,
    counted up to 1,000. `rev` grows with every change but messages; those are told by `last_seq`.
    """

    id: UUID
    kind: ConversationKind
    title: str | None
    member_ids: list[UUID]
    member_count: int
    last_seq: int
    last_message: Message | None
    read_seq: int
    joined_seq: int
    unread: int
    created_at: datetime
    active_at: datetime
    rev: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationCreatedReply:
    """`created`: false where the conversation was there already (a direct one, or a repeated `client_id`)."""

    conversation: Conversation
    created: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationPage:
    """Most recently active first."""

    conversations: list[Conversation]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberPage:
    members: list[Member]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSentReply:
    """`duplicate`: the `client_id` was sent before; `message` is the first one."""

    message: Message
    duplicate: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePage:
    """In order of `seq`. `more_before`, `more_after`: whether the conversation goes on at either end."""

    messages: list[Message]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadPosition:
    conversation_id: UUID
    read_seq: int
    unread: int


@dataclass(frozen=True, kw_only=True, slots=True)
class VisibleFiles:
    file_ids: list[UUID]


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedFile:
    file_id: UUID
    seq: Seq


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedFiles:
    """By `seq` and `file_id`, the greatest first. `joined_seq`: of the actor, who sees nothing up to it."""

    files: list[PostedFile]
    joined_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    conversation_id: UUID
    joined_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserMemberships:
    """Conversations that share their history have `joined_seq` 0."""

    user_id: UUID
    memberships: list[Membership]


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipList:
    """One entry for each user that was asked for, in that order."""

    users: list[UserMemberships]


@operation(
    "conversation.create",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=4000,
    errors=(NotFound, Conflict, LimitExceeded),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationCreate(Request[ConversationCreatedReply]):
    """A direct conversation takes exactly one other member and no title: it is there once for a pair, for ever.
    A group takes anybody and, if it likes, a title.

    A repeated `client_id` returns the first conversation; Conflict where that one was meant for other people.
    """

    kind: ConversationKind
    member_ids: Members
    client_id: UUID
    title: Title | None = None


@operation("conversation.list", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationList(Request[ConversationPage]):
    cursor: Cursor | None = None
    limit: PageSize = 100


@operation("conversation.get", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound,), callers=("gateway", "jobs"))
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationGet(Request[Conversation]):
    conversation_id: UUID


@operation("conversation.update", owner=OWNER, safety=Safety.KEYED, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationUpdate(Request[Conversation]):
    """Any member of a group may rename it; Conflict for a direct one."""

    conversation_id: UUID
    title: Title


@operation("conversation.read", owner=OWNER, safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationRead(Request[ReadPosition]):
    """Sets the caller's read position; it moves forward only, and not beyond the last message."""

    conversation_id: UUID
    seq: Seq


@operation("member.list", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class MemberList(Request[MemberPage]):
    conversation_id: UUID
    cursor: Cursor | None = None
    limit: PageSize = 200


@operation(
    "member.add",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=4000,
    errors=(NotFound, Conflict, LimitExceeded),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class MemberAdd(Request[Conversation]):
    """Adds people to a group; those who are in it already are no error. Conflict for a direct one.

    NotFound has `user_ids` where some of them are no active users.
    """

    conversation_id: UUID
    user_ids: Members


@operation("member.remove", owner=OWNER, safety=Safety.KEYED, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRemove(Request[Done]):
    """Removes a member from a group; with the caller's own id: leaves it. The last owner's leaving hands the role on.

    Only owners remove others (Forbidden); Conflict for a direct one. Repeating what took effect answers NotFound.
    """

    conversation_id: UUID
    user_id: UUID


@operation("membership.list", owner=OWNER, safety=Safety.READ_ONLY, callers=("gateway", "jobs"))
@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipListOf(Request[MembershipList]):
    """For gateways and services only: what each of these users may hear. Many at once: sockets come back together."""

    user_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_MEMBERSHIP_USERS)]


@operation(
    "message.send",
    owner=OWNER,
    safety=Safety.KEYED,
    errors=(NotFound, Conflict),
    callers=("gateway", "jobs", "scheduler"),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSend(Request[MessageSentReply]):
    """`client_id`: chosen by the sender, once per message; a repeat returns the first message, for ever.

    Conflict where the first one went to another conversation. `reply_to`: a message of the same conversation.
    `text` may be empty only where there are files. `file_ids`: finished uploads of the sender's own.
    """

    conversation_id: UUID
    client_id: UUID
    text: MessageText = ""
    data: dict[str, Any] | None = None
    reply_to: UUID | None = None
    file_ids: MessageFiles = field(default_factory=list)


@operation(
    "message.send_files",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=4000,
    errors=(NotFound, Conflict),
    callers=("gateway", "scheduler"),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSendFiles(Request[MessageSentReply]):
    """What a gateway makes of a `message.send` with files, which have to be asked for, and a job of `message.post`.

    NotFound has `file_ids` where some of them are not the sender's own.
    """

    conversation_id: UUID
    client_id: UUID
    file_ids: MessageFiles
    text: MessageText = ""
    data: dict[str, Any] | None = None
    reply_to: UUID | None = None


@operation("message.files_visible", owner=OWNER, safety=Safety.READ_ONLY, callers=("jobs",))
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilesVisible(Request[VisibleFiles]):
    """Which of these files were posted where the actor may see it."""

    file_ids: Annotated[list[UUID], Meta(min_length=1, max_length=200)]


@operation("message.files_of", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound,), callers=("jobs",))
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilesOf(Request[PostedFiles]):
    """Files that were posted in a conversation, as far as the actor may see it; those behind `after`."""

    conversation_id: UUID
    after: PostedFile | None = None
    limit: Annotated[int, Meta(ge=1, le=201)]


@operation("message.files_posted", owner=OWNER, safety=Safety.READ_ONLY, callers=("scheduler",))
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilesPosted(Request[VisibleFiles]):
    """Which of these files were posted anywhere: those are kept."""

    file_ids: Annotated[list[UUID], Meta(min_length=1, max_length=200)]


@operation("message.list", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageList(Request[MessagePage]):
    """Messages with `seq` below `before` (the nearest to it), or above `after`; with neither, the last ones."""

    conversation_id: UUID
    before: Seq | None = None
    after: Seq | None = None
    limit: PageSize = 50


@event("conversation.created", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationCreated(Event):
    """For its members. Gateways let them hear the conversation from here on."""

    conversation_id: UUID
    kind: ConversationKind
    title: str | None
    member_ids: list[UUID]
    created_by: UUID
    created_at: datetime
    rev: int


@event("conversation.updated", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationUpdated(Event):
    conversation_id: UUID
    title: str | None
    updated_by: UUID
    rev: int


@event("conversation.read_moved", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationReadMoved(Event):
    """For the reader's own devices."""

    conversation_id: UUID
    user_id: UUID
    read_seq: int


@event("member.added", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class MemberAdded(Event):
    """For the conversation and the new member (one event each). His gateway lets him hear it from here on."""

    conversation_id: UUID
    member: Member
    added_by: UUID
    member_count: int
    rev: int


@event("member.removed", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRemoved(Event):
    """For the conversation and the removed member, who hears nothing of it afterwards.

    `new_owner_id`: who owns the conversation now that its last owner is gone.
    """

    conversation_id: UUID
    user_id: UUID
    removed_by: UUID
    member_count: int
    rev: int
    new_owner_id: UUID | None = None


@event("message.sent", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSent(Event):
    """The message itself is the event's data."""

    id: UUID
    conversation_id: UUID
    seq: int
    sender_id: UUID
    client_id: UUID
    text: str
    data: dict[str, Any] | None
    reply_to: UUID | None
    file_ids: list[UUID]
    created_at: datetime
