"""`manage.py serve ROLE ...`: one part of the system, or several services in one process (docs/architecture.md)."""

import signal
import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import notify
from config.amqp import amqp_url
from config.roles import PROCESSES, SERVICES


class Command(BaseCommand):
    help = "Run one role, or several services in one process, until SIGTERM."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("roles", nargs="+", metavar="ROLE", help="after `worker`: queues, or kinds of jobs")
        parser.add_argument(
            "--metrics-port", type=int, default=0, metavar="PORT", help="services: tell Prometheus here; 0 for nowhere"
        )
        parser.add_argument(
            "--server", choices=("uvicorn", "daphne"), default="uvicorn", help="what serves the gateway's HTTP"
        )
        parser.add_argument(
            "--processes", type=int, metavar="N", help="worker: jobs that run at a time; by default one per processor"
        )

    def handle(self, *_: Any, roles: list[str], metrics_port: int, **options: Any) -> None:
        if roles[0] == "worker":
            sys.exit(_serve_process("worker", names=roles[1:], processes=options["processes"]))
        unknown = [role for role in roles if role not in SERVICES and role not in PROCESSES]
        if unknown:
            raise CommandError(f"There is no role named {unknown[0]!r}: {', '.join([*SERVICES, *PROCESSES])}.")
        if not set(roles) <= set(SERVICES) and len(roles) > 1:
            raise CommandError(f"{', '.join(PROCESSES)} run alone; only services share a process.")
        if roles[0] in SERVICES:
            sys.exit(_serve_services(roles, metrics_port))
        sys.exit(_serve_process(roles[0], **({"server": options["server"]} if roles[0] == "gateway" else {})))


def _serve_process(role: str, **arguments: Any) -> int:
    settings.AMQP_URL = amqp_url(role)
    code: int = import_module(PROCESSES[role]).main(**arguments)
    return code


def _serve_services(roles: list[str], metrics_port: int) -> int:
    from prometheus_client import start_http_server

    from bus.middleware.database import guarded, limit_waits
    from bus.middleware.logging import logged
    from bus.middleware.timing import timed
    from bus.server import Hosted, Server

    limit_waits()
    if metrics_port:
        start_http_server(metrics_port, settings.HOST)
    hosted = [
        Hosted(service=import_module(SERVICES[role]).service, url=amqp_url(role), role=role)
        for role in dict.fromkeys(roles)
    ]
    for one in hosted:
        _connect_to_others(one)
    server = Server(hosted, middleware=(timed, logged, guarded), on_ready=notify.ready, on_alive=notify.alive)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop(server))
    server.run()
    return 0


def _connect_to_others(hosted: Any) -> None:
    """Only a service that some contract lists among its callers has anybody to ask."""
    from bus.sync_client import SyncClient
    from contracts.base import OPERATIONS

    if any(hosted.role in operation.callers for operation in OPERATIONS.values()):
        client = SyncClient(hosted.url, role=hosted.role)
        client.start()
        hosted.service.connect(client)


def _stop(server: Any) -> None:
    notify.stopping()
    server.stop()
