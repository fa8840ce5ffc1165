"""Who may read a file: its owner, who hears the conversation of the job that made it, who was sent it in a message."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.errors import NotFound
from contracts.message import MembershipListOf, MessageFilesVisible
from jobs.files.selectors import live
from jobs.models import File, FileShare

Ask = Callable[[Any], Any]
"""Asks another service: `functools.partial(service.ask, call=call)`. Blocks; never called inside a transaction."""


def files_readable(*, actor: UUID, file_ids: Sequence[UUID], ask: Ask) -> dict[UUID, File]:
    """These files, each with its blob. Raises NotFound with `file_ids`: those that are not the actor's to read."""
    found = readable_among(actor=actor, file_ids=file_ids, ask=ask)
    missing = [str(file_id) for file_id in file_ids if file_id not in found]
    if missing:
        raise NotFound("Some of these files are not there, or not yours to see.", file_ids=missing)
    return found


def file_readable(*, actor: UUID, file_id: UUID, ask: Ask) -> File:
    """One file. Raises NotFound."""
    found = readable_among(actor=actor, file_ids=[file_id], ask=ask).get(file_id)
    if found is None:
        raise NotFound
    return found


def readable_among(*, actor: UUID, file_ids: Sequence[UUID], ask: Ask) -> dict[UUID, File]:
    """Those of these files that the actor may read."""
    files = {file.id: file for file in live().filter(id__in=set(file_ids)).select_related("blob", "thumbnail")}
    others = {file_id for file_id, file in files.items() if file.owner_id != actor}
    hidden = others - _shared(actor, others, ask) if others else others
    if hidden:
        hidden = hidden - set(ask(MessageFilesVisible(file_ids=sorted(hidden))).file_ids)
    return {file_id: file for file_id, file in files.items() if file_id not in hidden}


def hearing(ask: Ask, actor: UUID) -> Mapping[UUID, int]:
    """Conversations that the actor is in → the `joined_seq` behind which he hears them."""
    (told,) = ask(MembershipListOf(user_ids=[actor])).users
    return {one.conversation_id: one.joined_seq for one in told.memberships}


def _shared(actor: UUID, file_ids: Iterable[UUID], ask: Ask) -> set[UUID]:
    shares = FileShare.objects.filter(file_id__in=set(file_ids)).values_list("file_id", "conversation_id", "seq")
    rows = list(shares)
    if not rows:
        return set()
    joined = hearing(ask, actor)
    return {file_id for file_id, conversation_id, seq in rows if joined.get(conversation_id, seq) < seq}
