"""Events in Django's admin site: to look at, never to change. No page scans the log, however long it is."""

# ruff: noqa: ARG002  the signatures are Django's

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.bounded_admin import BoundedPaginator
from contracts.base import EVENTS, load_all
from eventlog.models import Event, Outbox, RelayState
from eventlog.selectors import head, position_at
from eventlog.status import log_status

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # generic in the stubs alone
    ModelAdmin = admin.ModelAdmin

WINDOW = 20_000
"""Positions that one list looks at; the filter "time" moves them back."""
load_all()


class ReadOnlyAdmin(ModelAdmin):
    """Looking only: a position given, taken or changed by hand would break every reader's cursor."""

    show_full_result_count = False
    paginator = BoundedPaginator
    sortable_by = ()
    list_per_page = 100

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="audience", ordering=None)
    def audience(self, obj: Event | Outbox) -> str:
        """For whom, in words."""
        parts = []
        if obj.conversation_id is not None:
            parts.append(f"conversation {obj.conversation_id} from seq {obj.seq}")
        if obj.user_id is not None:
            parts.append(f"user {obj.user_id}")
        return " and ".join(parts) or "everybody"

    @admin.display(description="data")
    def data(self, obj: Event | Outbox) -> SafeString:
        """The event's JSON, indented."""
        return format_html("<pre>{}</pre>", msgspec.json.format(obj.body, indent=2))


class EventNameFilter(admin.SimpleListFilter):
    """Names from the contracts: asking the log which names it holds would read all of it."""

    title = parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name, event in sorted(EVENTS.items()) if not event.signal]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(event=self.value()) if self.value() else queryset


class WindowFilter(admin.SimpleListFilter):
    """The `WINDOW` positions that end at a time; at the head without a choice."""

    title = "time"
    parameter_name = "until"
    ago = {"1": "an hour", "24": "a day", "72": "3 days", "168": "a week", "336": "2 weeks", "504": "3 weeks"}
    """Hours → words."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(hours, f"until {words} ago") for hours, words in self.ago.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        hours = self.value()
        last = position_at(timezone.now() - timedelta(hours=int(hours))) if hours in self.ago else head().pos
        return queryset.filter(pos__gt=last - WINDOW, pos__lte=last)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """A search takes a position, a conversation's or user's id, or a piece of the data."""

    list_display = ("pos", "at", "event", "audience")
    list_filter = (EventNameFilter, WindowFilter)
    search_fields = ("body",)
    search_help_text = f"A position; or among {WINDOW:,} events a conversation's or user's id, or a piece of data."
    ordering = ("-pos",)
    fields = ("pos", "at", "event", "owner", "routing_key", "audience", "data")
    readonly_fields = ("audience", "data")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        term = search_term.strip()
        if term.isdecimal():
            return Event.objects.filter(pos=int(term)).order_by("pos"), False
        if (found := _uuid(term)) is not None:
            return queryset.filter(Q(conversation_id=found) | Q(user_id=found)), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    """Empty most of the time: what stays here has no relay."""

    list_display = ("id", "at", "event", "audience")
    list_filter = (EventNameFilter,)
    ordering = ("id",)
    fields = ("id", "at", "event", "owner", "routing_key", "audience", "data")
    readonly_fields = ("audience", "data")


@admin.register(RelayState)
class RelayStateAdmin(ReadOnlyAdmin):
    list_display = ("pos", "published", "oldest", "at", "waiting", "relay")
    fields = ("pos", "published", "oldest", "at", "epoch", "waiting", "relay")
    readonly_fields = ("epoch", "waiting", "relay")

    @admin.display
    def epoch(self, obj: RelayState) -> str:
        return log_status().epoch

    @admin.display
    def waiting(self, obj: RelayState) -> str:
        status = log_status()
        return f"{status.waiting}, the first for {status.waiting_seconds:.1f} s"

    @admin.display
    def relay(self, obj: RelayState) -> str:
        session = log_status().session
        return f"active, PostgreSQL process {session}" if session else "none is active"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
