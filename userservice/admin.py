"""Users, sessions and keys in Django's admin site. What it changes goes through the services' functions."""

# ruff: noqa: ARG002  the signatures are Django's

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contracts.errors import Forbidden
from userservice import services, sessions, throttle
from userservice.access import require_power_over
from userservice.forms import NewUserForm, ResetPasswordForm, UserForm
from userservice.models import EndReason, Session, SigningKey, User, UserQuerySet

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    BaseUserAdmin = DjangoUserAdmin[User]
else:  # generic in the stubs alone
    ModelAdmin, BaseUserAdmin = admin.ModelAdmin, DjangoUserAdmin

POWERS = ("is_staff", "is_superuser")


class ReadOnlyAdmin(ModelAdmin):
    """Looking only: writing here would break an invariant."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    """Accounts are disabled and never deleted: messages go on to bear their names."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = ResetPasswordForm
    list_display = ("username", "display_name", "is_active", "is_staff", "is_superuser", "created_at", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "created_at", "last_login")
    search_fields = ("username", "display_name")
    ordering = ("username_key",)
    date_hierarchy = "created_at"
    filter_horizontal = ()
    readonly_fields = ("id", "username", "is_active", "rev", "created_at", "last_login", "their_sessions")
    fieldsets = (
        (None, {"fields": ("username", "display_name", "is_active", "their_sessions")}),
        ("Powers", {"fields": POWERS}),
        ("Record", {"fields": ("id", "rev", "created_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "display_name", "password")}),)
    actions = ("disable", "enable", "end_sessions", "forget_failures")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return ()
        own = obj.pk == request.user.pk
        return self.readonly_fields if _superuser(request) and not own else (*self.readonly_fields, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or _superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return UserQuerySet.matching(queryset, search_term), False  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            made = services.user_create(**form.cleaned_data)
            obj.__dict__.update(made.__dict__)
            return
        services.user_update(user_id=obj.pk, display_name=obj.display_name)
        if set(POWERS) & set(form.changed_data):
            services.user_set_powers(user_id=obj.pk, staff=obj.is_staff, superuser=obj.is_superuser)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: there are no inlines, and the services have saved."""

    @admin.display(description="sessions")
    def their_sessions(self, user: User) -> SafeString:
        address = reverse("admin:userservice_session_changelist") + f"?user__id__exact={user.pk}"
        count = Session.objects.filter(user=user).open().count()
        return format_html('<a href="{}">{} open</a>', address, count)

    @admin.action(description="Disable: log out everywhere and refuse logins", permissions=["change"])
    def disable(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._each(request, users, "Disabled", lambda u: services.user_set_active(user_id=u.pk, active=False))

    @admin.action(description="Enable again", permissions=["change"])
    def enable(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._each(request, users, "Enabled", lambda u: services.user_set_active(user_id=u.pk, active=True))

    @admin.action(description="End all sessions", permissions=["change"])
    def end_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        end = EndReason.ENDED_BY_STAFF
        self._each(request, users, "Ended all sessions", lambda u: sessions.sessions_end_all(user=u, reason=end))

    @admin.action(description="Forget failed logins: the next attempt need not wait", permissions=["change"])
    def forget_failures(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._each(request, users, "Forgot failed logins", lambda u: throttle.account_clear(username=u.username))

    def _each(self, request: HttpRequest, users: QuerySet[User], done: str, change: Callable[[User], object]) -> None:
        """Do it to those whom this administrator has power over, note it in their history, and name the others."""
        changed, by = 0, cast("User", request.user)
        for user in users:
            try:
                require_power_over(by=by, user=user)
            except Forbidden as refusal:
                self.message_user(request, f"{user.username}: {refusal.message}", messages.WARNING)
                continue
            change(user)
            self.log_change(request, user, done)
            changed += 1
        self.message_user(request, f"{done}: {changed}.", messages.SUCCESS if changed else messages.INFO)


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        still_open = Session.objects.all().open()
        match self.value():
            case "open":
                return queryset.filter(pk__in=still_open)
            case "over":
                return queryset.exclude(pk__in=still_open)
            case _:
                return queryset


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "device", "address", "created_at", "last_used_at", "ended_at", "reason")
    list_filter = (OpenFilter, "reason", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__display_name", "address", "device")
    date_hierarchy = "created_at"
    ordering = ("-last_used_at",)
    actions = ("end",)
    fields = (
        "id", "user", "device", "address", "network", "created_at", "last_used_at", "expires_at", "ended_at", "reason",
        "generation", "rotated_at",
    )  # fmt: skip

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "user__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("userservice.change_session")

    @admin.action(description="End these sessions", permissions=["end"])
    def end(self, request: HttpRequest, chosen: QuerySet[Session]) -> None:
        allowed = chosen if _superuser(request) else chosen.exclude(user__is_superuser=True)
        ended = sessions.sessions_end(
            Session.objects.filter(pk__in=list(allowed.values_list("pk", flat=True))), reason=EndReason.ENDED_BY_STAFF
        )
        self.message_user(request, f"Ended: {len(ended)}.")


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Rotated by `manage.py rotate_keys`."""

    list_display = fields = ("kid", "generation", "created_at", "signs_from", "withdrawn")
    ordering = ("-generation",)


admin.site.unregister(Group)  # staff and superuser are all the roles there are


def _superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
