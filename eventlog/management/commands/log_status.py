"""`manage.py log_status`: is a relay at work, how far is it, does anything wait (docs/event-log.md)."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from eventlog.status import COUNTED, LogStatus, log_status


class Command(BaseCommand):
    help = "Show the event log's position, what waits in the outbox and for how long, and whether a relay is active."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *_: Any, json: bool, **__: Any) -> None:
        status = log_status()
        self.stdout.write(msgspec.json.encode(asdict(status)).decode() if json else _in_words(status))


def _in_words(status: LogStatus) -> str:
    relay = f"active (PostgreSQL process {status.session})" if status.session else "NONE IS ACTIVE: start `serve relay`"
    waiting = f"{status.waiting}{' or more' if status.waiting == COUNTED else ''}"
    lines = {
        "relay": relay,
        "epoch": status.epoch,
        "last position": f"{status.pos}, given {status.last_at:%Y-%m-%d %H:%M:%S} UTC",
        "confirmed up to": f"{status.published} ({status.unconfirmed} on their way)",
        "waiting": f"{waiting}, the first for {status.waiting_seconds:.1f} s",
        "kept from": f"position {status.oldest}, {status.reach_seconds / 86400:.1f} days ago",
        "ranges": f"{status.ranges}, {status.outside_ranges} events outside of them",
    }
    return "\n".join(f"{name + ':':<17}{value}" for name, value in lines.items())
