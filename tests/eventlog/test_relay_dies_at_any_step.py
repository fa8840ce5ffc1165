"""`kill -9` of the relay between any two of its steps: nothing lost, nothing out of order, repetitions recognizable."""

import signal

import pytest

from tests.eventlog.conftest import published
from tests.eventlog.talk import Talk, assert_log_is_whole, state
from tests.servers import eventually

LATER = ["relay.before_commit:4", "relay.committed:4", "relay.published:4", "relay.confirmed:4"]
"""The same steps with work behind them already; `bin/test --long` kills there too."""
STEPS = [
    "relay.before_move:2",
    "relay.before_commit",
    "relay.committed",
    "relay.publishing",
    "relay.publishing:57",
    "relay.published",
    "relay.confirmed",
    "relay.noted",
    *(pytest.param(step, marks=pytest.mark.long) for step in LATER),
]


@pytest.mark.parametrize("step", STEPS)
def test_a_relay_killed_at_any_step_leaves_everything_to_the_next(
    step, start, listener, active_relay, relay, conversations
):
    first = active_relay(dies_at=step)
    relay()
    talk = Talk(conversations)
    assert first.popen.wait(20) == -signal.SIGKILL
    given = state().pos
    eventually(lambda: state().pos > given + 30, seconds=6)
    total = talk.stop()

    eventually(lambda: published() == start + total, seconds=15)
    eventually(lambda: len(listener.kept(after=start)) == total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)
    heard = [(one.frame["data"]["conversation_id"], one.frame["data"]["seq"]) for one in listener.kept(after=start)]
    assert len(set(heard)) == total
