"""`manage.py export_schema [--check]`: the API documents in docs/api/; the page's types are made from two of them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apigateway.reference import reference
from apigateway.rest.documents import asyncapi, openapi


class Command(BaseCommand):
    help = "Write the documents in docs/api/; with --check, fail if one is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not up to date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:  # noqa: ARG002  Django's signature
        folder = Path(settings.BASE_DIR) / "docs" / "api"
        documents = {
            folder / "openapi.json": openapi(),
            folder / "asyncapi.json": asyncapi(),
            folder / "operations.md": reference(),
        }
        stale = [path for path, body in documents.items() if not path.exists() or path.read_bytes() != body]
        if check and stale:
            raise CommandError(f"Stale: {', '.join(path.name for path in stale)}. Run `manage.py export_schema`.")
        for path in stale:
            path.write_bytes(documents[path])
            self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
