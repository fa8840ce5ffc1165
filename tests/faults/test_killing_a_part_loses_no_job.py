"""`kill -9` of each part while jobs are made and worked on: every job ends once, with one result.

`bin/test` kills one part after the other; `bin/test --long` each ten times in a row, and runs the volume of pictures.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from bench import usage
from bench.volume import Person, Volume
from tests.live import LiveSystem
from tests.servers import eventually

pytestmark = pytest.mark.serial

LAYOUT = {
    "gateway": ["gateway"],
    "services": ["userservice", "messageservice", "eventlog"],
    "jobs": ["jobs"],
    "relay": ["relay"],
    "scheduler": ["scheduler"],
    "worker": ["worker"],
    "worker2": ["worker"],
}
PARTS = ["jobs", "scheduler", "worker", "broker", "database"]
JOBS = 60
WITHIN = 90.0
MOST_MIB = 500.0


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    folder: Path = tmp_path_factory.mktemp("jobs", numbered=True)
    live = LiveSystem(folder=folder, processes=LAYOUT, durable=True).start()
    yield live
    live.stop()


def kill(system: LiveSystem, part: str) -> None:
    """`kill -9` and start again, as a supervisor would."""
    server = {"broker": system.instances.rabbitmq, "database": system.instances.postgres}.get(part)
    if server is None:
        system.restart_process(part)
    else:
        server.kill()
        server.start()


def run_through(system: LiveSystem, kills: list[str]) -> None:
    """Jobs are queued one after the other, a part dies after every few of them; then everything must come to an end."""
    system.wait_ready()
    person = Person.register(system.url())
    share = JOBS // (len(kills) + 1)
    queued: list[str] = []
    for part in [*kills, None]:
        queued += [person.queue("probe.noop", {"seconds": 0.02, "steps": 2}) for _ in range(share)]
        if part is not None:
            kill(system, part)
    eventually(lambda: states(system, queued).keys() == {"succeeded"}, seconds=WITHIN, pause=0.2)
    assert_once(system, queued)


def states(system: LiveSystem, job_ids: list[str]) -> dict[str, int]:
    return dict(
        asked(system, "SELECT state, count(*) FROM jobs_job WHERE id = ANY(%s::uuid[]) GROUP BY state", job_ids)
    )


def assert_once(system: LiveSystem, job_ids: list[str]) -> None:
    """However often it was begun, a job succeeded once."""
    statement = (
        "SELECT job_id::text FROM jobs_attempt WHERE state = 'succeeded' AND job_id = ANY(%s::uuid[]) "
        "GROUP BY job_id HAVING count(*) <> 1"
    )
    assert asked(system, statement, job_ids) == []


def asked(system: LiveSystem, statement: str, job_ids: list[str]) -> list[tuple]:
    connection = psycopg2.connect(system.instances.database_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, [job_ids])
            return cursor.fetchall()
    finally:
        connection.close()


def test_killing_each_part_in_turn_while_jobs_run_loses_none(system: LiveSystem) -> None:
    run_through(system, PARTS)


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_killing_it_ten_times_in_a_row_loses_none(system: LiveSystem, part: str) -> None:
    run_through(system, [part] * 10)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_volume_of_pictures_ends_well_while_workers_are_killed(system: LiveSystem) -> None:
    """2,000 pictures of 50 people, one in five no picture: each good one has one result, each bad one its reason."""
    largest: list[float] = []
    with repeatedly(lambda: restart_a_worker(system, largest)):
        done = Volume(url=system.url(), people=50, pictures=2000).run()
    assert not done.faults, f"{len(done.faults)}:\n" + "\n".join(done.faults[:20]) + system.tails()
    assert done.ended == {"succeeded": 1600, "failed": 400}
    assert max(largest) < MOST_MIB


def restart_a_worker(system: LiveSystem, largest: list[float]) -> None:
    """One after the other; notes how much memory it and its children held."""
    name = ("worker", "worker2")[len(largest) % 2]
    family = usage.family(system.pid(name))
    largest.append(sum(usage.proportional_mib_by_program(family).values()))
    system.restart_process(name)


class repeatedly:  # noqa: N801  reads as a phrase
    """Do something every few seconds while the block runs."""

    def __init__(self, action: Callable[[], None], *, every: float = 4.0) -> None:
        self._action, self._every = action, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "repeatedly":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            self._action()
