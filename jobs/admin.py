"""Files, uploads, jobs, attempts, batches, datasets and imports in Django's admin site.

Changes go through the services' functions.

An action is done for each row in a transaction of its own, as its owner would do it; what is refused is said.
"""

# ruff: noqa: ARG002  the signatures are Django's

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bus import afterwards
from config.bounded_admin import REACH, BoundedAdmin, SinceFilter, id_in, last_ids, user_named
from contracts.errors import WarrenError
from jobs.datasets import services as datasets
from jobs.datasets.undo import dataset_undo
from jobs.engine import services as engine
from jobs.files import services as files
from jobs.files.uploads import upload_delete
from jobs.models import Attempt, Batch, Dataset, File, Import, Job, Upload

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Attempt, Job]
else:  # generic in the stubs alone
    TabularInline = admin.TabularInline


NOBODY = UUID(int=0)


class OwnedAdmin(BoundedAdmin):
    """Rows that belong to a user; found by their id, by his, or by words among the last ones."""

    person = "owner_id"
    words = "name"

    def matching(self, term: str) -> Q:
        as_id = id_in(term)
        if as_id is not None:
            return self.by_id(as_id)
        among_last = Q(**{f"{self.words}__icontains": term}, pk__in=last_ids(self.model.objects.all()))
        user_id = user_named(term)
        return among_last if user_id is None else among_last | Q(owner_id=user_id)

    def by_id(self, as_id: UUID) -> Q:
        return Q(pk=as_id) | Q(owner_id=as_id)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered."""
        return request.user.has_perm(f"jobs.change_{self.opts.model_name}")

    def do(self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str) -> None:
        """Act on each row and say how many it worked for."""
        count = 0
        for row in rows:
            try:
                act(row)
            except WarrenError as refusal:
                self.message_user(request, f"{row}: {refusal.message}", messages.WARNING)
                continue
            self.log_change(request, row, done)
            count += 1
        afterwards.take()  # nobody publishes here: scheduler and workers see it in the tables
        self.message_user(request, f"{done}: {count}.", messages.SUCCESS if count else messages.INFO)


@admin.register(File)
class FileAdmin(OwnedAdmin):
    lookups = ("media_type__exact", "since")
    list_display = ("name", "person_name", "media_type", "size", "inspected", "problem", "created_at", "deleted_at")
    list_filter = (SinceFilter,)
    search_fields = ("name",)
    search_help_text = f"A file's, job's or user's id, a user name, a SHA-256, or a part of a name (last {REACH:,})."
    fields = (
        "id", "name", "person_name", "owner_id", "media_type", "size", "sha256", "inspected", "problem", "width",
        "height", "frames", "job_id", "created_at", "expires_at", "deleted_at", "rev",
    )  # fmt: skip
    readonly_fields = fields
    list_select_related = ("blob",)
    actions = ("purge",)

    def matching(self, term: str) -> Q:
        return super().matching(term) | Q(blob_id=term.lower())

    def by_id(self, as_id: UUID) -> Q:
        return super().by_id(as_id) | Q(job_id=as_id)

    @admin.display(description="person", empty_value="(no account)")
    def person_name(self, file: Any) -> str | None:
        return super().name(file)

    @admin.display(description="bytes")
    def size(self, file: File) -> int:
        return file.blob.size

    @admin.display(description="SHA-256")
    def sha256(self, file: File) -> str:
        return file.blob_id

    @admin.action(description="Purge: delete the files, also where they were posted", permissions=["act"])
    def purge(self, request: HttpRequest, rows: QuerySet[File]) -> None:
        self.do(request, rows, lambda file: files.file_delete(owner_id=file.owner_id, file_id=file.pk), "Purged")


@admin.register(Upload)
class UploadAdmin(OwnedAdmin):
    lookups = ("since",)
    list_display = ("__str__", "person_name", "size", "offset", "created_at", "expires_at", "leased_until", "file")
    list_filter = (SinceFilter,)
    search_fields = ("name",)
    search_help_text = f"An upload's or user's id, a user name, or a part of a file's name (of the last {REACH:,})."
    fields = (
        "id", "person_name", "owner_id", "size", "offset", "metadata", "fence", "leased_until", "created_at",
        "expires_at", "file",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("purge",)

    @admin.display(description="person", empty_value="(no account)")
    def person_name(self, upload: Any) -> str | None:
        return super().name(upload)

    @admin.action(description="Purge: end the uploads and drop what has arrived", permissions=["act"])
    def purge(self, request: HttpRequest, rows: QuerySet[Upload]) -> None:
        self.do(request, rows, lambda one: upload_delete(owner_id=one.owner_id, upload_id=one.pk), "Purged")


class AttemptInline(TabularInline):
    model = Attempt
    fields = readonly_fields = ("at", "number", "state", "note", "worker", "error")
    ordering = ("pk",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(OwnedAdmin):
    words = "subject"
    lookups = ("state__exact", "kind__exact", "queue__exact", "batch__id__exact", "since")
    inlines = (AttemptInline,)
    list_display = ("subject", "kind", "state", "name", "attempt", "worker", "code", "created_at", "finished_at")
    list_filter = ("state", SinceFilter)
    search_fields = ("subject",)
    search_help_text = f"A job's, batch's or user's id, a user name, or a part of a subject (of the last {REACH:,})."
    fields = (
        "id", "kind", "subject", "state", "name", "owner_id", "conversation_id", "batch_link", "previous", "queue",
        "lane", "attempt", "failures", "max_attempts", "cancelling", "pausing", "peer", "params", "result", "error",
        "run_after", "published_at", "worker", "leased_until", "created_at", "started_at", "finished_at", "rev",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("cancel", "retry", "purge")

    def by_id(self, as_id: UUID) -> Q:
        return super().by_id(as_id) | Q(batch_id=as_id)

    @admin.display(description="error")
    def code(self, job: Job) -> str:
        return str((job.error or {}).get("code", ""))

    @admin.display(description="batch")
    def batch_link(self, job: Job) -> SafeString | str:
        if job.batch_id is None:
            return ""
        return format_html('<a href="{}">{}</a>', reverse("admin:jobs_batch_change", args=[job.batch_id]), job.batch_id)

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        self.do(request, rows, lambda job: engine.job_cancel(actor=job.owner_id, job_id=job.pk), "Cancelled")

    @admin.action(description="Retry: begin anew", permissions=["act"])
    def retry(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        self.do(request, rows, lambda job: engine.job_retry(actor=job.owner_id, job_id=job.pk), "Begun anew")

    @admin.action(description="Purge: delete jobs that are over", permissions=["act"])
    def purge(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        self.do(request, rows, lambda job: engine.job_delete(actor=job.owner_id, job_id=job.pk), "Purged")


@admin.register(Attempt)
class AttemptAdmin(BoundedAdmin):
    """The timelines of all jobs as one list: what workers did, newest first."""

    person = "job__owner_id"
    lookups = ("state__exact", "job__id__exact")
    list_display = ("job_link", "number", "state", "note", "worker", "at")
    list_filter = ("state",)
    search_fields = ("worker",)
    search_help_text = "A job's id, or a worker's name."
    fields = ("job_link", "number", "state", "note", "worker", "error", "at")
    readonly_fields = fields
    list_select_related = ("job",)

    def matching(self, term: str) -> Q:
        as_id = id_in(term)
        return Q(job_id=as_id) if as_id else Q(worker__startswith=term, pk__in=last_ids(Attempt.objects.all()))

    @admin.display(description="job")
    def job_link(self, attempt: Attempt) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:jobs_job_change", args=[attempt.job_id]), attempt.job)


@admin.register(Batch)
class BatchAdmin(OwnedAdmin):
    words = "title"
    lookups = ("kind__exact", "since")
    list_display = (
        "title", "kind", "name", "expected", "total", "running", "succeeded", "failed", "cancelled", "created_at",
        "jobs_link",
    )  # fmt: skip
    list_filter = (SinceFilter,)
    search_fields = ("title",)
    search_help_text = f"A batch's or user's id, a user name, or a part of a title (of the last {REACH:,})."
    fields = (
        "id", "title", "kind", "name", "owner_id", "conversation_id", "expected", "total", "running", "succeeded",
        "failed", "cancelled", "kept", "bytes_before", "bytes_after", "created_at", "finished_at", "rev", "jobs_link",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("cancel", "retry")

    @admin.display(description="jobs")
    def jobs_link(self, batch: Batch) -> SafeString:
        address = reverse("admin:jobs_job_changelist") + f"?batch__id__exact={batch.pk}"
        return format_html('<a href="{}">{}</a>', address, "Jobs")

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Batch]) -> None:
        self.do(request, rows, lambda batch: engine.batch_cancel(actor=batch.owner_id, batch_id=batch.pk), "Cancelled")

    @admin.action(description="Retry what failed or was cancelled", permissions=["act"])
    def retry(self, request: HttpRequest, rows: QuerySet[Batch]) -> None:
        self.do(request, rows, lambda batch: engine.batch_retry(actor=batch.owner_id, batch_id=batch.pk), "Begun anew")


@admin.register(Dataset)
class DatasetAdmin(OwnedAdmin):
    lookups = ("since",)
    list_display = ("name", "owner_id", "rows", "bytes", "changed_at", "imports_link")
    list_filter = (SinceFilter,)
    search_fields = ("name",)
    search_help_text = f"A dataset's or user's id, a user name, or a part of a name (of the last {REACH:,})."
    fields = (
        "id", "name", "owner_id", "conversation_id", "table", "columns", "key", "rows", "bytes", "created_at",
        "changed_at", "rev", "imports_link",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("remove",)

    @admin.display(description="imports")
    def imports_link(self, dataset: Dataset) -> SafeString:
        address = reverse("admin:jobs_import_changelist") + f"?dataset__id__exact={dataset.pk}"
        return format_html('<a href="{}">{}</a>', address, "Imports")

    @admin.action(description="Delete, with the table", permissions=["act"])
    def remove(self, request: HttpRequest, rows: QuerySet[Dataset]) -> None:
        self.do(request, rows, lambda one: datasets.dataset_delete(actor=one.owner_id, dataset_id=one.pk), "Deleted")


@admin.register(Import)
class ImportAdmin(OwnedAdmin):
    """How the rows of datasets came, dry runs and failures too."""

    words = "file_name"
    lookups = ("state__exact", "dataset__id__exact")
    list_display = ("file_name", "mode", "state", "owner_id", "rows", "rejects", "dataset", "created_at")
    list_filter = ("state", "mode")
    search_fields = ("file_name",)
    search_help_text = f"A job's, dataset's or user's id, a user name, or a part of a name (of the last {REACH:,})."
    list_select_related = ("dataset",)
    fields = (
        "id", "file_name", "file_id", "owner_id", "conversation_id", "dataset", "mode", "state", "rows", "inserted",
        "updated", "rejects", "kept_rejects", "corrects_id", "corrected", "former", "source", "created_at",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("undo",)

    def by_id(self, as_id: UUID) -> Q:
        return Q(id=as_id) | Q(owner_id=as_id) | Q(dataset_id=as_id)

    @admin.action(description="Undo", permissions=["act"])
    def undo(self, request: HttpRequest, rows: QuerySet[Import]) -> None:
        own = rows.exclude(dataset=None)
        self.do(
            request,
            own,
            lambda one: dataset_undo(actor=one.owner_id, dataset_id=one.dataset_id or NOBODY, import_id=one.id),
            "Undone",
        )
