"""Jobs for tests, benchmarks and operators who try a queue."""

import os
import signal
import time

from contracts.probe import ProbeFail, ProbeNoop, ProbeResult
from jobs.kinds.base import MIB, Context, JobFailure, kind

SLICE = 0.05
"""Seconds between looks whether it was cancelled."""


@kind(ProbeNoop, queue="probe", subject=lambda params, _: params.note or "probe", time_limit=3700, memory=64 * MIB)
def noop(params: ProbeNoop, context: Context) -> ProbeResult:
    began = time.monotonic()
    for step in range(params.steps):
        context.progress(done=step, total=params.steps, unit="steps", note=params.note)
        _sleep(params.seconds / params.steps, context)
    if not params.steps:
        _sleep(params.seconds, context)
    return ProbeResult(slept=time.monotonic() - began)


@kind(ProbeFail, queue="probe", subject=lambda params, _: f"probe: {params.how}", time_limit=2, memory=128 * MIB)
def fail(params: ProbeFail, context: Context) -> ProbeResult:
    if params.times and context.attempt > params.times:
        return ProbeResult(slept=0.0)
    match params.how:
        case "retry":
            raise JobFailure("probe_failed", "It failed, as it was asked to.", retry=True)
        case "final":
            raise JobFailure("probe_failed", "It failed for good, as it was asked to.")
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "memory":
            _take_memory()
        case "hang":
            _hang()
    raise AssertionError(params.how)


def _sleep(seconds: float, context: Context) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        context.check()
        time.sleep(min(left, SLICE))


def _take_memory() -> None:
    taken = []
    while True:
        taken.append(bytearray(MIB))


def _hang() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)
