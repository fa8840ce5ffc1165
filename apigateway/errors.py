"""The one table from the codes of failures to HTTP statuses, and the close codes of sockets (docs/gateway.md)."""

from collections.abc import Mapping
from enum import IntEnum
from http import HTTPStatus
from typing import Any

import msgspec

from contracts.errors import WarrenError

STATUS: Mapping[str, int] = {
    "invalid_request": 400,
    "version_unsupported": 400,
    "not_authenticated": 401,
    "token_expired": 401,
    "invalid_credentials": 401,
    "refresh_rejected": 401,
    "forbidden": 403,
    "account_disabled": 403,
    "not_found": 404,
    "unknown_operation": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "username_taken": 409,
    "conflict": 409,
    "limit_exceeded": 409,
    "upload_conflict": 409,
    "upload_gone": 410,
    "tus_version": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "range_not_satisfiable": 416,
    "weak_password": 422,
    "upload_locked": 423,
    "rate_limited": 429,
    "checksum_mismatch": 460,
    "internal": 500,
    "busy": 503,
    "unavailable": 503,
    "deadline_exceeded": 504,
    "outcome_unknown": 504,
}


class MethodNotAllowed(WarrenError):
    """`data` has `allowed`: methods that this path takes."""

    code = "method_not_allowed"
    sentence = "This path does not take that method."


class UnsupportedMediaType(WarrenError):
    code = "unsupported_media_type"
    sentence = "Send JSON, with Content-Type: application/json."


class TooSlow(WarrenError):
    code = "too_slow"
    sentence = "The body came too slowly. Try again from a better connection; an upload goes on from where it was."


class TusVersion(WarrenError):
    code = "tus_version"
    sentence = "Send Tus-Resumable: 1.0.0."


class RangeNotSatisfiable(WarrenError):
    """`data` has `size`: how many bytes there are."""

    code = "range_not_satisfiable"
    sentence = "The file does not have these bytes."


class Close(IntEnum):
    """40xx: come back and resume. 41xx: act first. 44xx: stop (DESIGN §7)."""

    ERROR = 4000
    RESTART = 4001
    SLOW = 4008
    NO_PONG = 4009
    POSITION_LOST = 4010
    RATE = 4029
    TOKEN_EXPIRED = 4101
    BAD_FRAME = 4400
    NOT_AUTHENTICATED = 4401
    FORBIDDEN = 4403
    VERSION = 4406
    TOO_MANY = 4409


_TITLES = {460: "Checksum Mismatch"}
"""Of statuses that HTTP does not know: 460 is tus's."""


def status_of(error: WarrenError) -> int:
    return STATUS.get(error.code, 500)


def problem(error: WarrenError, *, request_id: str) -> dict[str, Any]:
    """Problem details of RFC 9457; `data` of the error becomes extension members and overrides none of the others."""
    status = status_of(error)
    return {
        **error.data,
        "type": "about:blank",
        "title": _TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "code": error.code,
        "request_id": request_id,
    }


def problem_headers(error: WarrenError) -> dict[str, str]:
    """`Retry-After` in whole seconds, rounded up, where waiting helps; `WWW-Authenticate` and `Allow` where due."""
    headers = {}
    if isinstance(wait := error.data.get("retry_after_ms"), int):
        headers["Retry-After"] = str(-(-wait // 1000))
    elif status_of(error) == 503:
        headers["Retry-After"] = "1"
    if error.code in ("not_authenticated", "token_expired"):
        headers["WWW-Authenticate"] = "Bearer"
    if allowed := error.data.get("allowed"):
        headers["Allow"] = ", ".join(allowed)
    return headers


def failure(error: WarrenError) -> str:
    """The `error` of a frame, as JSON."""
    return msgspec.json.encode({**error.data, "code": error.code, "message": error.message}).decode()
