"""What operators see of the relay."""

import json
from io import StringIO

from django.core.management import call_command

from eventlog.status import log_status
from tests.eventlog.conftest import lock_holders
from tests.eventlog.talk import move_all, say
from tests.servers import eventually


def shown(*arguments: str) -> str:
    out = StringIO()
    call_command("log_status", *arguments, stdout=out)
    return out.getvalue()


def test_it_tells_positions_and_what_waits(start, conversations):
    assert (log_status().waiting, log_status().waiting_seconds) == (0, 0)
    say(conversations[0])
    status = eventually(lambda: (found := log_status()).waiting_seconds > 0 and found)
    assert (status.waiting, status.pos, status.unconfirmed) == (1, start, 0)
    move_all()
    assert (log_status().waiting, log_status().pos) == (0, start + 1)


def test_it_tells_which_relay_is_active(active_relay):
    assert log_status().session is None
    assert "NONE IS ACTIVE" in shown()
    active_relay()
    assert [log_status().session] == lock_holders()
    assert "active (PostgreSQL process" in shown()


def test_programs_get_json(start):
    found = json.loads(shown("--json"))
    assert (found["pos"], found["session"]) == (start, None)
    assert set(found) == set(type(log_status()).__dataclass_fields__)
