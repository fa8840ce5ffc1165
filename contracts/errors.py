"""Every failure that crosses the wire, named once: a stable code for machines, a sentence for people.

HTTP statuses and close codes are the gateway's business (`apigateway/errors.py`).
"""

from typing import Any, ClassVar

ERRORS: dict[str, type["WarrenError"]] = {}


class WarrenError(Exception):
    """Base of every named failure. `data` holds what a program needs to react (JSON values only)."""

    code: ClassVar[str] = "internal"
    sentence: ClassVar[str] = "Something failed on our side. Try again; if it stays, tell the operator the request id."

    def __init__(self, sentence: str | None = None, /, **data: Any) -> None:
        self.message = sentence or self.sentence
        self.data = data
        super().__init__(self.message)

    def __init_subclass__(cls, *, named_here: bool = True) -> None:
        super().__init_subclass__()
        if named_here and ERRORS.setdefault(cls.code, cls) is not cls:
            raise TypeError(f"Two errors share the code {cls.code!r}.")


ERRORS["internal"] = WarrenError


def error_from(code: str, message: str, data: dict[str, Any]) -> WarrenError:
    """The exception for what came over the wire; an unknown code (a newer peer's) keeps its code and sentence."""
    known = ERRORS.get(code)
    if known is None:
        known = type("UnknownError", (WarrenError,), {"code": code}, named_here=False)
    return known(message, **data)


class InvalidRequest(WarrenError):
    """`data` has `field` where one field is at fault."""

    code = "invalid_request"
    sentence = "The request does not have the form that this operation takes."


class UnknownOperation(WarrenError):
    code = "unknown_operation"
    sentence = "There is no such operation."


class VersionUnsupported(WarrenError):
    code = "version_unsupported"
    sentence = "This server is older than the request. Update the server, or use an older client."


class NotAuthenticated(WarrenError):
    code = "not_authenticated"
    sentence = "Log in first."


class TokenExpired(WarrenError):
    code = "token_expired"
    sentence = "The access token has expired. Refresh it and try again."


class InvalidCredentials(WarrenError):
    code = "invalid_credentials"
    sentence = "That user name and password do not belong together."


class RefreshRejected(WarrenError):
    code = "refresh_rejected"
    sentence = "This session has ended. Log in again."


class AccountDisabled(WarrenError):
    code = "account_disabled"
    sentence = "This account is disabled. Ask an administrator."


class Forbidden(WarrenError):
    code = "forbidden"
    sentence = "You may not do that."


class NotFound(WarrenError):
    """Also what exists but is none of the caller's business: nothing leaks."""

    code = "not_found"
    sentence = "There is no such thing, or it is not yours to see."


class UsernameTaken(WarrenError):
    code = "username_taken"
    sentence = "That user name is taken."


class WeakPassword(WarrenError):
    code = "weak_password"
    sentence = "That password is too easy to guess."


class Conflict(WarrenError):
    code = "conflict"
    sentence = "Something else changed meanwhile. Look again and repeat."


class LimitExceeded(WarrenError):
    """`data` has `limit`."""

    code = "limit_exceeded"
    sentence = "That is more than is allowed."


class TooLarge(WarrenError):
    code = "too_large"
    sentence = "The request is larger than is allowed."


class UploadConflict(WarrenError):
    """`data` has `offset` where another one is right."""

    code = "upload_conflict"
    sentence = "The upload is not where this request thinks it is. Ask for its offset and go on from there."


class UploadLocked(WarrenError):
    """`data` has `retry_after_ms`."""

    code = "upload_locked"
    sentence = "Another request is writing to this upload just now. Try again in a moment."


class UploadGone(WarrenError):
    code = "upload_gone"
    sentence = "This upload has expired or was ended. Begin a new one."


class ChecksumMismatch(WarrenError):
    """Nothing of the request was kept."""

    code = "checksum_mismatch"
    sentence = "The bytes that arrived are not those that the checksum was made of. Send them again."


class RateLimited(WarrenError):
    """`data` has `retry_after_ms`."""

    code = "rate_limited"
    sentence = "Too many requests. Wait a moment."


class Busy(WarrenError):
    """Nothing was done; the request may be repeated at once or a little later."""

    code = "busy"
    sentence = "The system is busy. Nothing was done; try again."


class Unavailable(WarrenError):
    """No service answers for this operation, or the broker is away. Nothing was done."""

    code = "unavailable"
    sentence = "This part of the system is not available just now. Nothing was done; try again."


class DeadlineExceeded(WarrenError):
    """The service may or may not have done it: only read-only and keyed requests are repeated."""

    code = "deadline_exceeded"
    sentence = "No answer came in time."


class OutcomeUnknown(WarrenError):
    """A request that may run only once was delivered twice: whether the first one took effect is not known."""

    code = "outcome_unknown"
    sentence = "It is not known whether this took effect. Look before you repeat it."
