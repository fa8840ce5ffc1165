"""The peer Celery: a task awaited with `delay().get()`, RabbitMQ as broker, the `rpc` result backend.

`python -m bench.programs.celery_peer worker POOL CONCURRENCY` or `call IN_FLIGHT SECONDS`.
"""

import os
import sys
from typing import Any

from celery import Celery, signals

from bench.programs import people
from bench.programs.drive import CLIENT_ID, CONVERSATION, TEXT, drive_in_rounds
from bench.programs.ready import say_ready

app = Celery("bench", broker=os.environ["BENCH_AMQP_URL"], backend="rpc://")
app.conf.update(
    task_default_queue=f"bench.{os.environ['BENCH_QUEUE']}",
    worker_prefetch_multiplier=64,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
handlers: list[people.Lookup] = []


@app.task(name="select")
def select(**_: str) -> dict[str, Any]:
    if not handlers:  # in the process that runs tasks, which Celery may have forked
        people.set_up()
        handlers.append(people.Lookup())
    return handlers[0]()


def work(pool: str, concurrency: str) -> None:
    signals.worker_ready.connect(lambda **_: say_ready(), weak=False)
    options = [
        "--pool",
        pool,
        "--concurrency",
        concurrency,
        "--loglevel",
        "WARNING",
        "--hostname",
        f"{os.environ['BENCH_QUEUE']}@%h",
    ]
    app.worker_main(["worker", *options, "--without-gossip", "--without-mingle"])


def call(in_flight: int, seconds: float) -> None:
    arguments = {"conversation_id": CONVERSATION, "client_id": CLIENT_ID, "text": TEXT}

    def rounds(count: int) -> None:
        for result in [select.delay(**arguments) for _ in range(count)]:
            result.get(timeout=20)

    drive_in_rounds(rounds, in_flight=in_flight, seconds=seconds)


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(sys.argv[2], sys.argv[3])
    else:
        call(int(sys.argv[2]), float(sys.argv[3]))
