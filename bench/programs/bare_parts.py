"""What a message costs on its way when each part runs alone: the sum that row 4 is compared with.

`python -m bench.programs.bare_parts SECONDS_EACH`, beside `bare_rpc serve noop`. Every operation follows a pause of
5 ms, as the sends of row 4 do: on an idle machine waking up is part of the price.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import pika
import psycopg2
import uvloop

from bench.programs import bare_statement
from bench.programs.bare_rpc import QUEUE, REPLIES, REQUEST, open_channel
from bench.programs.drive import quantile_ms

PAUSE = 0.005
EXCHANGE = "bare.fanout"


async def paced(operation: Callable[[], Awaitable[object]], seconds: float) -> float:
    """Median time of one operation, in milliseconds."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        await asyncio.sleep(PAUSE)
        began = time.perf_counter()
        await operation()
        latencies.append(time.perf_counter() - began)
    return quantile_ms(latencies, 0.5)


async def consume(channel: Any, queue: str) -> asyncio.Queue[bytes]:
    inbox: asyncio.Queue[bytes] = asyncio.Queue()
    consuming = asyncio.get_running_loop().create_future()
    channel.basic_consume(
        queue, lambda _, __, ___, body: inbox.put_nowait(body), auto_ack=True, callback=consuming.set_result
    )
    await consuming
    return inbox


async def rpc(seconds: float) -> float:
    """A request to another process and its reply."""
    channel = await open_channel()
    inbox = await consume(channel, REPLIES)

    async def ask() -> None:
        properties = pika.BasicProperties(reply_to=REPLIES, correlation_id="1")
        channel.basic_publish("", QUEUE, json.dumps(REQUEST).encode(), properties)
        json.loads(await inbox.get())

    return await paced(ask, seconds)


async def fanout(seconds: float) -> float:
    """A message to a fanout exchange and back through a queue bound to it."""
    channel = await open_channel()
    declared = asyncio.get_running_loop().create_future()
    channel.exchange_declare(EXCHANGE, "fanout")
    channel.queue_declare("", exclusive=True, callback=declared.set_result)
    queue = (await declared).method.queue
    channel.queue_bind(queue, EXCHANGE)
    inbox = await consume(channel, queue)

    async def hop() -> None:
        channel.basic_publish(EXCHANGE, "c.1", json.dumps(REQUEST).encode())
        await inbox.get()

    return await paced(hop, seconds)


async def statement(seconds: float) -> float:
    """The statement that numbers and stores a message, with its commit."""
    with closing(psycopg2.connect(os.environ["BENCH_DATABASE_URL"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"PREPARE bare_send(int, int) AS {bare_statement.send('$1', '$2')}")
        count = 0

        async def send() -> None:
            nonlocal count
            count += 1
            cursor.execute("EXECUTE bare_send(%s, %s)", [count % bare_statement.CONVERSATIONS, count % 5])
            cursor.fetchall()

        return await paced(send, seconds)


async def relay(seconds: float) -> float:
    """The transaction that gives one waiting event its position."""
    with closing(psycopg2.connect(os.environ["BENCH_DATABASE_URL"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("TRUNCATE eventlog_outbox")
        cursor.execute(bare_statement.prepare_move())

        async def move() -> None:
            cursor.execute("EXECUTE relay_move(0, 0)")
            cursor.fetchall()

        async def record_and_wait() -> None:
            cursor.execute(bare_statement.RECORD)
            await asyncio.sleep(PAUSE)

        latencies: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            await record_and_wait()
            began = time.perf_counter()
            await move()
            latencies.append(time.perf_counter() - began)
        return quantile_ms(latencies, 0.5)


async def main(seconds: float) -> None:
    parts = {
        "RPC p50 ms": await rpc(seconds),
        "send statement p50 ms": await statement(seconds),
        "relay statement p50 ms": await relay(seconds),
        "fanout p50 ms": await fanout(seconds),
    }
    print(json.dumps({"p50 ms": sum(parts.values()), **parts}))


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1])))
