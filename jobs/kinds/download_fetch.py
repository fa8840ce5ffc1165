"""The kind `download.fetch` (docs/downloads.md)."""

from collections.abc import Sequence

from contracts.download import DownloadFetch, DownloadResult
from jobs.downloads.urls import check, file_name
from jobs.kinds.base import MIB, Context, kind


def subject(params: DownloadFetch, _: Sequence[str]) -> str:
    return params.label or params.name or file_name(params.url)


@kind(DownloadFetch, queue="download", validate=check, subject=subject, time_limit=24 * 3600, memory=512 * MIB)
def download_fetch(params: DownloadFetch, context: Context) -> DownloadResult:
    from jobs.downloads.fetching import fetch  # libcurl, which only workers load

    return fetch(params, context)
