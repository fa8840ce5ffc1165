"""The kind `download.fetch` (docs/downloads.md)."""

from collections.abc import Sequence

from django.conf import settings

from contracts.download import DownloadFetch, DownloadResult
from jobs.downloads.urls import check, file_name, host_of
from jobs.kinds.base import MIB, Context, kind


def subject(params: DownloadFetch, _: Sequence[str]) -> str:
    return params.label or params.name or file_name(params.url)


def peer(params: DownloadFetch) -> str:
    return host_of(params.url)


def accepted(_: DownloadFetch, result: DownloadResult) -> None:
    """In the transaction that stores the result. Raises LimitExceeded: several together may be too much."""
    from jobs.files.usage import check_quota

    check_quota(result.files[0].id)


@kind(
    DownloadFetch,
    queue="download",
    validate=check,
    subject=subject,
    accepted=accepted,
    time_limit=settings.DOWNLOAD_HOURS * 3600 + 60,
    memory=512 * MIB,
    max_attempts=10,
    bounded=True,
    peer=peer,
    per_owner=settings.DOWNLOADS_PER_USER,
    per_peer=settings.DOWNLOADS_PER_HOST,
)
def download_fetch(params: DownloadFetch, context: Context) -> DownloadResult:
    from jobs.downloads.fetching import fetch  # libcurl, which only workers load

    return fetch(params, context)
