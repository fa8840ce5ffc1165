"""`manage.py make_staff USERNAME`: who may administer Warren."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from userservice.selectors import user_by_name
from userservice.services import user_set_powers


class Command(BaseCommand):
    help = "Make somebody an administrator, who may use the staff's operations; or take that away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--superuser", action="store_true", help="with every right in the admin site as well")
        choice.add_argument("--revoke", action="store_true", help="no administrator any more")

    def handle(self, *_: Any, username: str, superuser: bool, revoke: bool, **__: Any) -> None:
        user = user_by_name(username)
        if user is None:
            raise CommandError(f"Nobody is called {username}.")
        user = user_set_powers(user_id=user.pk, staff=not revoke, superuser=superuser)
        power = "a superuser" if user.is_superuser else "an administrator" if user.is_staff else "no administrator"
        self.stdout.write(f"{user.username} is {power} now.")
