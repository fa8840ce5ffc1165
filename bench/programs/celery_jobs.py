"""The peer Celery with durable state: `acks_late`, persistent messages, results kept in PostgreSQL.

`python -m bench.programs.celery_jobs worker CONCURRENCY` or `run COUNT`: queues so many tasks that do nothing and waits
until the database has the result of each.
"""

import json
import os
import sys
import time
from uuid import uuid4

import psycopg2
from celery import Celery, signals

from bench.programs.ready import say_ready

PATIENCE = 100.0
database = os.environ["BENCH_DATABASE_URL"]
app = Celery(
    "bench-jobs",
    broker=os.environ["BENCH_AMQP_URL"],
    backend="db+postgresql+psycopg2://" + database.partition("://")[2],
)
app.conf.update(
    task_default_queue="bench.celeryjobs",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_track_started=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="noop")
def noop() -> None:
    """Does nothing."""


def work(concurrency: str) -> None:
    signals.worker_ready.connect(lambda **_: say_ready(), weak=False)
    options = ["--pool", "prefork", "--concurrency", concurrency, "--loglevel", "WARNING", "--hostname", "jobs@%h"]
    app.worker_main(["worker", *options, "--without-gossip", "--without-mingle"])


def run(count: int) -> None:
    ids = [str(uuid4()) for _ in range(count)]
    began = time.perf_counter()
    for task_id in ids:
        noop.apply_async(task_id=task_id)
    queued = time.perf_counter() - began
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        while not all_done(cursor, ids):
            if time.perf_counter() - began > PATIENCE:
                sys.exit(f"not all of {count} tasks were done within {PATIENCE:.0f} s")
            time.sleep(0.02)
    print(json.dumps({"jobs/s": count / (time.perf_counter() - began), "queued/s": count / queued}))


def all_done(cursor: "psycopg2.extensions.cursor", ids: list[str]) -> bool:
    statement = "SELECT count(*) FROM celery_taskmeta WHERE status = 'SUCCESS' AND task_id = ANY(%s)"
    cursor.execute(statement, [ids])
    found = cursor.fetchone()
    return found is not None and found[0] == len(ids)


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(sys.argv[2])
    else:
        run(int(sys.argv[2]))
