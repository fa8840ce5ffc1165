"""The loop notices that a process is ready, ended or hung, says so, and starts it again."""

import io
import os
import signal
import sys
import time

import pytest

from supervisor.cache import ROOT
from supervisor.console import Console
from supervisor.loop import Loop
from supervisor.supervised import FIRST_PAUSE, SILENCE_LIMIT, Supervised

HONEST = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from config import notify
print("begun", flush=True)
notify.ready()
while True:
    notify.alive()
    time.sleep(0.05)
"""
MUTE = "import time; time.sleep(60)"


@pytest.fixture
def screen():
    return io.StringIO()


@pytest.fixture
def loop(tmp_path, screen):
    made = Loop(console=Console(out=screen, color=False), logs=tmp_path)
    yield made
    made.close()


@pytest.fixture
def supervise(loop):
    def add(code, **options):
        environment = {"NOTIFY_SOCKET": loop.notifications.name}
        one = Supervised(
            name="role",
            start=lambda: loop.spawn(name="role", command=[sys.executable, "-u", "-c", code], environment=environment),
            say=loop.console.say,
            **options,
        )
        loop.supervised.append(one)
        return one

    return add


def test_a_process_is_ready_when_it_says_so(loop, supervise):
    role = supervise(HONEST)
    assert loop.until(lambda: role.ready, seconds=20)
    assert role.running


def test_a_process_that_says_nothing_is_not_ready(loop, supervise):
    role = supervise(MUTE)
    assert not loop.until(lambda: role.ready, seconds=0.5)
    assert role.running


def test_a_stranger_cannot_speak_for_a_process(loop, supervise, monkeypatch):
    role = supervise(MUTE)
    loop.until(lambda: role.running, seconds=10)
    monkeypatch.setenv("NOTIFY_SOCKET", loop.notifications.name)
    from config import notify

    notify.ready()
    assert not loop.until(lambda: role.ready, seconds=0.5)


def test_what_a_process_prints_appears_with_its_name_and_in_its_log(loop, supervise, screen, tmp_path):
    role = supervise(HONEST)
    loop.until(lambda: role.ready and "begun" in screen.getvalue(), seconds=20)
    assert "role           begun" in screen.getvalue()
    assert (tmp_path / "role.log").read_text() == "begun\n"


def test_a_full_log_file_makes_way_for_a_new_one(loop, supervise, tmp_path, monkeypatch):
    monkeypatch.setattr("supervisor.loop.LARGEST_LOG", 10)
    supervise("import os, time\nfor n in range(3): os.write(1, b'line %d\\n' % n); time.sleep(0.2)\ntime.sleep(60)")
    assert loop.until(lambda: (tmp_path / "role.log.1").exists(), seconds=20)
    assert (tmp_path / "role.log.1").read_text() == "line 0\nline 1\n"


def test_a_killed_process_is_started_again(loop, supervise, screen):
    role = supervise(HONEST)
    loop.until(lambda: role.ready, seconds=20)
    first = role.child.pid
    os.kill(first, signal.SIGKILL)
    assert loop.until(lambda: role.ready and role.child.pid != first, seconds=20)
    assert f"role was ended by signal 9; starting it again in {FIRST_PAUSE:g} s" in screen.getvalue()


def test_each_failure_in_a_row_doubles_the_pause(loop, supervise, screen):
    role = supervise("raise SystemExit(3)")
    assert loop.until(lambda: role.failures == 3, seconds=20)
    said = screen.getvalue()
    assert [f"exit code 3; starting it again in {pause} s" in said for pause in ("0.5", "1", "2")] == [True] * 3


@pytest.mark.serial
def test_a_process_that_stops_answering_is_killed_and_started_again(loop, supervise, screen):
    role = supervise(HONEST)
    loop.until(lambda: role.ready, seconds=20)
    first = role.child.pid
    os.kill(first, signal.SIGSTOP)
    began = time.monotonic()
    assert loop.until(lambda: role.ready and role.child.pid != first, seconds=30)
    assert time.monotonic() - began >= SILENCE_LIMIT - 1.1
    assert "role has not answered for 5 seconds: killing it" in screen.getvalue()


def test_silence_is_forgiven_when_the_supervisor_itself_was_held_up(supervise, loop):
    role = supervise(HONEST)
    loop.until(lambda: role.ready, seconds=20)
    child = role.child
    role.hear("WATCHDOG=1")
    role._heard -= SILENCE_LIMIT * 3
    role.forgive(SILENCE_LIMIT * 3)
    role.look_after()
    assert child.running


def test_a_process_that_never_gave_a_sign_of_life_is_not_expected_to(loop, supervise):
    role = supervise(MUTE, notifies=False)
    loop.until(lambda: role.running, seconds=10)
    role._started -= 10_000
    role.look_after()
    assert role.running


def test_a_process_that_does_not_become_ready_in_time_is_killed(loop, supervise, screen):
    role = supervise(MUTE)
    loop.until(lambda: role.running, seconds=10)
    role._started -= 61
    role.look_after()
    assert not role.running
    assert "role was not ready after 60 seconds: killing it" in screen.getvalue()


def test_stopping_lets_a_process_finish_and_prints_its_last_words(loop, supervise, screen):
    role = supervise(
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('last words', flush=True), sys.exit(0)))\n"
        "print('begun', flush=True)\n"
        "signal.pause()\n"
    )
    loop.until(lambda: "begun" in screen.getvalue(), seconds=20)
    child = role.child
    loop.stop([role])
    assert child.popen.returncode == 0
    assert "last words" in screen.getvalue()
    assert loop.supervised == []


def test_closing_kills_also_what_was_asked_to_stop_and_has_not(tmp_path, screen):
    one_loop = Loop(console=Console(out=screen, color=False), logs=tmp_path)
    child = one_loop.spawn(name="role", command=[sys.executable, "-c", MUTE], environment={})
    one_loop.close()
    assert child.popen.returncode == -signal.SIGKILL


def test_a_process_that_will_not_stop_is_killed_after_its_grace_time(loop, supervise, screen):
    role = supervise(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('begun', flush=True)\n"
        "time.sleep(60)\n",
        grace=0.2,
    )
    loop.until(lambda: "begun" in screen.getvalue(), seconds=20)
    child = role.child
    loop.stop([role])
    assert child.popen.returncode == -signal.SIGKILL
    assert "role did not stop in time: killing it" in screen.getvalue()
