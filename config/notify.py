"""Tells the supervisor that this process is ready and still alive: the sd_notify protocol of systemd.

Under `bin/up` and under systemd (`Type=notify`, `WatchdogSec=`) NOTIFY_SOCKET names a datagram socket; elsewhere
every call here does nothing. Protocol: systemd's manual page sd_notify(3).
"""

import os
import socket
import time

INTERVAL = 1.0
_last = -INTERVAL


def ready() -> None:
    """Say once that this process serves: listening, consuming, or waiting for its advisory lock."""
    _send("READY=1")


def alive() -> None:
    """Say that the main loop still turns; sends at most one datagram a second, so call it in every turn.

    Call it from the loop or the I/O thread that does the work, never from a thread of its own: a process from
    which nothing was heard for five seconds is killed and started again.
    """
    global _last
    now = time.monotonic()
    if now - _last >= INTERVAL:
        _last = now
        _send("WATCHDOG=1")


def stopping() -> None:
    """Say that this process was asked to end and finishes its work; the supervisor stops expecting `alive`."""
    _send("STOPPING=1")


def _send(text: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.setblocking(False)
        try:
            line.sendto(text.encode(), name)
        except OSError:  # the supervisor is gone or its queue is full: neither is this process's trouble
            pass
