"""The kind `message.post`: a word with the message service, so the scheduler runs it (`jobs.errands`)."""

from collections.abc import Sequence
from uuid import UUID

from contracts.message import MessageSendFiles
from contracts.post import MessagePost, MessagePosted
from jobs.kinds.base import ERRANDS, ErrandContext, kind


def files(params: MessagePost) -> Sequence[UUID]:
    return params.file_ids


@kind(MessagePost, queue=ERRANDS, files=files)
def message_post(params: MessagePost, context: ErrandContext) -> MessagePosted:
    """The job's id is the message's `client_id`: however often it is run, the message is posted once."""
    sent = context.ask(
        MessageSendFiles(
            conversation_id=params.conversation_id,
            client_id=context.job_id,
            file_ids=params.file_ids,
            text=params.text,
        )
    )
    return MessagePosted(message_id=sent.message.id, conversation_id=sent.message.conversation_id, seq=sent.message.seq)
