"""The paths for bytes as OpenAPI tells them: no line of the table makes them, so they are written here."""

from collections.abc import Iterable
from typing import Any

from apigateway.errors import STATUS, RangeNotSatisfiable, TooSlow, TusVersion, UnsupportedMediaType
from apigateway.files.tus import BYTES, VERSION
from apigateway.shapes import Schema, reference
from contracts.base import ALWAYS
from contracts.errors import (
    ChecksumMismatch,
    Conflict,
    LimitExceeded,
    NotAuthenticated,
    NotFound,
    RateLimited,
    TokenExpired,
    TooLarge,
    UploadConflict,
    UploadGone,
    UploadLocked,
    WarrenError,
)
from contracts.file import File
from contracts.gateway import Problem

_BINARY: Schema = {"type": "string", "format": "binary"}
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_ID: Schema = {"type": "string", "format": "uuid"}
_TOKENS = (NotAuthenticated, TokenExpired, RateLimited)
_TUS = (*ALWAYS, *_TOKENS, TusVersion)
_WRITING = (UploadGone, UploadLocked, UploadConflict, ChecksumMismatch, TooLarge, TooSlow)


def with_bytes(paths: dict[str, Any]) -> dict[str, Any]:
    """The paths with these added to them, in order."""
    found = {path: dict(operations) for path, operations in paths.items()}
    for path, operations in _paths().items():
        found.setdefault(path, {}).update(operations)
    return dict(sorted(found.items()))


def _paths() -> dict[str, Any]:
    return {
        "/api/v1/uploads": {"options": _options(), "post": _create()},
        "/api/v1/uploads/{upload_id}": {"head": _offset(), "patch": _append(), "delete": _end()},
        "/api/v1/files": {"post": _multipart()},
        "/api/v1/files/{file_id}/content": {"get": _content("content"), "head": _content("content", head=True)},
        "/api/v1/datasets/{dataset_id}/export": {"get": _export()},
        "/api/v1/imports/{import_id}/rejects/content": {"get": _rejects()},
        "/api/v1/files/{file_id}/thumbnail": {"get": _content("thumbnail"), "head": _content("thumbnail", head=True)},
    }


def _options() -> Schema:
    about = "What this server's tus can do: versions, extensions, the largest upload, checksums, in headers."
    told = {"Tus-Version": _TEXT, "Tus-Extension": _TEXT, "Tus-Max-Size": _NUMBER, "Tus-Checksum-Algorithm": _TEXT}
    return {**_operation("upload_options", about, {"204": _empty(told)}, tag="uploads"), "security": []}


def _create() -> Schema:
    about = "tus: begin an upload, if you like with its first bytes. A finished upload's id is its file's id."
    answers = {"201": _empty({"Location": _TEXT, "Upload-Expires": _TEXT, "Upload-Offset": _NUMBER})}
    parameters = [
        _header("Upload-Length", _NUMBER, required=True),
        _header("Upload-Metadata", _TEXT),
        _header("Upload-Checksum", _TEXT),
        _header("Idempotency-Key", _TEXT),
    ]
    failures = _failures((*_TUS, *_WRITING, LimitExceeded))
    made = _operation("upload_create", about, answers | failures, [_version(), *parameters], tag="uploads")
    return {**made, "requestBody": {"content": {BYTES: {"schema": _BINARY}}}}


def _offset() -> Schema:
    about = "tus: how many bytes are safely stored."
    told = {"Upload-Offset": _NUMBER, "Upload-Length": _NUMBER, "Upload-Metadata": _TEXT, "Upload-Expires": _TEXT}
    answers = {"200": _empty(told), **_failures((*_TUS, NotFound, UploadGone))}
    return _operation("upload_offset", about, answers, [_upload_id(), _version()], tag="uploads")


def _append() -> Schema:
    about = "tus: more bytes, from an offset on. One request may write at a time."
    answers = {"204": _empty({"Upload-Offset": _NUMBER, "Upload-Expires": _TEXT})}
    parameters = [_header("Upload-Offset", _NUMBER, required=True), _header("Upload-Checksum", _TEXT)]
    failures = _failures((*_TUS, *_WRITING, NotFound, UnsupportedMediaType))
    made = _operation(
        "upload_append", about, answers | failures, [_upload_id(), _version(), *parameters], tag="uploads"
    )
    return {**made, "requestBody": {"required": True, "content": {BYTES: {"schema": _BINARY}}}}


def _end() -> Schema:
    about = "tus: end an unfinished upload."
    answers = {"204": _empty(), **_failures((*_TUS, NotFound, UploadLocked))}
    return _operation("upload_end", about, answers, [_upload_id(), _version()], tag="uploads")


def _multipart() -> Schema:
    about = "Files as a form sends them. Of several the answer is a list."
    shape = {"oneOf": [reference(File), {"type": "array", "items": reference(File)}]}
    answers = {"201": {"description": "Created", "content": {"application/json": {"schema": shape}}}}
    failures = _failures((*ALWAYS, *_TOKENS, LimitExceeded, TooLarge, TooSlow, UnsupportedMediaType))
    form = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}
    made = _operation("file_upload", about, answers | failures, [_header("Idempotency-Key", _TEXT)], tag="files")
    return {**made, "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}}}


def _content(part: str, *, head: bool = False) -> Schema:
    about = f"A file's {part}: for whoever may read it by a token, for anybody by a signed link. One range at a time."
    body = {} if head else {"content": {"*/*": {"schema": _BINARY}}}
    ways = {"200": "OK", "206": "Partial Content", "302": "To the object storage", "304": "Not Modified"}
    answers = {status: {"description": said, **(body if status < "300" else {})} for status, said in ways.items()}
    parameters = [
        {"name": "file_id", "in": "path", "required": True, "schema": _ID},
        {"name": "expires", "in": "query", "required": False, "schema": _NUMBER},
        {"name": "signature", "in": "query", "required": False, "schema": _TEXT},
        *(_header(name, _TEXT) for name in ("Range", "If-Range", "If-None-Match")),
    ]
    failures = _failures((*ALWAYS, *_TOKENS, NotFound, RangeNotSatisfiable))
    name = f"file_{part}_head" if head else f"file_{part}"
    return {
        **_operation(name, about, answers | failures, parameters, tag="files"),
        "security": [{"bearer": []}, {}],
    }


def _export() -> Schema:
    about = (
        "A dataset, or what the filters leave of it, as it is read, whatever its size. Rows that come meanwhile are not"
        " in it. A connection that breaks off before its end means that the dataset was replaced."
    )
    texts = {"type": "array", "items": _TEXT}
    parameters = [
        {"name": "dataset_id", "in": "path", "required": True, "schema": _ID},
        {"name": "format", "in": "query", "required": False, "schema": {"enum": ["csv", "jsonl"], "default": "csv"}},
        {"name": "filter", "in": "query", "required": False, "schema": texts},
        {"name": "columns", "in": "query", "required": False, "schema": texts},
    ]
    return _streamed("dataset_export", about, parameters, types=("text/csv", "application/x-ndjson"))


def _rejects() -> Schema:
    about = (
        "The rows that an import left out: a report of them, or the rows as they were below the file's header, to be"
        " corrected and imported with `corrects`."
    )
    parameters = [
        {"name": "import_id", "in": "path", "required": True, "schema": _ID},
        {"name": "form", "in": "query", "required": False, "schema": {"enum": ["report", "rows"], "default": "report"}},
    ]
    return _streamed("import_rejects_content", about, parameters, types=("text/csv",))


def _streamed(name: str, about: str, parameters: list[Schema], *, types: tuple[str, ...]) -> Schema:
    answers = {"200": {"description": "OK", "content": {one: {"schema": _TEXT} for one in types}}}
    failures = _failures((*ALWAYS, *_TOKENS, NotFound, Conflict))
    return _operation(name, about, answers | failures, parameters, tag="datasets")


def _operation(name: str, about: str, answers: Schema, parameters: Iterable[Schema] = (), *, tag: str) -> Schema:
    return {
        "operationId": name,
        "summary": name.replace("_", ".", 1),
        "description": about,
        "tags": [tag],
        "security": [{"bearer": []}],
        "parameters": list(parameters),
        "responses": dict(sorted(answers.items())),
    }


def _upload_id() -> Schema:
    return {"name": "upload_id", "in": "path", "required": True, "schema": _ID}


def _version() -> Schema:
    return _header("Tus-Resumable", {"const": VERSION}, required=True)


def _header(name: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _empty(headers: dict[str, Schema] | None = None) -> Schema:
    told = {name: {"schema": schema} for name, schema in (headers or {}).items()}
    return {"description": "Done.", **({"headers": told} if told else {})}


def _failures(errors: Iterable[type[WarrenError]]) -> Schema:
    """Statuses with the codes that each may carry."""
    codes: dict[int, set[str]] = {}
    for error in errors:
        codes.setdefault(STATUS.get(error.code, 500), set()).add(error.code)
    content = {"application/problem+json": {"schema": reference(Problem)}}
    return {
        str(status): {"description": ", ".join(f"`{code}`" for code in sorted(found)), "content": content}
        for status, found in codes.items()
    }
