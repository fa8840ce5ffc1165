"""The job kind `message.post`: the last step of a chain, which posts what the steps before it made (docs/jobs.md)."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts.base import job_kind
from contracts.message import MAX_MESSAGE_FILES, MessageText


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePosted:
    message_id: UUID
    conversation_id: UUID
    seq: int


@job_kind("message.post", result=MessagePosted)
@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePost:
    """A message with these files from the job's owner, who has to be a member of the conversation then."""

    conversation_id: UUID
    file_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_MESSAGE_FILES)]
    text: MessageText = ""
