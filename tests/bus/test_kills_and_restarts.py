"""A service that dies and comes back within the deadline costs its callers nothing; one that is asked to go, either."""

import asyncio
import itertools

import pytest

from contracts.errors import OutcomeUnknown, WarrenError
from tests.bus.probe import ProbeKeyed, ProbeOnce, service
from tests.servers import until

DEADLINE_MS = 8000
"""Long enough for a process to start on a busy machine, shorter than the 10 s that a queue outlives its service."""


class Load:
    """Callers that ask one after the other until told to stop."""

    def __init__(self, rpc, make_request, *, callers=20):
        self.answered = 0
        self.failures = []
        self._rpc, self._make_request, self._going = rpc, make_request, True
        self._numbers = itertools.count()
        self._tasks = [asyncio.ensure_future(self._ask()) for _ in range(callers)]

    async def _ask(self):
        while self._going:
            text = str(next(self._numbers))
            try:
                assert (await self._rpc.call(self._make_request(text), deadline_ms=DEADLINE_MS)).text == text
                self.answered += 1
            except WarrenError as error:
                self.failures.append(error)

    async def more(self, count=200):
        """Wait until so many more were answered."""
        goal = self.answered + count
        await until(lambda: self.answered >= goal or self.failures)

    async def stop(self):
        self._going = False
        await asyncio.gather(*self._tasks)


async def test_a_service_killed_and_back_within_the_deadline_costs_nothing(rpc, probe_process):
    process = probe_process()
    load = Load(rpc, lambda text: ProbeKeyed(text=text))
    for _ in range(3):
        await load.more()
        process.kill()
        process = probe_process(wait=False)
        await load.more()
    await load.stop()
    assert load.failures == []


async def test_a_service_that_is_asked_to_stop_answers_what_it_took(rpc, probe_process):
    """Also what may run only once: nothing that it had not begun may come back as delivered twice."""
    process = probe_process()
    load = Load(rpc, lambda text: ProbeOnce(text=text), callers=50)
    for _ in range(3):
        await load.more()
        successor = probe_process()
        assert await asyncio.to_thread(process.stop) == 0
        await load.more()
        process = successor
    await load.stop()
    assert load.failures == []


async def test_what_may_run_only_once_is_not_run_by_a_second_server(rpc, declare_queue, raw, run_service):
    declare_queue("probe.once")
    asked = asyncio.ensure_future(rpc.call(ProbeOnce(text="x"), deadline_ms=5000))
    with raw("jobs") as channel:  # a server that takes the request and dies
        await until(lambda: channel.basic_get("probe.once")[0])
    run_service(service, role="jobs")
    with pytest.raises(OutcomeUnknown):
        await asked


async def test_what_has_a_key_is_run_again_by_a_second_server(rpc, declare_queue, raw, run_service):
    declare_queue("probe.keyed")
    asked = asyncio.ensure_future(rpc.call(ProbeKeyed(text="x"), deadline_ms=5000))
    with raw("jobs") as channel:
        await until(lambda: channel.basic_get("probe.keyed")[0])
    run_service(service, role="jobs")
    assert (await asked).text == "x"


async def test_a_queue_that_is_deleted_is_made_again(rpc, run_service, delete_queue):
    run_service(service, role="jobs")
    await asyncio.to_thread(delete_queue, "probe.keyed")
    load = Load(rpc, lambda text: ProbeKeyed(text=text), callers=1)
    await until(lambda: load.answered)
    await load.stop()


async def test_servers_of_two_versions_share_a_queue_while_one_replaces_the_other(rpc, raw, run_service, delete_queue):
    names = ("probe.keyed", "probe.once")
    for name in names:
        await asyncio.to_thread(delete_queue, name)
        with raw("jobs") as channel:
            channel.queue_declare(name, durable=True, arguments={"x-expires": 9000, "x-max-length": 7})
            channel.queue_bind(name, "rpc.job", name)
    run_service(service, role="jobs")
    assert (await rpc.call(ProbeKeyed(text="x"))).text == "x"
    assert (await rpc.call(ProbeOnce(text="x"))).text == "x"
    for name in names:
        await asyncio.to_thread(delete_queue, name)
    load = Load(rpc, lambda text: ProbeKeyed(text=text), callers=1)
    await until(lambda: load.answered)
    await load.stop()


async def test_several_services_share_a_process_and_its_loop(rpc, broker, run_service):
    """Two connections in one thread; the second one's service has no operations of this test."""
    import threading

    from bus.server import Hosted, Server
    from bus.service import Service

    ready = threading.Event()
    hosted = [
        Hosted(service=service, url=broker.url("jobs"), role="jobs"),
        Hosted(service=Service("log"), url=broker.url("eventlog"), role="eventlog"),
    ]
    server = Server(hosted, on_ready=ready.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        await until(ready.is_set)
        assert (await rpc.call(ProbeKeyed(text="x"))).text == "x"
    finally:
        server.stop()
        thread.join(10)
    assert not thread.is_alive()
