"""A first start that was killed half way is recognized, and the next start makes everything anew."""

import os
import signal
import subprocess
import sys

import pytest

from supervisor import postgres, rabbitmq
from supervisor.account import make_folder, unprivileged
from supervisor.cache import ROOT
from supervisor.instances import Instances
from supervisor.local import Lock
from supervisor.processes import descendants, wait_for, wait_until_gone

pytestmark = pytest.mark.serial
STARTER = """
import sys
from pathlib import Path
from supervisor.instances import Instances
Instances(Path(sys.argv[1])).start()
"""


def begin(folder):
    return subprocess.Popen([sys.executable, "-c", STARTER, str(folder)], cwd=ROOT, start_new_session=True)


def kill_when(process, condition):
    assert wait_for(condition, seconds=30, pause=0.001)
    family = descendants(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return family


def assert_it_starts(folder):
    again = Instances(folder)
    try:
        again.start()
        assert (folder / "postgres" / "data" / postgres.MARKER).exists()
        assert (folder / "rabbitmq" / rabbitmq.MARKER).exists()
    finally:
        again.stop()


STEPS = {
    "while initdb runs": lambda folder: (folder / "postgres" / "data.new" / "PG_VERSION").exists(),
    "between initdb and the first session": lambda folder: (folder / "postgres" / "data").exists(),
    "while RabbitMQ makes its tables": lambda folder: any((folder / "rabbitmq").glob("mnesia/*/schema.DAT")),
}


@pytest.mark.parametrize(
    "step", ["while initdb runs", *[pytest.param(step, marks=pytest.mark.long) for step in list(STEPS)[1:]]]
)
def test_a_start_killed_at_this_step_leaves_no_process_and_the_next_one_succeeds(folder, step):
    own = make_folder(folder / step.replace(" ", "-"), mode=0o711)
    first = begin(own)
    family = kill_when(first, lambda: STEPS[step](own))
    assert wait_until_gone(family, seconds=20)
    assert_it_starts(own)


def test_a_half_made_cluster_is_made_anew(folder):
    own = make_folder(folder / "cluster", mode=0o711)
    half = make_folder(make_folder(own / "postgres", account=unprivileged("postgres")) / "data")
    (half / "PG_VERSION").write_text("15\n")
    (half / "postgresql.conf").write_text("rubbish\n")
    assert_it_starts(own)


def test_a_broker_that_never_came_up_is_made_anew(folder):
    own = make_folder(folder / "broker", mode=0o711)
    half = make_folder(own / "rabbitmq", account=unprivileged("rabbitmq")) / "mnesia" / "warren@localhost"
    half.mkdir(parents=True)
    (half / "schema.DAT").write_bytes(b"rubbish")
    assert_it_starts(own)


def test_kill_9_of_who_started_the_servers_leaves_none_and_frees_the_folder(folder):
    own = make_folder(folder / "killed", mode=0o711)
    first = begin(own)
    family = kill_when(first, lambda: (own / "rabbitmq" / rabbitmq.MARKER).exists())
    assert len(family) >= 3
    assert wait_until_gone(family, seconds=20)
    lock = Lock(own)
    lock.take(patience=0)
    lock.release()
