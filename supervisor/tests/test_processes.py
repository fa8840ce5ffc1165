"""No child outlives its parent, however the parent ends."""

import os
import signal
import subprocess
import sys

import pytest

from supervisor import processes
from supervisor.local import Path

ROOT = Path(__file__).parents[2]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT_OF_A_CHILD = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
print(child.pid, flush=True)
time.sleep(60)
"""
SUPERVISOR = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from supervisor.processes import Guard, spawn
guard = Guard()
child = spawn(name="x", command=[sys.executable, "-u", "-c", {code!r}], environment={{}}, folder=Path("/"), output=1)
guard.follow([child.pid])
print(guard.popen.pid, child.pid, flush=True)
time.sleep(60)
"""


def start(code, tmp_path, **options):
    with (tmp_path / "out").open("wb") as output:
        return processes.spawn(
            name="x",
            command=[sys.executable, "-u", "-c", code],
            environment={},
            folder=tmp_path,
            output=output,
            **options,
        )


def printed(tmp_path):
    assert processes.wait_for(lambda: (tmp_path / "out").read_text().endswith("\n"), seconds=10)
    return (tmp_path / "out").read_text().strip()


def test_a_child_stops_at_its_signal(tmp_path):
    child = start("import time; print('up'); time.sleep(60)", tmp_path)
    printed(tmp_path)
    assert child.stop(grace=10) is True
    assert child.popen.returncode == -signal.SIGTERM


def test_a_child_that_ignores_its_signal_is_killed_after_the_grace_time(tmp_path):
    child = start(STUBBORN, tmp_path)
    printed(tmp_path)
    assert child.stop(grace=0.2) is False
    assert child.popen.returncode == -signal.SIGKILL


def test_killing_a_child_kills_what_it_started(tmp_path):
    child = start(PARENT_OF_A_CHILD, tmp_path)
    grandchild = int(printed(tmp_path))
    assert processes.alive(grandchild)
    child.kill()
    assert not processes.alive(grandchild)


def test_a_child_gets_exactly_the_given_environment(tmp_path):
    child = start("import os; print(sorted(os.environ))", tmp_path)
    assert child.wait(seconds=10)
    assert "HOME" not in printed(tmp_path)


@pytest.mark.serial
@pytest.mark.parametrize("code", [STUBBORN, PARENT_OF_A_CHILD])
def test_kill_9_of_the_supervisor_leaves_no_child_and_no_grandchild(code, monkeypatch):
    script = SUPERVISOR.format(root=str(ROOT), code=code)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    lines = [parent.stdout.readline(), parent.stdout.readline()]
    guard, child = map(int, next(line for line in lines if " " in line).split())
    family = [guard, child, *processes.descendants(child)]
    assert all(map(processes.alive, family))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert processes.wait_until_gone(family, seconds=15)
    parent.stdout.close()
