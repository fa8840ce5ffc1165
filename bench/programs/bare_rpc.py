"""The limit of rows 1 to 3: request and reply on plain pika, no envelope, no contracts, no confirms.

`python -m bench.programs.bare_rpc serve noop|select` or `call noop|select IN_FLIGHT SECONDS`.
BENCH_AMQP_URL says where the broker is.
"""

import asyncio
import json
import os
import sys
from typing import Any

import pika
import uvloop
from pika.adapters.asyncio_connection import AsyncioConnection

from bench.programs.drive import CLIENT_ID, CONVERSATION, TEXT, drive
from bench.programs.ready import say_ready

QUEUE = "bare.call"
REPLIES = "amq.rabbitmq.reply-to"
REQUEST = {"conversation_id": CONVERSATION, "client_id": CLIENT_ID, "text": TEXT}


async def open_channel() -> Any:
    loop = asyncio.get_running_loop()
    connected, opened = loop.create_future(), loop.create_future()
    AsyncioConnection(
        pika.URLParameters(os.environ["BENCH_AMQP_URL"]),
        on_open_callback=connected.set_result,
        on_open_error_callback=lambda _, error: connected.set_exception(error),
        custom_ioloop=loop,
    )
    (await connected).channel(on_open_callback=opened.set_result)
    return await opened


def serve(kind: str) -> None:
    """On pika's own loop: Django refuses to run inside asyncio's. With no handler at all the two tie."""
    handle = lookup() if kind == "select" else lambda: {"seq": 1}

    def on_request(channel: Any, method: Any, properties: Any, body: bytes) -> None:
        json.loads(body)
        reply = pika.BasicProperties(correlation_id=properties.correlation_id)
        channel.basic_publish("", properties.reply_to, json.dumps(handle()).encode(), reply)
        channel.basic_ack(method.delivery_tag)

    def on_channel(channel: Any) -> None:
        channel.queue_declare(QUEUE, auto_delete=True)
        channel.basic_qos(prefetch_count=64)
        channel.basic_consume(QUEUE, on_request, callback=lambda _: say_ready())

    where = pika.URLParameters(os.environ["BENCH_AMQP_URL"])
    connection = pika.SelectConnection(where, on_open_callback=lambda made: made.channel(on_open_callback=on_channel))
    connection.ioloop.start()


def lookup() -> Any:
    from bench.programs import people

    people.set_up()
    return people.Lookup()


async def call(in_flight: int, seconds: float) -> None:
    channel = await open_channel()
    loop = asyncio.get_running_loop()
    waiting: dict[str, asyncio.Future[bytes]] = {}
    consuming = loop.create_future()
    channel.basic_consume(
        REPLIES,
        lambda _, __, properties, body: waiting.pop(properties.correlation_id).set_result(body),
        auto_ack=True,
        callback=consuming.set_result,
    )
    await consuming
    count = 0

    async def ask() -> Any:
        nonlocal count
        count += 1
        answer = waiting[str(count)] = loop.create_future()
        properties = pika.BasicProperties(reply_to=REPLIES, correlation_id=str(count))
        channel.basic_publish("", QUEUE, json.dumps(REQUEST).encode(), properties)
        return json.loads(await answer)

    await drive(ask, in_flight=in_flight, seconds=seconds)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        uvloop.run(call(int(sys.argv[3]), float(sys.argv[4])))
