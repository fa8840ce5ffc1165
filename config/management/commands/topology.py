"""`manage.py topology`: makes every shared exchange and queue, and says what is there (docs/bus.md, "Topology")."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bus.declare import BrokerUnreachable, Clash, declare, missing
from bus.topology import EXCHANGES, PERMISSIONS, QUEUES, as_data
from config.amqp import amqp_url


class Command(BaseCommand):
    help = "Declare the shared exchanges and queues on RabbitMQ, as its user `topology`."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only look; exit 1 when something is missing")
        parser.add_argument("--json", action="store_true", help="print it, permissions included; needs no broker")

    def handle(self, *_: Any, check: bool, json: bool, **__: Any) -> None:
        if json:
            self.stdout.write(_json())
            return
        try:
            self._look() if check else self._declare()
        except BrokerUnreachable as error:
            raise CommandError(f"RabbitMQ does not answer: {error}") from None
        except Clash as error:
            raise CommandError(f"Something else of that name is there already: {error}") from None

    def _look(self) -> None:
        absent = missing(amqp_url("topology"))
        if absent:
            raise CommandError(f"Missing: {', '.join(absent)}. `manage.py topology` makes them.", returncode=1)
        self.stdout.write("Every shared exchange and queue is there.")

    def _declare(self) -> None:
        declare(amqp_url("topology"))
        for exchange in EXCHANGES:
            self.stdout.write(f"exchange {exchange.name:16} {exchange.type}")
        for queue in QUEUES:
            self.stdout.write(f"queue    {queue.name}")
        self.stdout.write(f"users    {', '.join(PERMISSIONS)}")


def _json() -> str:
    return json.dumps(as_data(), indent=2)
