"""`download.fetch`: from a URL to a file (docs/downloads.md). It may be killed at any moment and goes on from there."""

import errno
import shutil
from collections.abc import Callable, Sequence

import msgspec
from django.conf import settings

from contracts.download import DownloadedFile, DownloadFetch, DownloadResult
from jobs.downloads import headers, urls
from jobs.downloads.parts import Part, Version
from jobs.downloads.transfer import Answer, Transfer
from jobs.files.names import clean_name
from jobs.images import sniffing
from jobs.kinds.base import Context, JobFailure

MAX_HOPS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which another attempt may do better."""


class _StartOver(Exception):
    """What the server sent does not belong to the bytes that are here."""


def fetch(params: DownloadFetch, context: Context, *, resolve: Sequence[str] = ()) -> DownloadResult:
    """Raises JobFailure, Cancelled. `resolve`: see `Transfer`."""
    url = urls.normal(params.url)
    try:
        with Part.opened(context.keep, url=url) as part:
            return _fetched(params, context, part, _Download(params, context, part, resolve))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space() from None
        raise


def _fetched(params: DownloadFetch, context: Context, part: Part, download: "_Download") -> DownloadResult:
    try:
        if part.state.sha256 is None:
            download.run()
        return _stored(params, context, part, resumed=download.resumed)
    except JobFailure as failure:
        failure.moved = part.moved_on
        if not failure.retry:
            part.drop()
        raise


def _stored(params: DownloadFetch, context: Context, part: Part, *, resumed: int) -> DownloadResult:
    sha256, version = part.state.sha256, part.version
    assert sha256 is not None and version is not None  # noqa: S101, PT018  for mypy: it is whole
    if params.sha256 is not None and params.sha256.lower() != sha256:
        part.drop()
        raise JobFailure(
            "checksum_mismatch", f"The file has another SHA-256 than it should: {sha256}.", retry=resumed > 0
        )
    said = params.name or version.name or urls.file_name(version.final_url) or urls.file_name(part.state.url)
    name, media_type = clean_name(said), sniffing.media_type(part.path)
    saved = context.save(part.path, name=name, media_type=media_type, sha256=sha256, keep=True)
    file = DownloadedFile(id=saved.id, name=name, size=saved.size, media_type=media_type, sha256=sha256)
    return DownloadResult(files=[file], url=params.url, final_url=version.final_url, resumed=resumed)


class _Download:
    """One attempt. `resumed`: bytes that were here before and stayed."""

    def __init__(self, params: DownloadFetch, context: Context, part: Part, resolve: Sequence[str]) -> None:
        self.resumed = part.offset
        self._params = params
        self._context = context
        self._part = part
        self._url = part.state.url
        self._transfer = Transfer(on_answer=self._on_answer, on_tick=self._tell, resolve=resolve)

    def run(self) -> None:
        """Until the part is whole. Raises JobFailure, Cancelled."""
        try:
            try:
                self._follow()
            except _StartOver:
                self._context.log.info("starting over", extra={"offset": self._part.offset})
                self._part.start_over()
                self._url = self._part.state.url
                self._follow()
        except _StartOver:
            raise JobFailure("bad_answer", "The server sent bytes that nobody asked for.", retry=True) from None
        finally:
            self._transfer.close()
        if self._part.total is not None and self._part.offset < self._part.total:
            raise JobFailure("connection_lost", "The server ended before the file was whole.", retry=True)
        self._check_size(self._part.offset)
        self._part.finish()

    def _follow(self) -> None:
        """Hop by hop: each is a request of its own, whose address is looked at."""
        for _ in range(MAX_HOPS + 1):
            answer = self._transfer.get(self._url, self._asked())
            if answer.status not in _REDIRECTS:
                return
            self._url = self._next(answer)
        raise JobFailure("too_many_redirects", f"The link is redirected more than {MAX_HOPS} times.")

    def _next(self, answer: Answer) -> str:
        target = urls.joined(self._url, answer.headers.get("location", ""))
        if self._url.startswith("https:") and target.startswith("http:") and self._params.sha256 is None:
            sentence = "The server sent us from https to http, where anybody could change the file on its way."
            raise JobFailure("insecure_redirect", sentence)
        return target

    def _asked(self) -> dict[str, str]:
        """What is missing, if this is the place that the rest came from."""
        version = self._part.version
        here = version is not None and version.final_url == urls.bare(self._url)
        if version is None or version.validator is None or not here or not self._part.offset:
            return {}
        return {"Range": f"bytes={self._part.offset}-", "If-Range": version.validator}

    # ---- what the transfer tells

    def _on_answer(self, answer: Answer) -> Callable[[bytes], None] | None:
        match answer.status:
            case 200 | 203:
                self._begin(answer)
            case 206 if self._asked():
                self._go_on(answer)
            case 206 | 416 if self._part.offset:
                raise _StartOver
            case status if status in _REDIRECTS and "location" in answer.headers:
                return None
            case _:
                raise _refused(answer)
        return self._take

    def _begin(self, answer: Answer) -> None:
        """The whole file: nothing was asked for, the server cannot do parts, or it has another version by now."""
        self.resumed = 0
        version = _version(answer, urls.bare(self._url), total=headers.content_length(answer.headers))
        self._part.start_over(version)
        self._check_room(version.total)
        self._tell()

    def _go_on(self, answer: Answer) -> None:
        found, version = headers.content_range(answer.headers), self._part.version
        assert version is not None  # noqa: S101  for mypy: it was asked for
        same_total = found is not None and (version.total is None or found.total in (None, version.total))
        if found is None or not same_total or found.first != self._part.offset or not _same(version, answer):
            raise _StartOver
        total = version.total or found.total
        self._check_room(total)
        self._part.go_on(msgspec.structs.replace(version, total=total), check=self._context.check)
        self._tell()

    def _take(self, data: bytes) -> None:
        if self._part.write(data):
            self._check_size(self._part.offset)

    def _tell(self) -> None:
        if self._part.spent > settings.DOWNLOAD_HOURS * 3600:
            raise JobFailure("timed_out", f"The download took longer than {settings.DOWNLOAD_HOURS} hours.")
        if self._part.version is None:
            self._context.check()
            return
        self._context.progress(done=self._part.offset, total=self._part.total, unit="bytes", note=self._params.label)

    def _check_room(self, total: int | None) -> None:
        """Before the first byte, where the server says how many there are."""
        if total is not None:
            self._check_size(total)
            if total - self._part.offset > shutil.disk_usage(self._context.keep).free:
                raise _no_space()

    def _check_size(self, size: int) -> None:
        if size > settings.MAX_FILE_BYTES:
            raise JobFailure("too_large", f"The file is larger than {settings.MAX_FILE_BYTES} bytes.")
        if self._context.room is not None and size > self._context.room:
            raise JobFailure("limit_exceeded", "Your files may not have that many bytes together. Delete some.")


def _version(answer: Answer, final_url: str, *, total: int | None) -> Version:
    return Version(
        final_url=final_url,
        etag=headers.strong_etag(answer.headers),
        modified=headers.reliable_modified(answer.headers),
        total=total,
        name=headers.disposition_name(answer.headers.get("content-disposition", "")),
    )


def _same(version: Version, answer: Answer) -> bool:
    """A server that knows If-Range sends what it is asked for by; one that does not may have another file by now."""
    if version.etag is not None:
        return answer.headers.get("etag") == version.etag
    return answer.headers.get("last-modified", version.modified) == version.modified


def _refused(answer: Answer) -> JobFailure:
    sentence = f"The server answered {answer.status} {answer.reason[:100]}".strip() + "."
    later = answer.status in _LATER
    wait = headers.retry_after(answer.headers) if later else None
    return JobFailure(f"http_{answer.status}", sentence, retry=later, retry_after=wait)


def _no_space() -> JobFailure:
    return JobFailure("no_space", "There is no room for the file on the disk just now.", retry=True)
