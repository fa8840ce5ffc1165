"""`manage.py up`: what `bin/up` runs once `.venv` is there."""

import os
import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Gives way to `python -m supervisor up`: it lives as long as Warren, so it does not keep Django loaded."""

    help = "Start PostgreSQL, RabbitMQ and every role, and look after them until Ctrl-C; `bin/up` in full."

    def run_from_argv(self, argv: list[str]) -> None:
        os.execv(sys.executable, [sys.executable, "-m", "supervisor", "up", *argv[2:]])
