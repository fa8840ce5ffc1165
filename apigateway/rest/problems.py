"""Every failure of a request as a problem document (RFC 9457), logged once with its request id."""

import logging

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions

from apigateway.errors import MethodNotAllowed, UnsupportedMediaType, problem, problem_headers, status_of
from contracts.errors import InvalidRequest, NotFound, TooLarge, WarrenError

log = logging.getLogger("apigateway.rest")


def problem_response(error: Exception, *, request_id: str) -> HttpResponse:
    named = name_of(error)
    if status_of(named) == 500:
        log.error("request failed", exc_info=error, extra={"request_id": request_id})
    body = msgspec.json.encode(problem(named, request_id=request_id))
    return HttpResponse(
        body,
        status=status_of(named),
        content_type="application/problem+json",
        headers={"Content-Length": str(len(body)), **problem_headers(named)},
    )


def name_of(error: Exception) -> WarrenError:
    """The named failure behind whatever was raised; what nobody foresaw is `internal`."""
    match error:
        case WarrenError():
            return error
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed()
        case RequestDataTooBig():
            return TooLarge()
        case exceptions.ParseError() | SuspiciousOperation() | UnreadablePostError():
            return InvalidRequest()
        case _:
            return WarrenError()


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    """Django's `handler404`."""
    return problem_response(NotFound(), request_id=request.scope["trace"].request_id)  # type: ignore[attr-defined]


def failed(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`; the traceback was logged by `django.request`."""
    return problem_response(WarrenError(), request_id=request.scope["trace"].request_id)  # type: ignore[attr-defined]


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    """Django's `handler400`."""
    return problem_response(InvalidRequest(), request_id=request.scope["trace"].request_id)  # type: ignore[attr-defined]
