"""A failpoint kills exactly at the step, and the time, that it was told."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
from django.conf import settings
settings.configure(FAILPOINTS={armed!r})
from config.failpoints import failpoint
for step in range(1, 4):
    failpoint("a.first")
    failpoint("a.second")
    print(step)
"""


def run(armed: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(armed=armed)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_without_any_nothing_happens():
    assert run("") == (0, "1\n2\n3\n")
    assert run("b.other, a.unknown:1") == (0, "1\n2\n3\n")


def test_it_kills_the_first_time():
    assert run("a.second")[0] == -signal.SIGKILL


def test_it_kills_the_nth_time():
    code, _ = run("a.first:3")
    assert code == -signal.SIGKILL
    assert run("a.first:4")[0] == 0


def test_the_first_of_several_kills():
    assert run("a.first:9,a.second:2")[0] == -signal.SIGKILL
