"""Who an event is for, and how that travels in a routing key (docs/event-log.md).

A key is `all`, `u.<user>`, `c.<conversation>.<seq>` or `c.<conversation>.<seq>.u.<user>`, ids as 32 hex digits:
34 to 100 ASCII characters, well below AMQP's 255.
"""

from dataclasses import dataclass
from uuid import UUID

EVERYBODY_KEY = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Members of a conversation, one user, both, or (neither given) everybody.

    `seq`: a member sees the event in replay only if he joined before it (`seq > joined_seq`): a message's own seq,
    for other events the conversation's `last_seq + 1` at the time.
    """

    conversation_id: UUID | None = None
    seq: int = 0
    user_id: UUID | None = None

    def routing_key(self) -> str:
        parts = []
        if self.conversation_id is not None:
            parts.append(f"c.{self.conversation_id.hex}.{self.seq}")
        if self.user_id is not None:
            parts.append(f"u.{self.user_id.hex}")
        return ".".join(parts) or EVERYBODY_KEY

    @classmethod
    def from_routing_key(cls, key: str) -> "Audience":
        """Raises ValueError on what is no such key."""
        parts = key.split(".")
        match parts:
            case ["all"]:
                return cls()
            case ["u", user]:
                return cls(user_id=UUID(user))
            case ["c", conversation, seq]:
                return cls(conversation_id=UUID(conversation), seq=int(seq))
            case ["c", conversation, seq, "u", user]:
                return cls(conversation_id=UUID(conversation), seq=int(seq), user_id=UUID(user))
            case _:
                raise ValueError(f"{key!r} is no audience.")
