"""What the admin pages of services share: tables that grow without end are looked at a bounded piece at a time.

No page counts or searches more than the last `REACH` rows. Nothing is added, changed or deleted but by actions, which
go through the services' own functions.
"""

# ruff: noqa: ARG002  the signatures are Django's

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contracts.ids import first_uuid7

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:  # generic in the stubs alone
    ModelAdmin, AnyPaginator = admin.ModelAdmin, Paginator

REACH = 10_000
PERIODS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=31),
}


class BoundedPaginator(AnyPaginator):
    """Counts to `REACH` and no further: nobody leafs through the pages behind."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:REACH].count())


class SinceFilter(admin.SimpleListFilter):
    """By the time in the id, which has an index that every page is sorted by."""

    title = "since"
    parameter_name = "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, f"the last {name}") for name in PERIODS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        period = PERIODS.get(self.value() or "")
        return queryset if period is None else queryset.filter(pk__gte=first_uuid7(timezone.now() - period))


class BoundedAdmin(ModelAdmin):
    """Newest first, and only lookups that an index serves. `person`: the field that holds a user's id."""

    person = ""
    lookups: tuple[str, ...] = ()
    ordering = ("-pk",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in self.lookups

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_name(super().get_queryset(request), self.person)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(self.matching(term)) if term else queryset), False

    def matching(self, term: str) -> Q:
        """What a search finds."""
        raise NotImplementedError

    @admin.display(description="person", empty_value="(no account)")
    def name(self, row: Any) -> str | None:
        found: str | None = row.username
        return found

    @admin.display(description="conversation")
    def conversation_link(self, row: Any) -> SafeString:
        address = reverse("admin:messageservice_conversation_change", args=[row.conversation_id])
        return format_html('<a href="{}">{}</a>', address, row.conversation_id)


def with_name(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """The rows with `username`, the user name for the id in `field`."""
    names = users().filter(pk=OuterRef(field)).values("username")
    named: QuerySet[Any] = rows.annotate(username=Subquery(names[:1]))
    return named


def users() -> Any:
    """The manager of accounts. The admin role alone reads more than one service's tables."""
    return get_user_model().objects


def user_named(name: str, **conditions: bool) -> UUID | None:
    """The id of the account of that name, whatever its case."""
    try:
        user = users().get_by_natural_key(name)
    except ObjectDoesNotExist:
        return None
    wanted = all(getattr(user, field) == value for field, value in conditions.items())
    found: UUID = user.pk
    return found if wanted else None


def id_in(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


def last_ids(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Ids of the last `REACH` of them."""
    return rows.order_by("-pk").values("pk")[:REACH]


def acting(request: HttpRequest) -> UUID:
    """The administrator's own id: what events name as the one who did it."""
    found: UUID = request.user.pk  # type: ignore[assignment]
    return found
