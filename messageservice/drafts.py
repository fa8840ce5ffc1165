"""A message before it has a seq and a time: everything that can be done without the database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from contracts.ids import uuid7
from contracts.message import Message, MessageSend, MessageSent
from messageservice.rules import clean_data, clean_text

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_NO_TIME = datetime.fromtimestamp(0, UTC)
_HEAD = len('{"id":"","conversation_id":"","seq":') + 2 * 36
_TAIL = len('1970-01-01T00:00:00Z"}')


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """Its fields are the columns of `statements`. `head` and `tail`: the event's JSON before the seq, and from there
    to where the time begins."""

    id: UUID
    conversation_id: UUID
    sender_id: UUID
    client_id: UUID
    text: str
    data: msgspec.Raw | None
    reply_to_id: UUID | None
    file_ids: list[UUID]
    head: str
    tail: str

    @classmethod
    def of(cls, request: MessageSend, *, sender: UUID) -> "Draft":
        """Raises InvalidRequest on what a message may not hold."""
        text = clean_text(request.text, may_be_empty=bool(request.file_ids) or _is_card(request.data))
        file_ids = list(dict.fromkeys(request.file_ids))
        data = None if request.data is None else msgspec.Raw(clean_data(request.data))
        event = MessageSent(
            id=uuid7(), conversation_id=request.conversation_id, seq=0, sender_id=sender, client_id=request.client_id,
            text=text, data=request.data, reply_to=request.reply_to, file_ids=file_ids, created_at=_NO_TIME,
        )  # fmt: skip
        body = _encode(event).decode()
        return cls(
            id=event.id, conversation_id=event.conversation_id, sender_id=sender, client_id=event.client_id,
            text=text, data=data, reply_to_id=event.reply_to, file_ids=file_ids, head=body[:_HEAD],
            tail=body[_HEAD + 1 : -_TAIL],
        )  # fmt: skip

    @property
    def key(self) -> tuple[UUID, UUID]:
        """What may be sent once only, for ever."""
        return self.sender_id, self.client_id

    def parameters(self) -> list[str | None]:
        """The columns' values as PostgreSQL takes them."""
        return [
            str(self.id), str(self.conversation_id), str(self.sender_id), str(self.client_id), self.text,
            None if self.data is None else bytes(self.data).decode(),
            None if self.reply_to_id is None else str(self.reply_to_id),
            f"{{{','.join(map(str, self.file_ids))}}}" if self.file_ids else "{}", self.head, self.tail,
        ]  # fmt: skip

    def message(self, *, seq: int, created_at: datetime) -> Message:
        """The message that it became."""
        return Message(
            id=self.id, conversation_id=self.conversation_id, seq=seq, sender_id=self.sender_id,
            client_id=self.client_id, text=self.text, data=None if self.data is None else _decode(self.data),
            reply_to=self.reply_to_id, file_ids=self.file_ids, created_at=created_at,
        )  # fmt: skip


def _is_card(data: dict[str, Any] | None) -> bool:
    """Whether a message stands for a job or a batch, which says more than a text."""
    return data is not None and ("job_id" in data or "batch_id" in data)
