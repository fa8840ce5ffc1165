"""The job kind `download.fetch`, and the ancestor's form of asking for it (docs/downloads.md)."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts.base import Request, Safety, job_kind, operation
from contracts.errors import Conflict, LimitExceeded
from contracts.job import OWNER, JobCreatedReply

Url = Annotated[str, Meta(min_length=1, max_length=8000)]
Label = Annotated[str, Meta(max_length=200)]


@dataclass(frozen=True, kw_only=True, slots=True)
class DownloadedFile:
    """`media_type`: what its first bytes look like; `file.inspected` tells what decoding says."""

    id: UUID
    name: str
    size: int
    media_type: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DownloadResult:
    """`files` has one. `final_url`: where the redirects led, without query and fragment, which may hold secrets.

    `resumed`: bytes that earlier attempts had brought and the last one did not fetch again.
    """

    files: list[DownloadedFile]
    url: str
    final_url: str
    resumed: int


@job_kind("download.fetch", result=DownloadResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class DownloadFetch:
    """Fetches a file by http or https. `sha256`: what its bytes must have (hexadecimal). `name`: what to call the file,
    in place of what the server or the URL says. `label`: what to call the job; it comes back as the job's `subject` and
    as the `note` of its progress."""

    url: Url
    sha256: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    label: Label = ""


@operation(
    "task.create", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=4000, errors=(Conflict, LimitExceeded)
)
@dataclass(frozen=True, kw_only=True, slots=True)
class TaskCreate(Request[JobCreatedReply]):
    """The ancestor's form of a download: `arg` is its URL, `name` its label, `taskType` is `download` always.

    Another `taskType` is an InvalidRequest.
    """

    name: Label
    arg: Url
    taskType: Annotated[str, Meta(max_length=64)]  # noqa: N815  the ancestor's spelling
    client_id: UUID
