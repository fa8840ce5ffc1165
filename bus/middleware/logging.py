"""A line for every call that failed or was slow (at DEBUG for every one), and its request id on all that is logged.

A line for each call would be a third of a service's CPU time; `warren_rpc_seconds` counts them all.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any

from structlog.contextvars import bind_contextvars, reset_contextvars

from bus.endpoint import Calls, Outcomes, Run
from contracts.base import Operation
from contracts.errors import WarrenError

log = logging.getLogger("bus.calls")

SLOW_MS = 100.0


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
            _tell(operation.name, calls, outcomes, round((time.perf_counter() - began) * 1000, 2))
            reset_contextvars(**tokens)
        return outcomes

    return run_logged


def _tell(operation: str, calls: Calls, outcomes: Sequence[Any], milliseconds: float) -> None:
    every_one = milliseconds >= SLOW_MS or log.isEnabledFor(logging.DEBUG)
    for (_, call), outcome in zip(calls, outcomes, strict=False):
        if every_one or isinstance(outcome, Exception):
            code = code_of(outcome)
            level = logging.INFO if milliseconds >= SLOW_MS or code != "ok" else logging.DEBUG
            extra = {"request_id": call.request_id, "operation": operation, "ms": milliseconds, "code": code}
            log.log(level, "answered", extra=extra)


def code_of(outcome: Any) -> str:
    """`ok`, or the code that the caller hears."""
    if isinstance(outcome, WarrenError):
        return outcome.code
    return "internal" if isinstance(outcome, Exception) else "ok"
