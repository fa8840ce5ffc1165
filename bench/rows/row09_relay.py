"""Row 9: how many events per second get their position and reach the broker."""

import contextlib
import time
from collections.abc import Iterator, Sequence

import pika

from bench import system
from bench.lab import Lab
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least
from bench.programs import bare_statement
from supervisor.processes import wait_for

PATIENCE = 60.0


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    count = 20_000 if lab.quick else 60_000
    environment = {"BENCH_AMQP_URL": lab.amqp_url, "BENCH_DATABASE_URL": lab.limit_database}
    with system.running(lab, roles=["relay"]):
        yield [
            Contender(
                name="a statement and confirmed publishing",
                kind=Kind.LIMIT,
                sample=lambda: lab.measure("bare_relay", count, environment=environment),
            ),
            Contender(name="Warren's relay", kind=Kind.WARREN, sample=lambda: drain(lab, count)),
        ]


def drain(lab: Lab, count: int) -> Sample:
    """Commit so many events at once, poke the relay, and wait until the broker has confirmed them all."""
    with lab.database() as cursor:

        def published() -> int:
            cursor.execute("SELECT published FROM eventlog_relay_state")
            return int((cursor.fetchone() or (0,))[0])

        target = published() + count
        cursor.execute(f"{bare_statement.RECORD_MANY} generate_series(1, {count})")
        began = time.perf_counter()
        poke(lab)
        if not wait_for(lambda: published() >= target, seconds=PATIENCE, pause=0.005):
            raise NotMeasured(f"the relay did not publish {count} events within {PATIENCE:.0f} s")
        return {"events/s": count / (time.perf_counter() - began)}


def poke(lab: Lab) -> None:
    with pika.BlockingConnection(pika.URLParameters(lab.instances.amqp_url("messageservice"))) as connection:
        connection.channel().basic_publish("", "relay.poke", b"")


ROW = Row(
    number=9,
    title="Events positioned and published per second",
    note="60,000 events are committed at once; timed until the relay has noted the broker's last confirm, which it "
    "does four times a second. The limit gives positions with one UPDATE for each 500 rows and publishes them "
    "pipelined, with confirms, on plain pika.",
    start=start,
    budgets=[at_least(0.6, "events/s", against=Kind.LIMIT), at_least(10_000, "events/s")],
)
