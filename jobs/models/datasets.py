"""Datasets: what is known of the tables in the schema `datasets`, and of how their rows came (docs/datasets.md)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contracts.dataset import ImportMode, ImportState
from contracts.ids import uuid7

_MODES = [(mode.value, mode.value) for mode in ImportMode]
_STATES = [(state.value, state.value) for state in ImportState]


class Dataset(models.Model):
    """A table in the schema `datasets`, named by `table`. `columns`: as `contracts.dataset.DatasetColumn`, in order.

    `seq`: members of the conversation who joined before it may read. A row that is deleted takes its tables along.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    name = models.CharField(max_length=120)
    conversation_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(default=0)
    table = models.CharField(max_length=63)
    columns = models.JSONField()
    key = models.JSONField(default=list)
    rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    rev = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "name"], name="dataset_name_once")]
        indexes = [
            models.Index(fields=["owner_id", "-id"], name="dataset_of_owner"),
            models.Index(
                fields=["conversation_id", "-id"],
                name="dataset_of_conversation",
                condition=Q(conversation_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One import; its id is its job's, so that it cannot be there twice. `number`: what its rows have in `_import`.

    `former`: the table that has what it replaced, for as long as it can be undone, and `before` what the dataset was.
    `source`: how the file was read, for whoever `corrects` it. `header`: the file's first line, if it has one.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, editable=False)
    owner_id = models.UUIDField()
    conversation_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(default=0)
    dataset = models.ForeignKey(Dataset, models.CASCADE, null=True, related_name="imports")
    file_id = models.UUIDField()
    file_name = models.CharField(max_length=255)
    mode = models.CharField(max_length=10, choices=_MODES)
    state = models.CharField(max_length=10, choices=_STATES)
    rows = models.PositiveBigIntegerField(default=0)
    inserted = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    rejects = models.PositiveBigIntegerField(default=0)
    kept_rejects = models.PositiveIntegerField(default=0)
    corrects_id = models.UUIDField(null=True)
    corrected = models.PositiveBigIntegerField(default=0)
    former = models.CharField(max_length=63, null=True)
    before = models.JSONField(null=True)
    source = models.JSONField(default=dict)
    header = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="import_former", condition=Q(former__isnull=False)),
            models.Index(fields=["created_at"], name="import_loose", condition=Q(dataset=None)),
        ]

    def __str__(self) -> str:
        return f"{self.mode} of {self.file_name}"


class Reject(models.Model):
    """A row of a file that was left out of a dataset."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, models.CASCADE, related_name="reject_rows")
    line = models.PositiveBigIntegerField(null=True)
    column = models.CharField(max_length=200, null=True)
    reason = models.CharField(max_length=300)
    raw = models.TextField()

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
