"""Who hears what on this gateway: connected users with their conversations, and conversations with their sockets.

Changed only by membership events, in the order of their positions (docs/gateway.md, "Who hears what").
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol
from uuid import UUID

import msgspec

from apigateway.ring import Record
from contracts.log import Hearing
from contracts.message import ConversationCreated, MemberAdded, MemberRemoved


class Ear(Protocol):
    """What hears events: a socket or a long poll. `offer` never blocks; `fail` is called when it raised."""

    def offer(self, record: Record) -> None: ...
    def fail(self) -> None: ...


class Room:
    """A conversation's ears. `floor`: up to this seq some of them may have joined too late to hear an event."""

    __slots__ = ("ears", "floor")

    def __init__(self) -> None:
        self.ears: set[Ear] = set()
        self.floor = 0


class Person:
    """A user with something open here. `conversations`: conversation → seq after which he may hear it.

    `ears`: what hears live. `changes`: membership events since he came, kept until the list of memberships is there.
    """

    __slots__ = ("changes", "conversations", "ears", "guests", "key", "loaded")

    def __init__(self, key: str) -> None:
        self.key = key
        self.conversations: dict[str, int] = {}
        self.changes: list[tuple[str, int | None]] = []
        self.ears: set[Ear] = set()
        self.guests = 0
        self.loaded = False

    def hears(self, record: Record) -> bool:
        """Whether a replay tells him of the event."""
        if record.user == self.key:
            return True
        if record.conversation is None:
            return record.user is None
        joined = self.conversations.get(record.conversation)
        return joined is not None and record.seq > joined

    def hearings(self) -> list[Hearing]:
        return [
            Hearing(conversation_id=UUID(conversation), joined_seq=seq)
            for conversation, seq in self.conversations.items()
        ]

    def load(self, conversations: Mapping[str, int]) -> None:
        """Take the list of memberships, which was read after `changes` began: they come on top, in their order."""
        self.conversations = dict(conversations)
        for conversation, joined in self.changes:
            self._set(conversation, joined)
        self.changes = []
        self.loaded = True

    def change(self, conversation: str, joined: int | None) -> None:
        """He hears the conversation after `joined`; none: no longer."""
        if self.loaded:
            self._set(conversation, joined)
        else:
            self.changes.append((conversation, joined))

    def _set(self, conversation: str, joined: int | None) -> None:
        if joined is None:
            self.conversations.pop(conversation, None)
        else:
            self.conversations[conversation] = joined


class People:
    """All persons and rooms of one gateway."""

    def __init__(self) -> None:
        self._persons: dict[str, Person] = {}
        self._rooms: dict[str, Room] = {}
        self._everybody = Room()

    def enter(self, user: str) -> Person:
        """His person, from now on kept up to date; `leave` once for each `enter`."""
        person = self._persons.get(user)
        if person is None:
            person = self._persons[user] = Person(user)
        person.guests += 1
        return person

    def leave(self, person: Person) -> None:
        person.guests -= 1
        if person.guests == 0 and self.knows(person):
            del self._persons[person.key]

    def knows(self, person: Person) -> bool:
        """Whether membership events still reach this person: not after `forget`."""
        return self._persons.get(person.key) is person

    def attach(self, person: Person, ear: Ear) -> None:
        """From now on the ear hears, live, what the person may hear."""
        person.ears.add(ear)
        self._everybody.ears.add(ear)
        for conversation, joined in person.conversations.items():
            self._join(conversation, ear, joined)

    def detach(self, person: Person, ear: Ear) -> None:
        person.ears.discard(ear)
        self._everybody.ears.discard(ear)
        for conversation in person.conversations:
            self._part(conversation, ear)

    def forget(self) -> None:
        """Nobody hears anything; whoever is still here must enter again."""
        self._persons, self._rooms, self._everybody = {}, {}, Room()

    def apply(self, record: Record) -> None:
        """Change who hears what, if this is a membership event."""
        if (changes := _CHANGES.get(record.event)) is None:
            return
        for user, conversation, joined in changes(record.body):
            self._change(user, conversation, joined)

    def listeners(self, record: Record) -> Iterable[Ear]:
        """A copy, so that an ear may be detached while it is being told."""
        if record.conversation is not None:
            return self._of_conversation(record)
        if record.user is not None:
            return self._of_user(record.user)
        return tuple(self._everybody.ears)

    def _of_user(self, user: str) -> tuple[Ear, ...]:
        person = self._persons.get(user)
        return tuple(person.ears) if person else ()

    def _of_conversation(self, record: Record) -> tuple[Ear, ...]:
        room = self._rooms.get(record.conversation or "")
        ears: Iterable[Ear] = room.ears if room else ()
        if room and record.seq <= room.floor:
            ears = set(self._old_enough(room, record))
        if record.user is not None:
            ears = {*ears, *self._of_user(record.user)}
        return tuple(ears)

    def _old_enough(self, room: Room, record: Record) -> Iterator[Ear]:
        """The slow way, for an event from before some member joined: his list of memberships was ahead of the bus."""
        for person in self._persons.values():
            if person.conversations.get(record.conversation or "", record.seq) < record.seq:
                yield from person.ears & room.ears

    def _change(self, user: str, conversation: str, joined: int | None) -> None:
        person = self._persons.get(user)
        if person is None:
            return
        person.change(conversation, joined)
        for ear in person.ears:
            if joined is None:
                self._part(conversation, ear)
            else:
                self._join(conversation, ear, joined)

    def _join(self, conversation: str, ear: Ear, joined: int) -> None:
        room = self._rooms.get(conversation)
        if room is None:
            room = self._rooms[conversation] = Room()
        room.ears.add(ear)
        room.floor = max(room.floor, joined)

    def _part(self, conversation: str, ear: Ear) -> None:
        room = self._rooms.get(conversation)
        if room is None:
            return
        room.ears.discard(ear)
        if not room.ears:
            del self._rooms[conversation]


Change = tuple[str, str, int | None]


class _Created(msgspec.Struct):
    data: ConversationCreated


class _Added(msgspec.Struct):
    data: MemberAdded


class _Removed(msgspec.Struct):
    data: MemberRemoved


_created = msgspec.json.Decoder(_Created)
_added = msgspec.json.Decoder(_Added)
_removed = msgspec.json.Decoder(_Removed)


def _on_created(body: bytes) -> list[Change]:
    data = _created.decode(body).data
    return [(user.hex, data.conversation_id.hex, 0) for user in data.member_ids]


def _on_added(body: bytes) -> list[Change]:
    data = _added.decode(body).data
    return [(data.member.user_id.hex, data.conversation_id.hex, data.member.joined_seq)]


def _on_removed(body: bytes) -> list[Change]:
    data = _removed.decode(body).data
    return [(data.user_id.hex, data.conversation_id.hex, None)]


_CHANGES = {
    "conversation.created": _on_created,
    "member.added": _on_added,
    "member.removed": _on_removed,
}
