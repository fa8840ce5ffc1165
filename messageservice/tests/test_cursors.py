from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from contracts.errors import InvalidRequest
from contracts.ids import uuid7
from messageservice import cursors


def test_a_cursor_comes_back_as_it_was():
    at, place = datetime(2026, 11, 21, 3, 4, 5, 678, tzinfo=UTC), uuid7()
    assert cursors.conversation_after(cursors.after_conversation(active_at=at, id=place)) == (at, place)
    assert cursors.member_after(cursors.after_member(id=42)) == 42


def made(text):
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


FORGED = [
    "",
    "x",
    "é",
    "'; DROP TABLE x; --",
    "\0",
    "====",
    made(""),
    made("2026-01-01T00:00:00"),
    made("\xff"),
    "A" * 200,
]


@pytest.mark.parametrize("cursor", [*FORGED, made("2026-01-01T00:00:00 " + "0" * 32), made("2026-01-01 x"), made("42")])
def test_a_forged_cursor_into_conversations_is_refused(cursor):
    with pytest.raises(InvalidRequest) as refused:
        cursors.conversation_after(cursor)
    assert refused.value.data == {"field": "cursor"}


@pytest.mark.parametrize("cursor", [*FORGED, made("-1"), made(str(2**63)), made("9" * 5000)])
def test_a_forged_cursor_into_members_is_refused(cursor):
    with pytest.raises(InvalidRequest):
        cursors.member_after(cursor)
