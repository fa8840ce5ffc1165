"""Queues `probe.noop` jobs over the bus, one request each as Celery's client does, and waits until all have succeeded.

`python -m bench.programs.warren_jobs COUNT` with BENCH_GATEWAY_URL (the gateway's AMQP URL) and BENCH_DATABASE_URL.
"""

import asyncio
import json
import os
import sys
import time
from uuid import UUID, uuid4

import psycopg2

from bus.client import AsyncClient
from bus.envelope import Actor, Call
from contracts.base import load_all
from contracts.job import JobCreate

IN_FLIGHT = 16
PATIENCE = 100.0


async def run(count: int) -> None:
    load_all()
    client = AsyncClient(os.environ["BENCH_GATEWAY_URL"])
    await client.start()
    while not client.connected:  # noqa: ASYNC110  the client tells by a flag
        await asyncio.sleep(0.01)
    owner = uuid4()
    began = time.perf_counter()
    await create(client, owner, count)
    queued = time.perf_counter() - began
    with psycopg2.connect(os.environ["BENCH_DATABASE_URL"]) as connection, connection.cursor() as cursor:
        while not all_done(cursor, owner, count):
            if time.perf_counter() - began > PATIENCE:
                sys.exit(f"not all of {count} jobs were done within {PATIENCE:.0f} s")
            await asyncio.sleep(0.02)
    print(json.dumps({"jobs/s": count / (time.perf_counter() - began), "queued/s": count / queued}))
    await client.close()


async def create(client: AsyncClient, owner: UUID, count: int) -> None:
    call = Call(actor=Actor(user_id=owner, session_id=uuid4()))
    left = iter(range(count))

    async def one_after_another() -> None:
        for _ in left:
            request = JobCreate(kind="probe.noop", params={}, client_id=uuid4())
            await client.call(request, call=call, deadline_ms=20_000)

    await asyncio.gather(*[one_after_another() for _ in range(IN_FLIGHT)])


def all_done(cursor: "psycopg2.extensions.cursor", owner: UUID, count: int) -> bool:
    cursor.execute("SELECT count(*) FROM jobs_job WHERE state = 'succeeded' AND owner_id = %s", [str(owner)])
    found = cursor.fetchone()
    return found is not None and found[0] == count


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
