"""Slow handlers run in a few threads, with a short line in front of them."""

import asyncio

import pytest

from bus.pool import Pool
from contracts.errors import Busy, DeadlineExceeded
from tests.bus import probe
from tests.bus.probe import ProbeEcho, ProbeSlow, service
from tests.servers import until


async def test_short_requests_are_answered_while_slow_ones_run(rpc, run_service):
    run_service(service, role="jobs")
    slow = asyncio.gather(*(rpc.call(ProbeSlow(milliseconds=1500)) for _ in range(4)))
    assert (await rpc.call(ProbeEcho(text="meanwhile"))).text == "meanwhile"
    assert not slow.done()
    await slow


async def test_what_the_line_cannot_hold_is_busy_at_once(rpc, run_service):
    run_service(service, role="jobs", pool=Pool(threads=1, waiting=1))
    answers = await asyncio.gather(*(rpc.call(ProbeSlow(milliseconds=300)) for _ in range(4)), return_exceptions=True)
    assert sorted(isinstance(answer, Busy) for answer in answers) == [False, False, True, True]


async def test_a_request_whose_deadline_passed_in_the_line_never_starts(rpc, run_service):
    run_service(service, role="jobs", pool=Pool(threads=1, waiting=8))
    probe.slept.clear()
    first = asyncio.ensure_future(rpc.call(ProbeSlow(milliseconds=1200)))
    await until(lambda: probe.slept == [1200])
    with pytest.raises(DeadlineExceeded):
        await rpc.call(ProbeSlow(milliseconds=33), deadline_ms=150)
    await first
    await rpc.call(ProbeSlow(milliseconds=2))
    assert probe.slept == [1200, 2]
