"""Sending messages, as many as wait (docs/sending-a-message.md tells the whole way)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.db import DataError, IntegrityError

from contracts.errors import Busy, Conflict, InvalidRequest, NotFound, WarrenError
from contracts.message import Message, MessageSend, MessageSentReply
from messageservice import selectors, statements
from messageservice.drafts import Draft

log = logging.getLogger("messageservice.sending")
Outcome = MessageSentReply | WarrenError
CheckFiles = Callable[[Sequence[UUID]], object]
"""Raises NotFound where some of these files are not the sender's. May block; is never called inside a transaction."""


def message_send_many(sends: Sequence[tuple[UUID, MessageSend]]) -> list[Outcome]:
    """Send each (sender, message), and answer each in its place; what fails fails alone. Committed on return.

    A repeated `client_id` answers with the first message, as it is now, also to somebody who has left since; with
    Conflict where the first went to another conversation. Not to be called inside a transaction.
    """
    return _Batch(sends).run()


def message_send_files(*, sender: UUID, request: MessageSend, check_files: CheckFiles) -> MessageSentReply:
    """Send a message with files, in one transaction with the rows that let its readers open them.

    A repeat as in `message_send_many`, also after the files are gone. Raises NotFound, and what `check_files` raises.
    """
    batch = _Batch([(sender, request)], with_files=True)
    if not batch.answer_repeats() and request.file_ids:
        selectors.membership(user_id=sender, conversation_id=request.conversation_id)
        check_files(request.file_ids)
    (outcome,) = batch.run()
    if isinstance(outcome, WarrenError):
        raise outcome
    return outcome


class _Batch:
    """Requests by their place; each gets exactly one outcome."""

    def __init__(self, sends: Sequence[tuple[UUID, MessageSend]], *, with_files: bool = False) -> None:
        self._size = len(sends)
        self._insert = statements.insert_with_files if with_files else statements.insert
        self._drafts: dict[int, Draft] = {}
        self._outcomes: dict[int, Outcome] = {}
        for place, (sender, request) in enumerate(sends):
            try:
                if request.file_ids and not with_files:
                    raise InvalidRequest("file_ids: a message with files goes by message.send_files.", field="file_ids")
                self._drafts[place] = Draft.of(request, sender=sender)
            except InvalidRequest as error:
                self._outcomes[place] = error

    def answer_repeats(self) -> bool:
        """Look beforehand for what was sent before; whether there was any."""
        return bool(self._answer_repeats(list(self._drafts)))

    def run(self) -> list[Outcome]:
        waiting = [place for place in self._drafts if place not in self._outcomes]
        while waiting:
            # The same message twice in one batch: one after the other, as if they had come apart.
            first: dict[tuple[UUID, UUID], int] = {}
            for place in waiting:
                first.setdefault(self._drafts[place].key, place)
            self._send(self._with_good_replies(list(first.values())))
            waiting = [place for place in waiting if place not in self._outcomes]
        return [self._outcomes[place] for place in range(self._size)]

    def _send(self, places: Sequence[int]) -> None:
        if not places:
            return
        try:
            numbered = self._insert([self._drafts[place] for place in places])
        except IntegrityError:
            self._send_without_repeats(places)
        except DataError as error:
            self._send_apart(places, error)
        else:
            self._answer(places, numbered)

    def _answer(self, places: Sequence[int], numbered: statements.Numbered) -> None:
        for n, (seq, at) in numbered.items():
            message = self._drafts[places[n]].message(seq=seq, created_at=at)
            self._outcomes[places[n]] = MessageSentReply(message=message, duplicate=False)
        missing = [place for n, place in enumerate(places) if n not in numbered]
        if missing:
            self._refuse({place: NotFound() for place in missing}, locked=True)

    def _send_without_repeats(self, places: Sequence[int]) -> None:
        """The whole statement was rolled back because some had been sent before: no seq was used up."""
        repeats = self._answer_repeats(places)
        if not repeats:
            raise IntegrityError("A message could not be stored, and none like it is there.")
        self._send([place for place in places if place not in repeats])

    def _send_apart(self, places: Sequence[int], error: DataError) -> None:
        if len(places) == 1:
            log.warning("a message that the rules let through was refused", extra={"reason": str(error)})
            self._outcomes[places[0]] = InvalidRequest("The database cannot store this message.")
            return
        for place in places:
            self._send([place])

    def _refuse(self, errors: Mapping[int, WarrenError], *, locked: bool = False) -> None:
        """Answer with these errors what was not sent before either. `locked`: a member was only kept waiting."""
        repeats = self._answer_repeats(list(errors))
        refused = {place: error for place, error in errors.items() if place not in repeats}
        members = self._members(refused) if locked and refused else {}
        for place, error in refused.items():
            draft = self._drafts[place]
            is_member = (draft.conversation_id, draft.sender_id) in members
            self._outcomes[place] = Busy() if is_member else error

    def _answer_repeats(self, places: Sequence[int]) -> set[int]:
        first = selectors.messages_by_key([self._drafts[place].key for place in places])
        repeats = {place: first[key] for place in places if (key := self._drafts[place].key) in first}
        for place, message in repeats.items():
            self._outcomes[place] = _repeated(message, self._drafts[place])
        return set(repeats)

    def _with_good_replies(self, places: Sequence[int]) -> list[int]:
        """Those that reply to nothing, or to a message of their conversation that the sender may see.

        Looked up beforehand, which is safe: a message stays where it is.
        """
        replies = {place: target for place in places if (target := self._drafts[place].reply_to_id) is not None}
        if not replies:
            return list(places)
        where = selectors.message_places(list(replies.values()))
        joined = self._members(replies)
        lost: dict[int, WarrenError] = {}
        for place, target in replies.items():
            draft = self._drafts[place]
            joined_seq = joined.get((draft.conversation_id, draft.sender_id))
            conversation_id, seq = where.get(target, (None, 0))
            if joined_seq is None:
                lost[place] = NotFound()
            elif conversation_id != draft.conversation_id or seq <= joined_seq:
                lost[place] = NotFound("reply_to: there is no such message in this conversation.", field="reply_to")
        self._refuse(lost)
        return [place for place in places if place not in lost]

    def _members(self, places: Mapping[int, object]) -> dict[tuple[UUID, UUID], int]:
        drafts = [self._drafts[place] for place in places]
        return selectors.joined_seqs([(draft.conversation_id, draft.sender_id) for draft in drafts])


def _repeated(first: Message, draft: Draft) -> Outcome:
    if first.conversation_id != draft.conversation_id:
        return Conflict("client_id: used before, for a message to another conversation.", field="client_id")
    return MessageSentReply(message=first, duplicate=True)
