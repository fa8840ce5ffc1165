"""What changes conversations and their members, and records the events that tell it (docs/messages.md).

Every transaction here locks members' rows first, in the order of user ids, and the conversation second, as sending
does. What an event says is decided, and its place among the conversation's events, while that lock is held.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.transaction import atomic

from contracts import message as contract
from contracts.audience import Audience
from contracts.base import Event
from contracts.errors import Conflict, Forbidden, InvalidRequest, LimitExceeded, NotFound
from contracts.message import MAX_MEMBERS, ConversationKind, Role
from eventlog.outbox import record, record_many
from messageservice import selectors
from messageservice.models import Conversation, Member
from messageservice.rules import clean_title

UnknownUsers = Callable[[Sequence[UUID]], Sequence[UUID]]
"""Tells which of these ids are no active users. May block, raise WarrenError; is never called inside a transaction."""

_MOVE = """
UPDATE messageservice_member m SET read_seq = least(%(seq)s, c.last_seq)
FROM messageservice_conversation c
WHERE c.id = m.conversation_id AND m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s
  AND m.read_seq < least(%(seq)s, c.last_seq)
RETURNING m.read_seq
"""


def conversation_create(
    *,
    actor: UUID,
    kind: ConversationKind,
    member_ids: Sequence[UUID],
    client_id: UUID,
    title: str | None,
    unknown_users: UnknownUsers,
) -> contract.ConversationCreatedReply:
    """Make a conversation, or find the one that is meant: the pair's direct one, or the `client_id`'s first.

    Raises InvalidRequest, NotFound (`user_ids`), Conflict when the `client_id` stands for another conversation.
    """
    others = [user_id for user_id in dict.fromkeys(member_ids) if user_id != actor]
    made = _new_conversation(actor=actor, kind=kind, others=others, client_id=client_id, title=title)
    found = _same_conversation(made)
    if found is None:
        _refuse_unknown(others, unknown_users)
        found = _insert(made, [actor, *others])
    view = selectors.conversation_view(user_id=actor, conversation_id=found.id)
    return contract.ConversationCreatedReply(conversation=view, created=found is made)


def conversation_update(*, actor: UUID, conversation_id: UUID, title: str, as_staff: bool = False) -> None:
    """Rename a group; the same title again changes nothing. `as_staff`: the actor need not be a member.

    Raises NotFound, Conflict for a direct conversation, InvalidRequest.
    """
    title = clean_title(title)
    with atomic():
        conversation, _ = _lock(conversation_id, [actor], actor=None if as_staff else actor)
        _refuse_direct(conversation, "It has no title of its own.")
        if conversation.title != title:
            conversation.title = title
            conversation.rev += 1
            conversation.save(update_fields=["title", "rev"])
            renamed = contract.ConversationUpdated(
                conversation_id=conversation.id, title=title, updated_by=actor, rev=conversation.rev
            )
            record(renamed, audience=_audience(conversation))


def conversation_read(*, actor: UUID, conversation_id: UUID, seq: int) -> contract.ReadPosition:
    """Move the actor's read position forward, not beyond the last message; tells his devices only if it moved."""
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, {"seq": seq, "conversation_id": conversation_id, "user_id": actor})
            moved = cursor.fetchone()
        if moved:
            event = contract.ConversationReadMoved(conversation_id=conversation_id, user_id=actor, read_seq=moved[0])
            record(event, audience=Audience(user_id=actor))
    return selectors.read_position(user_id=actor, conversation_id=conversation_id)


def member_add(
    *,
    actor: UUID,
    conversation_id: UUID,
    user_ids: Sequence[UUID],
    unknown_users: UnknownUsers,
    as_staff: bool = False,
) -> None:
    """Add people to a group, whose history begins for them now; those who are in it stay as they are.

    `as_staff`: the actor need not be a member. Raises NotFound (`user_ids` where they are at fault), Conflict for a
    direct conversation, LimitExceeded.
    """
    if not as_staff:
        selectors.membership(user_id=actor, conversation_id=conversation_id)
    _refuse_unknown(list(dict.fromkeys(user_ids)), unknown_users)
    with atomic():
        conversation, _ = _lock(conversation_id, [actor], actor=None if as_staff else actor)
        _refuse_direct(conversation, "Start a group with them all instead.")
        present = set(conversation.members.filter(user_id__in=user_ids).values_list("user_id", flat=True))
        _append(conversation, [user_id for user_id in dict.fromkeys(user_ids) if user_id not in present], by=actor)


def member_remove(*, actor: UUID, conversation_id: UUID, user_id: UUID, as_staff: bool = False) -> None:
    """Remove somebody from a group, or oneself. Without an owner left, the longest member becomes one.

    `as_staff`: the actor need not be a member. Raises NotFound, Conflict for a direct conversation, Forbidden unless
    the actor owns the group or leaves it.
    """
    leaves = actor == user_id
    with atomic():
        # Whoever may inherit is locked too, before the conversation: all of them, since who it will be shows later.
        rows = None if leaves or as_staff else [actor, user_id]
        conversation, members = _lock(conversation_id, rows, actor=None if as_staff else actor)
        _refuse_direct(conversation, "Its two members stay.")
        if not (leaves or as_staff or members[actor].role == Role.OWNER):
            raise Forbidden("Only an owner removes others.")
        if user_id not in members:
            raise NotFound
        _remove(conversation, members[user_id], by=actor)


def direct_key(one: UUID, other: UUID) -> str:
    """The same for both orders of a pair."""
    return ":".join(sorted((one.hex, other.hex)))


def _new_conversation(
    *, actor: UUID, kind: ConversationKind, others: Sequence[UUID], client_id: UUID, title: str | None
) -> Conversation:
    made = Conversation(kind=kind.value, created_by=actor, client_id=client_id, member_count=len(others) + 1)
    if kind is ConversationKind.GROUP:
        made.title = None if title is None else clean_title(title)
        return made
    if len(others) != 1:
        raise InvalidRequest("member_ids: a direct conversation takes one person other than you.", field="member_ids")
    if title is not None:
        raise InvalidRequest("title: a direct conversation takes none.", field="title")
    made.direct_key = direct_key(actor, others[0])
    return made


def _same_conversation(made: Conversation) -> Conversation | None:
    """The one that is there already: of the same pair, or made under the same `client_id`."""
    if made.direct_key is not None:
        pair = Conversation.objects.filter(direct_key=made.direct_key).first()
        if pair is not None:
            return pair
    first = Conversation.objects.filter(created_by=made.created_by, client_id=made.client_id).first()
    if first is not None and (first.kind, first.direct_key) != (made.kind, made.direct_key):
        raise Conflict("client_id: used before, for another conversation.", field="client_id")
    return first


def _insert(made: Conversation, member_ids: Sequence[UUID]) -> Conversation:
    """The new conversation, or the one that somebody else made in this moment: the unique constraints decide."""
    try:
        with atomic():
            made.save(force_insert=True)
            Member.objects.bulk_create(
                Member(conversation=made, user_id=user_id, role=Role.OWNER if number == 0 else Role.MEMBER)
                for number, user_id in enumerate(member_ids)
            )
            record(_created(made, member_ids), audience=_audience(made))
    except IntegrityError:
        found = _same_conversation(made)
        if found is None:
            raise
        return found
    return made


def _created(made: Conversation, member_ids: Sequence[UUID]) -> contract.ConversationCreated:
    return contract.ConversationCreated(
        conversation_id=made.id,
        kind=ConversationKind(made.kind),
        title=made.title,
        member_ids=list(member_ids),
        created_by=made.created_by,
        created_at=made.created_at,
        rev=made.rev,
    )


def _append(conversation: Conversation, user_ids: Sequence[UUID], *, by: UUID) -> None:
    if not user_ids:
        return
    count, rev = conversation.member_count, conversation.rev
    if count + len(user_ids) > MAX_MEMBERS:
        raise LimitExceeded(f"A group has at most {MAX_MEMBERS} members.", limit=MAX_MEMBERS)
    seq = conversation.last_seq
    added = Member.objects.bulk_create(
        Member(conversation=conversation, user_id=user_id, role=Role.MEMBER, joined_seq=seq, read_seq=seq)
        for user_id in user_ids
    )
    conversation.member_count, conversation.rev = count + len(added), rev + len(added)
    conversation.save(update_fields=["member_count", "rev"])
    record_many([
        _added(conversation, member, by=by, member_count=count + nth, rev=rev + nth)
        for nth, member in enumerate(added, 1)
    ])  # fmt: skip


def _added(
    conversation: Conversation, member: Member, *, by: UUID, member_count: int, rev: int
) -> tuple[Event, Audience]:
    event = contract.MemberAdded(
        conversation_id=conversation.id,
        member=selectors.member_view(member),
        added_by=by,
        member_count=member_count,
        rev=rev,
    )
    return event, _audience(conversation, user_id=member.user_id)


def _remove(conversation: Conversation, member: Member, *, by: UUID) -> None:
    member.delete()
    conversation.member_count -= 1
    conversation.rev += 1
    conversation.save(update_fields=["member_count", "rev"])
    event = contract.MemberRemoved(
        conversation_id=conversation.id,
        user_id=member.user_id,
        removed_by=by,
        member_count=conversation.member_count,
        rev=conversation.rev,
        new_owner_id=_hand_on_ownership(conversation),
    )
    record(event, audience=_audience(conversation, user_id=member.user_id))


def _hand_on_ownership(conversation: Conversation) -> UUID | None:
    """Who became the owner, if nobody was left who is one."""
    if conversation.members.filter(role=Role.OWNER).exists():
        return None
    heir = conversation.members.order_by("id").first()
    if heir is None:
        return None
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    return heir.user_id


def _lock(
    conversation_id: UUID, user_ids: Iterable[UUID] | None, *, actor: UUID | None
) -> tuple[Conversation, dict[UUID, Member]]:
    """Lock the rows of these members (of all, with None) and then the conversation, until the transaction ends.

    Raises NotFound when there is no such conversation, or `actor` is given and no member of it.
    """
    rows = Member.objects.select_for_update().filter(conversation_id=conversation_id).order_by("user_id")
    if user_ids is not None:
        rows = rows.filter(user_id__in=user_ids)
    members = {member.user_id: member for member in rows}
    if actor is not None and actor not in members:
        raise NotFound
    # Not FOR UPDATE: that would wait for, and hold up, every insert that refers to the conversation.
    conversation = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    return conversation, members


def _audience(conversation: Conversation, *, user_id: UUID | None = None) -> Audience:
    return Audience(conversation_id=conversation.id, seq=conversation.last_seq + 1, user_id=user_id)


def _refuse_direct(conversation: Conversation, sentence: str) -> None:
    if conversation.is_direct:
        raise Conflict(f"This conversation is between two people. {sentence}")


def _refuse_unknown(user_ids: Sequence[UUID], unknown_users: UnknownUsers) -> None:
    unknown = list(unknown_users(user_ids)) if user_ids else []
    if unknown:
        ids = [str(user_id) for user_id in unknown]
        raise NotFound("There is nobody with some of these ids.", field="user_ids", user_ids=ids)
