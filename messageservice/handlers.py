"""What the message service answers (docs/messages.md): contracts in, functions called, contracts out."""

from collections.abc import Callable, Sequence
from uuid import UUID

from bus.envelope import Call
from bus.service import Service
from contracts import message as contract
from contracts.base import Done
from contracts.errors import NotAuthenticated, WarrenError
from contracts.file import FileCheck
from contracts.user import UserCheck
from messageservice import selectors, sending, services

service = Service(contract.OWNER)


@service.rpc
def conversation_create(request: contract.ConversationCreate, call: Call) -> contract.ConversationCreatedReply:
    return services.conversation_create(
        actor=_actor(call),
        kind=request.kind,
        member_ids=request.member_ids,
        client_id=request.client_id,
        title=request.title,
        unknown_users=_unknown_users(call),
    )


@service.rpc
def conversation_list(request: contract.ConversationList, call: Call) -> contract.ConversationPage:
    return selectors.conversation_page(user_id=_actor(call), cursor=request.cursor, limit=request.limit)


@service.rpc
def conversation_get(request: contract.ConversationGet, call: Call) -> contract.Conversation:
    return selectors.conversation_view(user_id=_actor(call), conversation_id=request.conversation_id)


@service.rpc
def conversation_update(request: contract.ConversationUpdate, call: Call) -> contract.Conversation:
    actor, conversation_id = _actor(call), request.conversation_id
    services.conversation_update(actor=actor, conversation_id=conversation_id, title=request.title)
    return selectors.conversation_view(user_id=actor, conversation_id=conversation_id)


@service.rpc
def conversation_read(request: contract.ConversationRead, call: Call) -> contract.ReadPosition:
    return services.conversation_read(actor=_actor(call), conversation_id=request.conversation_id, seq=request.seq)


@service.rpc
def member_list(request: contract.MemberList, call: Call) -> contract.MemberPage:
    return selectors.member_page(
        user_id=_actor(call),
        conversation_id=request.conversation_id,
        cursor=request.cursor,
        limit=request.limit,
    )


@service.rpc
def member_add(request: contract.MemberAdd, call: Call) -> contract.Conversation:
    actor, conversation_id = _actor(call), request.conversation_id
    services.member_add(
        actor=actor,
        conversation_id=conversation_id,
        user_ids=request.user_ids,
        unknown_users=_unknown_users(call),
    )
    return selectors.conversation_view(user_id=actor, conversation_id=conversation_id)


@service.rpc
def member_remove(request: contract.MemberRemove, call: Call) -> Done:
    services.member_remove(actor=_actor(call), conversation_id=request.conversation_id, user_id=request.user_id)
    return Done()


@service.rpc
def membership_list(request: contract.MembershipListOf, call: Call) -> contract.MembershipList:
    _actor(call)
    return selectors.membership_list(user_ids=request.user_ids)


@service.rpc_batch(limit=32)
def message_send(
    calls: Sequence[tuple[contract.MessageSend, Call]],
) -> Sequence[contract.MessageSentReply | WarrenError]:
    sends = [(call.actor.user_id, request) for request, call in calls if call.actor is not None]
    outcomes = iter(sending.message_send_many(sends))
    return [NotAuthenticated() if call.actor is None else next(outcomes) for _, call in calls]


@service.rpc
def message_send_files(request: contract.MessageSendFiles, call: Call) -> contract.MessageSentReply:
    send = contract.MessageSend(**{name: getattr(request, name) for name in request.__dataclass_fields__})
    return sending.message_send_files(sender=_actor(call), request=send, check_files=_check_files(call))


@service.rpc
def message_files_visible(request: contract.MessageFilesVisible, call: Call) -> contract.VisibleFiles:
    visible = selectors.files_visible(user_id=_actor(call), file_ids=request.file_ids)
    return contract.VisibleFiles(file_ids=visible)


@service.rpc
def message_files_of(request: contract.MessageFilesOf, call: Call) -> contract.PostedFiles:
    return selectors.files_of(
        user_id=_actor(call),
        conversation_id=request.conversation_id,
        after=request.after,
        limit=request.limit,
    )


@service.rpc
def message_files_posted(request: contract.MessageFilesPosted, call: Call) -> contract.VisibleFiles:  # noqa: ARG001  as every handler
    return contract.VisibleFiles(file_ids=selectors.files_posted(file_ids=request.file_ids))


@service.rpc
def message_list(request: contract.MessageList, call: Call) -> contract.MessagePage:
    return selectors.message_page(
        user_id=_actor(call),
        conversation_id=request.conversation_id,
        before=request.before,
        after=request.after,
        limit=request.limit,
    )


def _actor(call: Call) -> UUID:
    if call.actor is None:
        raise NotAuthenticated
    return call.actor.user_id


def _check_files(call: Call) -> Callable[[Sequence[UUID]], object]:
    """Asks the job service, within what is left of the call's deadline."""
    return lambda file_ids: service.ask(FileCheck(file_ids=list(file_ids)), call=call)


def _unknown_users(call: Call) -> Callable[[Sequence[UUID]], Sequence[UUID]]:
    """Asks the user service, within what is left of the call's deadline."""
    return lambda user_ids: service.ask(UserCheck(user_ids=list(user_ids)), call=call).user_ids
