"""The page: files of frontend/dist, and its index.html for every address that only the page knows."""

import base64
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from apigateway.asgi import Headers, Receive, Scope, Send, header, respond, respond_problem
from apigateway.errors import MethodNotAllowed
from contracts.errors import NotFound

_HASHED = re.compile(r"^/assets/.+[-.][A-Za-z0-9_-]{8,}\.\w+$")
"""Names that Vite makes from the contents, so that what they name never changes."""
_INLINE = re.compile(rb"<script>(.+?)</script>", re.DOTALL)
FOREVER = b"public, max-age=31536000, immutable"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Warren</title>
<h1>Warren is running, but its page is not built</h1>
<p>Run <code>bin/up</code>, or <code>pnpm install &amp;&amp; pnpm build</code> in <code>frontend/</code>.
The API is here all the same: <a href="/api/docs">documentation</a>.</p></html>"""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file in all its encodings, whole: the built page is a few hundred kilobytes."""

    kind: str
    etag: bytes
    bodies: dict[str, bytes]
    headers: tuple[tuple[bytes, bytes], ...]


class Page:
    """Serves a folder; reads it again when its index.html has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = 0.0
        self._files: dict[str, File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI
        if scope["method"] not in ("GET", "HEAD"):
            await respond_problem(scope, send, MethodNotAllowed(allowed=["GET", "HEAD"]))
            return
        self._refresh()
        path = scope["path"]
        file = self._files.get(path) or (None if _looks_like_a_file(path) else self._files.get("/index.html"))
        if file is not None:
            await _serve(scope, send, file)
        elif not self._files and not _looks_like_a_file(path):
            await respond(send, status=503, body=NOT_BUILT, kind="text/html; charset=utf-8", headers=_safe(b""))
        else:
            await respond_problem(scope, send, NotFound())

    def _refresh(self) -> None:
        index = self._folder / "index.html"
        stamp = index.stat().st_mtime if index.exists() else 0.0
        if stamp != self._stamp:
            self._stamp = stamp
            self._files = dict(_read(self._folder)) if stamp else {}


def page() -> Page:
    return Page(Path(settings.BASE_DIR) / "frontend" / "dist")


def policy(html: bytes) -> bytes:
    """Content-Security-Policy: our own files, and the inline scripts that this very document has, by their hashes."""
    digests = [base64.b64encode(hashlib.sha256(script).digest()) for script in _INLINE.findall(html)]
    scripts = b" ".join([b"'self'", *(b"'sha256-%b'" % digest for digest in digests)])
    return (
        b"default-src 'none'; script-src %b; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        b"connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'" % scripts
    )


def _safe(html: bytes) -> Headers:
    return [
        (b"content-security-policy", policy(html)),
        (b"cache-control", b"no-cache"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    ]


def _looks_like_a_file(path: str) -> bool:
    return "." in path.rsplit("/", 1)[1]


def _read(folder: Path) -> list[tuple[str, File]]:
    encoded = {suffix for _, suffix in ENCODINGS}
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in encoded]
    return [("/" + path.relative_to(folder).as_posix(), _file(path, folder)) for path in paths]


def _file(path: Path, folder: Path) -> File:
    plain = path.read_bytes()
    bodies = {"": plain}
    for name, suffix in ENCODINGS:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            bodies[name] = beside.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in ("application/javascript", "application/json", "image/svg+xml")
    address = "/" + path.relative_to(folder).as_posix()
    cache = FOREVER if _HASHED.match(address) else b"no-cache"
    headers = _safe(plain) if kind == "text/html" else [(b"cache-control", cache)]
    return File(
        kind=f"{kind}; charset=utf-8" if text else kind,
        etag=b'"%b"' % hashlib.sha256(plain).hexdigest()[:20].encode(),
        bodies=bodies,
        headers=tuple(headers),
    )


async def _serve(scope: Scope, send: Send, file: File) -> None:
    encoding = _best(header(scope, b"accept-encoding"), file)
    headers = [*file.headers, (b"etag", file.etag)]
    if len(file.bodies) > 1:
        headers.append((b"vary", b"accept-encoding"))
    if header(scope, b"if-none-match") == file.etag.decode():
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    if encoding:
        headers.append((b"content-encoding", encoding.encode()))
    await respond(send, status=200, body=file.bodies[encoding], kind=file.kind, headers=headers)


def _best(accepted: str, file: File) -> str:
    offered = {part.partition(";")[0].strip() for part in accepted.split(",") if "q=0" not in part.replace(" ", "")}
    return next((name for name, _ in ENCODINGS if name in offered and name in file.bodies), "")
