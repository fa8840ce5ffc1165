"""Nobody answers: at once where the queue is gone, at the deadline until then."""

import time

import pytest

from contracts.errors import Busy, DeadlineExceeded, Unavailable
from tests.bus.probe import ProbeEcho, ProbeNobody, ProbeSlow, service


async def test_a_queue_that_is_gone_is_unavailable_at_once(rpc, run_service, delete_queue):
    run_service(service, role="jobs").stop()
    delete_queue("probe.echo")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await rpc.call(ProbeEcho(text="x"), deadline_ms=8000)
    assert time.monotonic() - began < 4


async def test_a_queue_without_a_service_ends_in_the_deadline(rpc, declare_queue):
    declare_queue("probe.nobody")
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await rpc.call(ProbeNobody())
    assert 0.35 < time.monotonic() - began < 2


async def test_requests_that_expired_in_the_queue_are_not_carried_out(rpc, declare_queue, run_service):
    from tests.bus import probe

    declare_queue("probe.slow")
    probe.slept.clear()
    with pytest.raises(DeadlineExceeded):
        await rpc.call(ProbeSlow(milliseconds=77), deadline_ms=100)
    run_service(service, role="jobs")
    assert (await rpc.call(ProbeSlow(milliseconds=1))).text == "slept"
    assert probe.slept == [1]


async def test_a_full_queue_is_busy_at_once(rpc, declare_queue, raw):
    declare_queue("probe.slow")
    with raw("gateway") as channel:
        for _ in range(120):
            channel.basic_publish("rpc.job", "probe.slow", b"{}")
    began = time.monotonic()
    with pytest.raises(Busy):
        await rpc.call(ProbeSlow(milliseconds=1), deadline_ms=8000)
    assert time.monotonic() - began < 4
    declare_queue("probe.slow")
