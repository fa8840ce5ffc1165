"""`manage.py rotate_keys`: a new key for access tokens (docs/tokens.md, "Keys")."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contracts.errors import Conflict
from userservice.keys import ACCESS_SECONDS, key_rotate


class Command(BaseCommand):
    help = "Publish a new signing key; it takes over in ten minutes, and nobody notices."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now",
            action="store_true",
            help="the old key has leaked or cannot be read: withdraw it, with the tokens that it signed, at once",
        )

    def handle(self, *_: Any, now: bool, **__: Any) -> None:
        try:
            key = key_rotate(at_once=now)
        except Conflict as error:
            raise CommandError(error.message) from None
        if now:
            self.stdout.write(f"Key {key.kid} signs from now on, all earlier ones are withdrawn.")
            self.stdout.write("Running processes take it up within 30 seconds; clients refresh their tokens.")
        else:
            self.stdout.write(f"Key {key.kid} is published and signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC.")
            self.stdout.write(f"Tokens of the present key stay good for {ACCESS_SECONDS // 60} minutes after that.")
