"""What the relay splices together is what gateways expect."""

import json
from datetime import UTC, datetime

from eventlog.relay import frame
from eventlog.session import Row


def row(**changes) -> Row:
    values = {
        "pos": 7,
        "at": datetime(2026, 3, 1, 12, 30, 45, 123456, tzinfo=UTC),
        "owner": "message",
        "event": "message.sent",
        "routing_key": "all",
        "body": '{"text":"hi"}',
    }
    return Row(**values | changes)


def test_a_frame_has_name_position_time_and_the_body_as_it_was():
    assert frame(row()) == (b'{"event":"message.sent","pos":7,"at":"2026-03-01T12:30:45.123456Z","data":{"text":"hi"}}')


def test_a_full_second_is_a_time_like_any_other():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert json.loads(frame(row(at=at)))["at"] == "2026-03-01T00:00:00Z"


def test_text_is_utf_8():
    assert json.loads(frame(row(body='{"text":"é🦊"}')))["data"]["text"] == "é🦊"
