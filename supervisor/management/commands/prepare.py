"""`manage.py prepare`: what has to be true before a role starts, in one process because Django loads slowly."""

import io
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config.amqp import amqp_url
from supervisor.local import write_private
from supervisor.ports import answers


class Command(BaseCommand):
    help = "Migrate the database if needed, declare the topology, and make the demo accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo-file", type=Path, help="make the demo accounts and write their logins here")
        parser.add_argument("--broker-seconds", type=float, default=90, help="how long to wait for the broker")

    def handle(self, *, demo_file: Path | None, broker_seconds: float, **_: Any) -> None:
        self._migrate()
        self._wait_for_broker(broker_seconds)
        call_command("topology", stdout=io.StringIO())
        if demo_file:
            self._seed(demo_file)

    def _migrate(self) -> None:
        try:
            executor = MigrationExecutor(connection)
            pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).strip()}") from None
        if pending:
            self.stdout.write(f"Migrating the database: {len(pending)} steps")
            call_command("migrate", verbosity=0, interactive=False)

    def _wait_for_broker(self, seconds: float) -> None:
        parts = urlsplit(amqp_url("topology"))
        host, port = parts.hostname or "127.0.0.1", parts.port or (5671 if parts.scheme == "amqps" else 5672)
        deadline = time.monotonic() + seconds
        while not answers(port, host=host):
            if time.monotonic() > deadline:
                raise CommandError(f"The broker at {host}:{port} did not answer within {seconds:.0f} seconds.")
            time.sleep(0.05)

    def _seed(self, file: Path) -> None:
        printed = io.StringIO()
        call_command("seed_demo", stdout=printed)
        write_private(file, printed.getvalue())
