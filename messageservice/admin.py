"""Conversations, members and messages in Django's admin site. What it changes goes through the services' functions.

Nothing is added or deleted here: conversations and messages stay, and a member comes and goes by the services.
"""

# ruff: noqa: ARG002  the signatures are Django's

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from config.bounded_admin import REACH, BoundedAdmin, SinceFilter, acting, id_in, last_ids, user_named, with_name
from contracts.errors import InvalidRequest, WarrenError
from messageservice import rules, services
from messageservice.models import Conversation, Member, Message

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Member, Conversation]
    ModelForm = forms.ModelForm[Conversation]
else:  # generic in the stubs alone
    TabularInline, ModelForm = admin.TabularInline, forms.ModelForm


class ConversationForm(ModelForm):
    add_member = forms.CharField(
        required=False, label="Add", max_length=32, help_text="User name of somebody who joins this group."
    )

    class Meta:
        model = Conversation
        fields = ("title",)

    def clean_title(self) -> str | None:
        title: str | None = self.cleaned_data["title"]
        if not title and not self.instance.title:
            return None
        try:
            return rules.clean_title(title or "")
        except InvalidRequest as refusal:
            raise ValidationError(refusal.message) from None

    def clean_add_member(self) -> UUID | None:
        name = self.cleaned_data["add_member"]
        if not name:
            return None
        user_id = user_named(name, is_active=True)
        if user_id is None:
            raise ValidationError("There is no active account of that name.")
        return user_id


class MemberInline(TabularInline):
    model = Member
    fields = readonly_fields = ("name", "user_id", "role", "joined_seq", "read_seq", "joined_at")
    ordering = ("pk",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_name(super().get_queryset(request), "user_id")

    @admin.display(empty_value="(no account)")
    def name(self, row: Any) -> str | None:
        found: str | None = row.username
        return found


@admin.register(Conversation)
class ConversationAdmin(BoundedAdmin):
    person = "created_by"
    lookups = ("kind__exact", "since")
    form = ConversationForm
    inlines = (MemberInline,)
    list_display = ("__str__", "kind", "member_count", "last_seq", "name", "created_at", "active_at")
    list_filter = ("kind", SinceFilter)
    search_fields = ("title",)
    search_help_text = f"A conversation's id, a user's id or name, or words of a title (of the last {REACH:,})."
    readonly_fields = (
        "id", "kind", "member_count", "last_seq", "rev", "name", "created_by", "created_at", "active_at", "see_also",
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        allowed = request.user.has_perm("messageservice.change_conversation")
        return allowed and (obj is None or not obj.is_direct)

    def get_fields(self, request: HttpRequest, obj: Conversation | None = None) -> Any:
        editable = ["title", "add_member"] if self.has_change_permission(request, obj) else ["title"]
        return [*editable, *self.readonly_fields]

    def matching(self, term: str) -> Q:
        as_id = id_in(term)
        if as_id is not None:
            return Q(pk=as_id) | Q(pk__in=of_member(as_id))
        user_id = user_named(term)
        among_last = Q(title__icontains=term, pk__in=last_ids(Conversation.objects.all()))
        return among_last if user_id is None else among_last | Q(pk__in=of_member(user_id))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
            return answer
        except WarrenError as refusal:  # all was rolled back
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Conversation, form: Any, change: bool) -> None:
        by, conversation_id = acting(request), obj.pk
        if "title" in form.changed_data and obj.title is not None:
            services.conversation_update(actor=by, conversation_id=conversation_id, title=obj.title, as_staff=True)
        if form.cleaned_data["add_member"]:
            services.member_add(
                actor=by,
                conversation_id=conversation_id,
                user_ids=[form.cleaned_data["add_member"]],
                unknown_users=lambda _: [],  # the form has looked
                as_staff=True,
            )

    @admin.display(description="")
    def see_also(self, conversation: Conversation) -> SafeString:
        places = [
            (reverse(f"admin:messageservice_{kind}_changelist") + f"?conversation__id__exact={conversation.pk}", label)
            for kind, label in (("member", "Remove members"), ("message", "Messages"))
        ]
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', *places[0], *places[1])


@admin.register(Member)
class MemberAdmin(BoundedAdmin):
    """`person` is the member. Removing is an action: each in a transaction of its own, as the services lock."""

    person = "user_id"
    lookups = ("conversation__id__exact", "role__exact")
    list_display = ("name", "user_id", "conversation_link", "role", "joined_seq", "read_seq", "joined_at")
    list_filter = ("role",)
    search_fields = ("user_id",)
    search_help_text = "A user's id or name, or a conversation's id."
    fields = ("name", "user_id", "conversation_link", "role", "joined_seq", "read_seq", "joined_at")
    readonly_fields = fields
    actions = ("remove",)

    def matching(self, term: str) -> Q:
        as_id = id_in(term)
        if as_id is not None:
            return Q(user_id=as_id) | Q(conversation_id=as_id)
        user_id = user_named(term)
        return Q(pk__in=[]) if user_id is None else Q(user_id=user_id)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messageservice.delete_member")

    @admin.action(description="Remove from the conversation", permissions=["remove"])
    def remove(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        removed = 0
        for member in members:
            try:
                services.member_remove(
                    actor=acting(request),
                    conversation_id=member.conversation_id,
                    user_id=member.user_id,
                    as_staff=True,
                )
            except WarrenError as refusal:
                self.message_user(request, f"{member}: {refusal.message}", messages.WARNING)
                continue
            self.log_change(request, member, "Removed from the conversation")
            removed += 1
        self.message_user(request, f"Removed: {removed}.", messages.SUCCESS if removed else messages.INFO)


@admin.register(Message)
class MessageAdmin(BoundedAdmin):
    """Looking only: a message that went missing would leave a gap."""

    person = "sender_id"
    lookups = ("conversation__id__exact", "since")
    list_display = ("beginning", "name", "conversation_link", "seq", "created_at")
    list_filter = (SinceFilter,)
    search_fields = ("text",)
    search_help_text = (
        f"A message's or conversation's id; a user's id or name or words, among the last {REACH:,} messages."
    )
    fields = (
        "id", "conversation_link", "seq", "name", "sender_id", "client_id", "text", "data", "reply_to_id", "created_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """By seq within one conversation, which has an index, else by id."""
        return ("-seq",) if "conversation__id__exact" in request.GET else ("-pk",)

    def matching(self, term: str) -> Q:
        as_id = id_in(term)
        conversation = None if as_id is None else Conversation.objects.filter(pk=as_id).first()
        if conversation is not None:
            return Q(conversation=conversation, seq__gt=conversation.last_seq - REACH)
        user_id = as_id or user_named(term)
        among_last = Q(text__icontains=term) if user_id is None else Q(text__icontains=term) | Q(sender_id=user_id)
        return Q(pk=as_id) | (among_last & Q(pk__in=last_ids(Message.objects.all())))

    @admin.display(description="text")
    def beginning(self, message: Message) -> str:
        return Truncator(message.text).chars(80)


def of_member(user_id: UUID) -> QuerySet[Any]:
    """Ids of the conversations that a user is in."""
    return Member.objects.filter(user_id=user_id).values("conversation_id")
