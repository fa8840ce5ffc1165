"""`manage.py seed_demo`: people and conversations to look at, and how to log in (docs/setup.md)."""

import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.transaction import atomic
from django.utils import timezone

from config.demo import talk
from config.demo.people import PEOPLE, ROOMS
from messageservice.seeding import SeedConversation, conversations_seed
from userservice.seeding import SeedUser, users_seed

LOCK = 0x5EED
"""Advisory lock: two runs at once come one after the other."""
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


class Command(BaseCommand):
    help = "Make the demo workspace unless it is there already, and print its logins."

    def handle(self, *_: Any, **__: Any) -> None:
        password = demo_password()
        with atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            there, people = users_seed(_people(), password=password)
            conversations, messages = conversations_seed(_conversations(there))
        if people or conversations:
            self.stdout.write(f"Made {people} people, {conversations} conversations, {messages} messages.")
        self._print_logins([person.username for person in PEOPLE if person.id in there], password)

    def _print_logins(self, names: list[str], password: str) -> None:
        self.stdout.write(f"Demo logins: {', '.join(names)}")
        self.stdout.write(f"Password of each: {password}")
        if "ada" in names:
            self.stdout.write("ada administers: the admin site is below /admin/")
        if urlsplit(settings.PUBLIC_URL).hostname not in ("localhost", "127.0.0.1", "::1"):
            self.stdout.write("Whoever has this password can log in from outside. Disable these accounts in the end.")


def demo_password() -> str:
    """The same on every start, and on no two installations: 12 syllables, 73 bits, from WARREN_SECRET_KEY."""
    number = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), b"warren demo password", "sha256"))
    syllables = []
    for _ in range(12):
        number, consonant = divmod(number, len(CONSONANTS))
        number, vowel = divmod(number, len(VOWELS))
        syllables.append(CONSONANTS[consonant] + VOWELS[vowel])
    return "-".join("".join(syllables[at : at + 3]) for at in range(0, 12, 3))


def _people() -> list[SeedUser]:
    since = timezone.now() - talk.SPAN - timedelta(days=1)
    return [
        SeedUser(
            id=person.id,
            username=person.username,
            display_name=person.display_name,
            created_at=since + timedelta(minutes=7 * person.rank),
            superuser=person.superuser,
        )
        for person in PEOPLE
    ]


def _conversations(there: set[UUID]) -> list[SeedConversation]:
    present = {person.username for person in PEOPLE if person.id in there}
    now = timezone.now()
    made = (talk.conversation(room, present=present, now=now) for room in ROOMS)
    return [one for one in made if one is not None]
