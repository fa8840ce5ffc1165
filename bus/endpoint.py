"""One operation as a server runs it: check the envelope, decode, handle, encode. Every request gets an answer.

Transport is somebody else's: `bus/server.py` brings requests from RabbitMQ, `bus/testing.py` from memory.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from bus import codec
from bus.envelope import Call
from bus.service import Registration
from bus.wire import REPLY, Answer, Delivery, call_of, error_answer
from contracts.base import VERSION, Operation, Safety
from contracts.errors import (
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    OutcomeUnknown,
    VersionUnsupported,
    WarrenError,
)

log = logging.getLogger("bus.server")

Calls = Sequence[tuple[Any, Call]]
Outcomes = Sequence[Any]
"""A reply or a WarrenError for each call, in its place."""
Run = Callable[[Calls], Outcomes]
Middleware = Callable[[Operation, Run], Run]
"""Wraps what runs the handler; raising an error answers every call of the unit with it."""


class Endpoint:
    """Answers deliveries of one operation, `batch` at a time at most. Never raises."""

    def __init__(self, registration: Registration, *, middleware: Sequence[Middleware] = ()) -> None:
        self.operation = registration.operation
        self.batch = registration.batch
        self._decode: Callable[[bytes], Any] = codec.decoder(self.operation.request).decode
        self._once = self.operation.safety is Safety.ONCE
        self._run = _runner(registration)
        for wrap in reversed(middleware):
            self._run = wrap(self.operation, self._run)

    def answer(self, deliveries: Sequence[Delivery]) -> list[Answer]:
        """One answer for each delivery, in its place; errors are answers too."""
        answers: list[Answer | None] = [self._admit(delivery) for delivery in deliveries]
        admitted = [delivery for delivery, refusal in zip(deliveries, answers, strict=True) if refusal is None]
        done = iter(self._handle(admitted) if admitted else ())
        return [next(done) if answer is None else answer for answer in answers]

    def _admit(self, delivery: Delivery) -> Answer | None:
        """Fill in the delivery's request and call, or say why not."""
        try:
            self._check(delivery)
            return None
        except WarrenError as error:
            log.info("refused", extra=_context(self.operation, delivery) | {"code": error.code})
            return error_answer(error)

    def _check(self, delivery: Delivery) -> None:
        version = delivery.headers.get("v")
        if not isinstance(version, int) or version > VERSION:
            raise VersionUnsupported(version=VERSION) if isinstance(version, int) else InvalidRequest(field="v")
        if delivery.caller not in self.operation.callers:
            raise Forbidden
        deadline = self._deadline(delivery)
        if deadline <= time.monotonic():
            raise DeadlineExceeded
        if delivery.redelivered and self._once:
            raise OutcomeUnknown
        try:
            delivery.call = call_of(delivery, deadline)
        except (KeyError, ValueError, TypeError, AttributeError):
            raise InvalidRequest("The request's headers are not as they should be.") from None
        try:
            delivery.request = self._decode(delivery.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise codec.invalid(error) from None

    def _deadline(self, delivery: Delivery) -> float:
        left = delivery.headers.get("deadline_ms")
        if not isinstance(left, int):
            left = self.operation.deadline_ms
        return delivery.received + left / 1000

    def _handle(self, deliveries: Sequence[Delivery]) -> Sequence[Answer]:
        try:
            outcomes = self._run([(delivery.request, delivery.call) for delivery in deliveries])  # type: ignore[misc]
            if len(outcomes) != len(deliveries):
                raise TypeError(f"{self.operation.name} answered {len(outcomes)} of {len(deliveries)} requests.")
        except WarrenError as error:
            outcomes = [error] * len(deliveries)
        except Exception as error:  # noqa: BLE001  whatever a handler raises is logged and answered, never a dead consumer
            outcomes = [error] * len(deliveries)
        return [self._finish(delivery, outcome) for delivery, outcome in zip(deliveries, outcomes, strict=True)]

    def _finish(self, delivery: Delivery, outcome: Any) -> Answer:
        try:
            if isinstance(outcome, Exception):
                raise outcome
            return REPLY, codec.encode(outcome)
        except WarrenError as error:
            return error_answer(error)
        except Exception:
            log.exception("handler failed", extra=_context(self.operation, delivery))
            return error_answer(WarrenError())


def _runner(registration: Registration) -> Run:
    if registration.handle_many is not None:
        return registration.handle_many
    handle = registration.handle
    assert handle is not None  # noqa: S101  a registration has one of the two

    def run(calls: Calls) -> Outcomes:
        request, call = calls[0]
        return (handle(request, call),)

    return run


def _context(operation: Operation, delivery: Delivery) -> dict[str, Any]:
    return {"operation": operation.name, "request_id": delivery.headers.get("request_id", "")}
