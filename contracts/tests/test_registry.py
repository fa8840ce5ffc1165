from dataclasses import dataclass

import pytest

from contracts.base import OPERATIONS, Done, Event, Request, Safety, event, operation


def test_an_operation_has_one_contract():
    with pytest.raises(TypeError, match=r"Two contracts are named 'user\.me'"):

        @operation("user.me", owner="user", safety=Safety.READ_ONLY)
        @dataclass(frozen=True)
        class Second(Request[Done]):
            pass


def test_an_event_has_one_contract():
    with pytest.raises(TypeError, match=r"Two events are named 'message\.sent'"):

        @event("message.sent", owner="message")
        @dataclass(frozen=True)
        class Second(Event):
            pass


def test_a_request_says_what_its_reply_is():
    with pytest.raises(TypeError, match="should derive from Request"):

        @operation("user.unanswered", owner="user", safety=Safety.READ_ONLY)
        @dataclass(frozen=True)
        class Unanswered:
            pass

    assert "user.unanswered" not in OPERATIONS
