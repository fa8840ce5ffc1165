"""The files of a conversation: those that messages brought, which the message service knows, and those of its jobs."""

from uuid import UUID

from django.db.models import Q

from bus import codec
from contracts.errors import InvalidRequest
from contracts.file import FilePage
from contracts.message import MessageFilesOf, PostedFile
from jobs.files.access import Ask
from jobs.files.selectors import file_view, live
from jobs.models import FileShare


def files_page(*, conversation_id: UUID, cursor: str | None, limit: int, ask: Ask) -> FilePage:
    """The latest first, as far as the actor hears the conversation.

    Raises NotFound where he does not, InvalidRequest on a bad cursor.
    """
    after = None if cursor is None else _place(cursor)
    posted = ask(MessageFilesOf(conversation_id=conversation_id, after=after, limit=limit + 1))
    shared = _shared(conversation_id, joined_seq=posted.joined_seq, after=after, limit=limit + 1)
    places = sorted({(one.seq, one.file_id) for one in posted.files} | shared, reverse=True)
    page = list(dict.fromkeys(file_id for _, file_id in places[:limit]))
    files = {file.id: file for file in live().filter(id__in=page).select_related("blob")}
    return FilePage(
        files=[file_view(files[one]) for one in page if one in files],
        next=_cursor(*places[limit - 1]) if len(places) > limit else None,
    )


def _shared(conversation_id: UUID, *, joined_seq: int, after: PostedFile | None, limit: int) -> set[tuple[int, UUID]]:
    rows = FileShare.objects.filter(conversation_id=conversation_id, seq__gt=joined_seq)
    if after is not None:
        rows = rows.filter(Q(seq__lt=after.seq) | Q(seq=after.seq, file_id__lt=after.file_id))
    return set(rows.order_by("-seq", "-file_id").values_list("seq", "file_id")[:limit])


def _cursor(seq: int, file_id: UUID) -> str:
    return f"{seq}.{file_id.hex}"


def _place(cursor: str) -> PostedFile:
    seq, _, file_id = cursor.partition(".")
    try:
        return codec.convert({"seq": int(seq), "file_id": file_id}, PostedFile)
    except (ValueError, InvalidRequest):
        raise InvalidRequest("cursor: take the one that came with the page before.", field="cursor") from None
