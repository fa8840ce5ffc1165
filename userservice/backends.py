"""How people enter Django's admin site: with the same checks and the same throttle as everywhere (docs/tokens.md)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from bus.envelope import Client
from contracts.errors import AccountDisabled, InvalidCredentials
from userservice import services
from userservice.models import User


class StaffBackend(ModelBackend):
    """Django's permissions; Warren's way of checking a password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        address = request.META.get("REMOTE_ADDR", "") if request else ""
        client = Client(address=address, device="Admin site")
        try:
            return services.credentials_check(username=username, password=password, client=client)
        except (InvalidCredentials, AccountDisabled):
            return None  # RateLimited and Busy go on to the form, which says so
