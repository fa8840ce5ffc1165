"""Row 4: how long a message takes from one socket to another while nothing else happens."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import system
from bench.lab import FOLDER, Lab
from bench.model import Contender, Kind, Row, Sample, at_most
from bench.programs import bare_statement
from bench.shapes import SPREAD, USERS

THINK_MS = 5


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    seconds = lab.seconds * 1.5
    environment = {"BENCH_AMQP_URL": lab.amqp_url, "BENCH_DATABASE_URL": lab.limit_database}
    with lab.database(lab.limit_database) as cursor:
        cursor.execute(bare_statement.FILL)
    with lab.serving("bare_rpc", "serve", "noop", environment=environment), system.running(lab) as warren:
        crowd = warren.crowd(users=USERS, conversations=SPREAD)
        plan = crowd.plan(FOLDER / "plan-idle", senders=[0])

        def parts() -> Sample:
            return lab.measure("bare_parts", seconds / 2, environment=environment)

        def send() -> Sample:
            return warren.chat(plan, seconds=seconds, think_ms=THINK_MS)

        yield [
            Contender(name="its parts, each alone", kind=Kind.LIMIT, sample=parts),
            Contender(name="Warren", kind=Kind.WARREN, sample=send),
        ]


ROW = Row(
    number=4,
    title="A message from socket to socket, idle system",
    note="200 sockets are open in 200 conversations of 5; one of them sends, waits for the answer, and 5 ms more. "
    "Timed from the frame's writing to the event's reading on the sockets of others. The limit is the sum of the "
    "medians of what must happen: one RPC, the send statement, the relay's statement, one hop through a fanout "
    "exchange; each alone, on plain pika and psycopg2.",
    start=start,
    budgets=[
        at_most(2, "p50 ms", against=Kind.LIMIT),
        at_most(4, "p50 ms"),
        at_most(15, "p99 ms"),
        at_most(0, "lost", worst=True),
    ],
)
