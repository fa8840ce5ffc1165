"""Secrets are made once and kept private; the lock says who runs on a folder."""

import os
import stat
import subprocess
import sys
import time

import pytest

from supervisor import disk, local
from supervisor.faults import Temporary

HOLD = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from supervisor.local import Lock
lock = Lock(Path({folder!r}))
lock.take()
if {with_child} and os.fork() == 0:
    os.close(1)
    time.sleep(30)
print("held", flush=True)
time.sleep(30)
"""


def hold(folder, *, with_child=False):
    root = str(local.Path(__file__).parents[2])
    code = HOLD.format(root=root, folder=str(folder), with_child=with_child)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True, text=True)
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def holder():
    started = []

    def start(folder, **options):
        started.append(hold(folder, **options))
        return started[-1]

    yield start
    for process in started:
        try:
            os.killpg(process.pid, 9)
        except ProcessLookupError:
            pass
        process.wait()
        process.stdout.close()


def test_a_secret_is_generated_once_and_only_its_owner_can_read_it(tmp_path):
    first = local.secret(tmp_path, "key")
    assert local.secret(tmp_path, "key") == first
    assert len(first) >= 43
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_two_secrets_differ(tmp_path):
    assert local.secret(tmp_path, "one") != local.secret(tmp_path, "two")


def test_a_second_holder_is_refused_with_the_process_of_the_first(tmp_path, holder):
    first = holder(tmp_path)
    with pytest.raises(Temporary, match=rf"already running on .*process {first.pid}.*kill {first.pid}"):
        local.Lock(tmp_path).take()


def test_a_released_lock_can_be_taken_again(tmp_path):
    for _ in range(2):
        lock = local.Lock(tmp_path)
        lock.take()
        lock.release()


def test_the_lock_of_a_killed_holder_is_free_at_once(tmp_path, holder):
    first = holder(tmp_path)
    os.killpg(first.pid, 9)
    first.wait()
    lock = local.Lock(tmp_path)
    lock.take()
    lock.release()


def test_the_servers_of_a_killed_holder_are_waited_for_and_then_named(tmp_path, holder):
    first = holder(tmp_path, with_child=True)
    first.kill()
    first.wait()
    began = time.monotonic()
    with pytest.raises(Temporary, match="earlier, killed"):
        local.Lock(tmp_path).take(patience=0.3)
    assert time.monotonic() - began >= 0.3


def test_too_little_space_is_refused_with_both_figures(tmp_path):
    with pytest.raises(Temporary, match=r"Only \d+ MiB are free .* Warren needs 1073741824 MiB"):
        disk.require_space(tmp_path / "not" / "there", needed=2**50)
