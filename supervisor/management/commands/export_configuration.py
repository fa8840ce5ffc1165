"""`manage.py export_configuration`: writes `.env.example` and docs/configuration.md from the settings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bus.topology import PERMISSIONS
from config.settings import env
from supervisor import configuration
from supervisor.cache import ROOT


class Command(BaseCommand):
    help = "Write .env.example and docs/configuration.md from the variables that the code reads."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not up to date")

    def handle(self, *_: Any, check: bool, **__: Any) -> None:
        known = {name: variable for name, variable in env.known.items() if not name.startswith("WARREN_AMQP_URL_")}
        roles = list(PERMISSIONS)
        for path, content in (
            (ROOT / ".env.example", configuration.env_example(known, roles=roles, root=ROOT)),
            (ROOT / "docs" / "configuration.md", configuration.page(known, roles=roles, root=ROOT)),
        ):
            if check and (not path.exists() or path.read_text() != content):
                raise CommandError(f"{path.name} is not up to date: run manage.py export_configuration")
            if not check:
                path.write_text(content)
