"""Where a page of a list ended, as clients carry it: opaque to them, checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from contracts.errors import InvalidRequest

_HIGHEST_ID = 2**63 - 1


def after_conversation(*, active_at: datetime, id: UUID) -> str:
    return _pack(f"{active_at.isoformat()} {id.hex}")


def conversation_after(cursor: str) -> tuple[datetime, UUID]:
    """Raises InvalidRequest on what `after_conversation` did not make."""
    try:
        time, last_id = _unpack(cursor).split(" ")
        active_at = datetime.fromisoformat(time)
        if active_at.tzinfo is None:
            raise ValueError
        return active_at, UUID(last_id)
    except ValueError:
        raise _invalid() from None


def after_member(*, id: int) -> str:
    return _pack(str(id))


def member_after(cursor: str) -> int:
    """Raises InvalidRequest on what `after_member` did not make."""
    try:
        number = int(_unpack(cursor))
    except ValueError:
        raise _invalid() from None
    if not 0 <= number <= _HIGHEST_ID:
        raise _invalid()
    return number


def _pack(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpack(cursor: str) -> str:
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")


def _invalid() -> InvalidRequest:
    return InvalidRequest("cursor: take the one that came with the page before.", field="cursor")
