"""Accounts, their sessions, the keys that sign tokens, and what slows guessing down (docs/tokens.md)."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from contracts.ids import uuid7
from userservice import names


class UserQuerySet(models.QuerySet["User"]):
    def matching(self, q: str) -> "UserQuerySet":
        """Those whose user or display name contains `q`, whatever its case and accents."""
        return self.filter(search_key__contains=names.search_key(q)) if q else self


class UserManager(BaseUserManager["User"]):
    """What Django's own commands (`createsuperuser`) need; everybody else goes through `services`."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=names.username_key(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **{"display_name": username, **fields})
        user.set_password(password)
        user.save(using=self._db, force_insert=True)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """A person or program. `username_key` and `search_key` follow the names whenever a row is saved.

    `rev` grows with every change that others see. `sessions_valid_from` is part of what Django signs into the admin
    site's cookie, so that logging out everywhere ends that session too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        max_length=32,
        unique=True,
        validators=[MinLengthValidator(2), RegexValidator(names.USERNAME_FORM)],
        error_messages={"unique": "That user name is taken."},
    )
    username_key = models.CharField(max_length=64, unique=True, editable=False, db_collation="C")
    display_name = models.CharField(max_length=64)
    search_key = models.TextField(editable=False, db_collation="C")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    rev = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sessions_valid_from = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="user_created_at")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_key = names.username_key(self.username)
        self.search_key = f"{names.search_key(self.username)}\n{names.search_key(self.display_name)}"
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}:{self.sessions_valid_from.timestamp()}"


class EndReason(models.TextChoices):
    """Why a session ended; travels as `reason` in `session.revoked`."""

    LOGOUT = "logout"
    LOGOUT_EVERYWHERE = "logout_everywhere"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a reason, no password
    DISABLED = "disabled"
    ENDED_BY_STAFF = "ended_by_staff"
    TOKEN_REUSED = "token_reused"  # noqa: S105
    TOO_MANY = "too_many"


class SessionQuerySet(models.QuerySet["Session"]):
    def open(self) -> "SessionQuerySet":
        return self.filter(ended_at=None, expires_at__gt=Now())

    def ended_within(self, span: timedelta) -> "SessionQuerySet":
        return self.filter(ended_at__gt=Now() - span)


class Session(models.Model):
    """One login on one device, and the state of its refresh token, of which only hashes are kept.

    The token of each `generation` is derived from `seed` and WARREN_SECRET_KEY (`userservice.refresh`).
    `network`: the address, or the /64 of an IPv6 one: where throttling remembers the owner from.
    `expires_at`: 14 days after the last rotation, 30 days after the login at the latest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    device = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True, choices=EndReason.choices)
    seed = models.BinaryField(max_length=16)
    generation = models.PositiveIntegerField(default=0)
    rotated_at = models.DateTimeField()
    token_hash = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32, null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-last_used_at"], name="session_open", condition=Q(ended_at=None)),
            models.Index(fields=["ended_at"], name="session_ended", condition=Q(ended_at__isnull=False)),
            models.Index(fields=["user", "network"], name="session_network"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.device or 'an unnamed device'}"


class SigningKey(models.Model):
    """An Ed25519 key pair; `sealed` is the private half under a key derived from WARREN_SECRET_KEY.

    The newest key whose `signs_from` has come signs. `withdrawn`: no longer published, whatever the clock says.
    """

    generation = models.PositiveIntegerField(primary_key=True)
    kid = models.CharField(max_length=43, unique=True)
    public = models.BinaryField(max_length=32)
    sealed = models.BinaryField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    signs_from = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.kid


class LoginThrottle(models.Model):
    """How soon the next attempt may come; a row means nothing after `expires_at`."""

    subject = models.CharField(max_length=200, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.subject
