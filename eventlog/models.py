"""The tables of the event log (docs/event-log.md). Partitions and the one-row state are made by SQL of their own."""

from django.db import models
from django.db.models.functions import Now


class Outbox(models.Model):
    """An event that committed with its owner's rows and waits for its position. Written by `eventlog.outbox` only."""

    id = models.BigAutoField(primary_key=True)
    owner = models.TextField()
    event = models.TextField()
    routing_key = models.TextField()
    conversation_id = models.UUIDField(null=True)
    seq = models.BigIntegerField(null=True)
    user_id = models.UUIDField(null=True)
    body = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "waiting event"
        verbose_name_plural = "outbox"

    def __str__(self) -> str:
        return f"{self.event} (waiting)"


class Event(models.Model):
    """An event of the log. `at`: when it got its position; it never decreases from one position to the next."""

    pos = models.BigIntegerField("position", primary_key=True)
    owner = models.TextField()
    event = models.TextField()
    routing_key = models.TextField()
    conversation_id = models.UUIDField(null=True)
    seq = models.BigIntegerField(null=True)
    user_id = models.UUIDField(null=True)
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.event} at {self.pos}"


class RelayState(models.Model):
    """The one row that says how far positions are given, and how far the broker has confirmed them.

    `oldest`: the first position still kept (`pos + 1` when none); `at`: that of the last position; `epoch_id`: the
    stored part of the epoch.
    """

    one = models.BooleanField(primary_key=True, default=True)
    pos = models.BigIntegerField("position")
    published = models.BigIntegerField()
    oldest = models.BigIntegerField()
    at = models.DateTimeField()
    epoch_id = models.UUIDField()

    class Meta:
        managed = False
        db_table = "eventlog_relay_state"
        verbose_name = "relay state"
        verbose_name_plural = "relay state"

    def __str__(self) -> str:
        return f"at position {self.pos}"
