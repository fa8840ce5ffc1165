"""The ancestor's way with pictures: consumers that take a path from RabbitMQ, call Pillow, and tell when it is done.

`python -m bench.programs.ancestor_pictures work` is one consumer; `... run COUNT PICTURE ...` queues so many and waits
for what they tell. Both with BENCH_AMQP_URL, in the peers' environment.
"""

import json
import os
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pika
from PIL import Image

from bench.programs.ready import say_ready

TASKS, RESULTS = "bench.pictures", "bench.pictures.done"
PATIENCE = 100.0


def channel() -> Any:
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["BENCH_AMQP_URL"]))
    made = connection.channel()
    for queue in (TASKS, RESULTS):
        made.queue_declare(queue, durable=True)
    return made


def work() -> None:
    made = channel()
    made.basic_qos(prefetch_count=1)
    with tempfile.TemporaryDirectory() as folder:

        def one(_: Any, method: Any, __: Any, body: bytes) -> None:
            with Image.open(body.decode()) as image:
                image.convert("RGB").save(Path(folder) / "coded.jpg", "JPEG", optimize=True, quality=85)
            made.basic_publish("", RESULTS, b"done", pika.BasicProperties(delivery_mode=2))
            made.basic_ack(method.delivery_tag)

        made.basic_consume(TASKS, one)
        say_ready()
        made.start_consuming()


def run(count: int, pictures: list[str]) -> dict[str, float]:
    made = channel()
    began = time.perf_counter()
    for picture in islice(cycle(pictures), count):
        made.basic_publish("", TASKS, picture.encode(), pika.BasicProperties(delivery_mode=2))
    done = made.consume(RESULTS, auto_ack=True, inactivity_timeout=PATIENCE)
    if any(method is None for method, _, _ in islice(done, count)):
        sys.exit(f"not all of {count} were done")
    taken = time.perf_counter() - began
    made.connection.close()
    return {"images/s": count / taken}


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work()
    else:
        print(json.dumps(run(int(sys.argv[2]), sys.argv[3:])))
