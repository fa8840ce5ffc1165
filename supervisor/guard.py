"""Outlives a killed supervisor for a few seconds and ends the process groups that it left behind.

The kernel's death signal reaches direct children only. This process reads `+PGID` and `-PGID` lines on standard
input; when the other end closes, it asks the groups still listed to stop and kills them after GRACE seconds.
A script of its own, started with `-I -S`, so that it costs a few megabytes.
"""

import os
import signal
import sys
import time

GRACE = 8.0  # seconds; RabbitMQ needs up to six to stop cleanly


def main() -> None:
    """Follow the list until standard input closes, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(follow())


def follow() -> set[int]:
    """The groups that are listed when standard input closes."""
    listed: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (listed.add if line[0] == "+" else listed.discard)(group)
    return listed


def end(groups: set[int]) -> None:
    """Ask, wait, kill."""
    deadline = time.monotonic() + GRACE
    left = {group for group in groups if send(group, signal.SIGTERM)}
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if send(group, 0)}
    for group in left:
        send(group, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Whether the group still exists."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
