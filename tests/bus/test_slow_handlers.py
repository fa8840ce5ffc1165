"""Slow handlers run in a few threads, with a short line in front of them."""

import asyncio

import pytest

from bus.pool import Pool
from contracts.errors import Busy, DeadlineExceeded
from tests.bus import probe
from tests.bus.probe import ProbeEcho, ProbeHeap, ProbeSlow, service
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


class CountingPool(Pool):
    """Counts what it was given."""

    given = 0

    def submit(self, work):
        self.given += 1
        return super().submit(work)


async def test_a_thread_takes_along_what_waits_of_a_batch(rpc, run_service):
    pool = CountingPool(threads=1, waiting=5)
    run_service(service, role="jobs", pool=pool)
    probe.heaps.clear()
    first = asyncio.ensure_future(rpc.call(ProbeHeap()))
    await until(lambda: probe.heaps == [1])
    others = [asyncio.ensure_future(rpc.call(ProbeHeap())) for _ in range(6)]
    await until(lambda: pool.given == 7)
    for _ in range(3):
        probe.permits.release()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    assert probe.heaps == [1, 3, 2]
    assert [isinstance(answer, Busy) for answer in answers] == [False] * 6 + [True]
