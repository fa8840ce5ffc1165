"""Conversations, members, messages (docs/messages.md). Users are plain ids: their rows are another service's."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contracts.ids import uuid7
from contracts.message import ConversationKind, Role


class Conversation(models.Model):
    """`last_seq` counts its messages and is the lock under which they are numbered; `rev` counts its other changes.

    `active_at` has no index on purpose: with one, every send would write new entries into all of this table's indexes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ConversationKind])
    title = models.CharField(max_length=120, null=True, blank=True)
    member_count = models.PositiveIntegerField(default=0, editable=False)
    last_seq = models.PositiveBigIntegerField(default=0, editable=False)
    rev = models.PositiveBigIntegerField(default=1, editable=False)
    created_by = models.UUIDField(editable=False)
    client_id = models.UUIDField(editable=False)
    direct_key = models.CharField(max_length=65, null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    active_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["created_by", "client_id"], name="conversation_created_once"),
            models.UniqueConstraint(fields=["direct_key"], name="conversation_direct_once"),
            models.CheckConstraint(
                condition=Q(kind=ConversationKind.DIRECT.value, direct_key__isnull=False, title__isnull=True)
                | Q(kind=ConversationKind.GROUP.value, direct_key__isnull=True),
                name="conversation_direct_has_key",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} conversation {self.id}"

    @property
    def is_direct(self) -> bool:
        return self.kind == ConversationKind.DIRECT


class Member(models.Model):
    """Somebody in a conversation. Whoever leaves loses the row, and gets a new one, with a new beginning, on return.

    `joined_seq`: history begins after this seq; `read_seq`: never below it. Ids grow in the order of joining.
    """

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="members", db_index=False)
    user_id = models.UUIDField()
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    joined_seq = models.PositiveBigIntegerField(default=0)
    read_seq = models.PositiveBigIntegerField(default=0)
    joined_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user_id"], name="member_once")]
        indexes = [
            models.Index(fields=["user_id"], name="member_by_user"),
            models.Index(fields=["conversation", "id"], name="member_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"


class Message(models.Model):
    """Written by `sending` only, in statements of its own; `seq` has no gap within a conversation.

    Neither reference is a constraint in the database: the statement that inserts a message holds its conversation's
    row, and nothing ever deletes a conversation or a message, so the check would only cost time on every send.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, db_index=False, db_constraint=False)
    seq = models.PositiveBigIntegerField()
    sender_id = models.UUIDField()
    client_id = models.UUIDField()
    text = models.TextField()
    data = models.JSONField(null=True)
    reply_to = models.ForeignKey("self", models.DO_NOTHING, null=True, db_index=False, db_constraint=False)
    file_ids = ArrayField(models.UUIDField(), default=list, db_default=[], blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["sender_id", "client_id"], name="message_client_id_once"),
        ]

    def __str__(self) -> str:
        return f"message {self.seq} of {self.conversation_id}"


class Attachment(models.Model):
    """A file was posted by the message with that `seq`: whoever may see the message may read the file."""

    id = models.BigAutoField(primary_key=True)
    file_id = models.UUIDField()
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, db_index=False, db_constraint=False)
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file_id", "conversation", "seq"], name="attachment_once")]
        indexes = [models.Index(fields=["conversation", "-seq", "-file_id"], name="attachment_of_conversation")]

    def __str__(self) -> str:
        return f"file {self.file_id} with message {self.seq} of {self.conversation_id}"
