"""Results that are there already: the same parameters on the same bytes give the same files (docs/jobs.md, "Done
before"). Only among the jobs of one owner: nobody learns what somebody else has worked on."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from contracts.ids import uuid7
from contracts.job import JobState
from jobs.engine.claims import Claim
from jobs.kinds.base import Picture, Saved, Stored
from jobs.models import Blob, File, Job

NOTE = "the same was done before: its result was used again"
RESULTS = 1
"""Raise it when kinds make something else of the same parameters, so that old results are not used any more."""


class Earlier(NamedTuple):
    """A result for a new job, with files of its own that name the same bytes."""

    result: dict[str, Any]
    saved: Sequence[Saved]


def earlier(claim: Claim) -> Earlier | None:
    """What an earlier job made of the same, while all of its files are there. Notes in the job what "the same" is."""
    job = claim.job
    job.digest = digest(claim)
    Job.objects.filter(pk=job.pk).update(digest=job.digest)
    same = Job.objects.filter(digest=job.digest, owner_id=job.owner_id, state=JobState.SUCCEEDED)
    done = same.exclude(pk=job.pk).order_by("-id").first()
    if done is None or done.result is None:
        return None
    made = list(File.objects.filter(job_id=done.id, deleted_at=None).select_related("blob", "thumbnail"))
    named = {file["id"] for file in done.result.get("files", ())} - set(done.file_ids)
    if named != {str(file.id) for file in made}:
        return None
    saved = [_saved(file) for file in made]
    renamed = dict(zip(done.file_ids, job.file_ids, strict=True))
    renamed |= {str(old.id): str(new.id) for old, new in zip(made, saved, strict=True)}
    return Earlier(result=_with_ids(done.result, renamed), saved=saved)


def digest(claim: Claim) -> str:
    """Of kind and parameters, with bytes and names in the place of the files' ids."""
    text = msgspec.json.encode(claim.job.params, order="sorted").decode()
    for file in claim.inputs:
        text = text.replace(str(file.id), f"{file.blob_id} {file.name}")
    return hashlib.sha256(f"{RESULTS} {claim.job.kind} {text}".encode()).hexdigest()


def _with_ids(result: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """The result with other ids in it: they are texts that mean nothing else, wherever a kind puts them."""
    text = msgspec.json.encode(result).decode()
    for old, new in renamed.items():
        text = text.replace(old, new)
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def _saved(file: File) -> Saved:
    return Saved(
        id=uuid7(),
        name=file.name,
        size=file.blob.size,
        media_type=file.media_type,
        sha256=file.blob_id,
        picture=_picture(file),
    )


def _picture(file: File) -> Picture | None:
    if file.width is None or file.height is None:
        return None
    return Picture(
        width=file.width,
        height=file.height,
        frames=file.frames or 1,
        thumbhash=file.thumbhash,
        thumbnail=_stored(file.thumbnail),
    )


def _stored(blob: Blob | None) -> Stored | None:
    return None if blob is None else Stored(sha256=blob.sha256, size=blob.size)
