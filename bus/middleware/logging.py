"""A line for every call, and its request id on every line that its handler logs."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from structlog.contextvars import bind_contextvars, reset_contextvars

from bus.endpoint import Calls, Outcomes, Run
from contracts.base import Operation
from contracts.errors import WarrenError

log = logging.getLogger("bus.calls")


def logged(operation: Operation, run: Run) -> Run:
    """Milliseconds and outcome of each call, with the request id that the gateway gave it. Never what was in it."""

    def run_logged(calls: Calls) -> Outcomes:
        outcomes: Sequence[Any] = ()
        tokens = bind_contextvars(request_id=calls[0][1].request_id)
        began = time.perf_counter()
        try:
            outcomes = run(calls)
        except Exception as error:
            outcomes = [error] * len(calls)
            raise
        finally:
            if log.isEnabledFor(logging.INFO):
                _tell(operation.name, calls, outcomes, round((time.perf_counter() - began) * 1000, 2))
            reset_contextvars(**tokens)
        return outcomes

    return run_logged


def _tell(operation: str, calls: Calls, outcomes: Sequence[Any], milliseconds: float) -> None:
    for (_, call), outcome in zip(calls, outcomes, strict=False):
        extra = {"request_id": call.request_id, "operation": operation, "ms": milliseconds, "code": code_of(outcome)}
        log.info("answered", extra=extra)


def code_of(outcome: Any) -> str:
    """`ok`, or the code that the caller hears."""
    if isinstance(outcome, WarrenError):
        return outcome.code
    return "internal" if isinstance(outcome, Exception) else "ok"
