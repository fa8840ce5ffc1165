"""Steps at which a test lets a process die as `kill -9` would, to prove that no step is the wrong one to die at."""

import os
import signal
from collections import Counter
from functools import cache

from django.conf import settings

_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Kill this process when WARREN_FAILPOINTS lists `name`, or `name:N` and this is the Nth time; else do nothing."""
    if _armed() and _due(name):
        os.kill(os.getpid(), signal.SIGKILL)


def _due(name: str) -> bool:
    _passed[name] += 1
    return _armed().get(name) == _passed[name]


@cache
def _armed() -> dict[str, int]:
    listed = (part.strip().partition(":") for part in settings.FAILPOINTS.split(",") if part.strip())
    return {name: int(count or 1) for name, _, count in listed}
