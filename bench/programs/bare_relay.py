"""The limit of row 9: positions by one plain UPDATE per batch, publishing on plain pika, pipelined and confirmed.

`python -m bench.programs.bare_relay COUNT`, on the second database.
"""

import json
import os
import sys
import time
from contextlib import closing
from typing import Any

import pika
import psycopg2

from bench.programs.bare_statement import TEXT

BATCH = 500
EXCHANGE = "bare.fanout"
FILL = f"""
DROP TABLE IF EXISTS bench_log;
CREATE TABLE bench_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pos bigint, key text NOT NULL, body text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bench_log (pos);
CREATE INDEX bench_log_waiting ON bench_log (id) WHERE pos IS NULL;
INSERT INTO bench_log (key, body)
SELECT 'c.' || md5(number::text) || '.1',
       '{{"id":"' || gen_random_uuid() || '","seq":' || number || ',"text":"{TEXT}"}}'
FROM generate_series(1, %s) number;
ANALYZE bench_log;
"""
MOVE = f"""
UPDATE bench_log log SET pos = %s + waiting.place
FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM bench_log WHERE pos IS NULL ORDER BY id LIMIT {BATCH}
) waiting
WHERE log.id = waiting.id RETURNING log.pos, key, body
"""


def run(cursor: Any, count: int) -> float:
    """Seconds until the last confirm."""
    state = {"pos": 0, "began": 0.0, "ended": 0.0}

    def on_confirm(frame: Any) -> None:
        if frame.method.delivery_tag >= count:
            state["ended"] = time.perf_counter()
            connection.close()

    def on_channel(channel: Any) -> None:
        channel.exchange_declare(EXCHANGE, "fanout")
        channel.confirm_delivery(on_confirm, callback=lambda _: begin(channel))

    def begin(channel: Any) -> None:
        state["began"] = time.perf_counter()
        step(channel)

    def step(channel: Any) -> None:
        cursor.execute(MOVE, [state["pos"]])
        rows = cursor.fetchall()
        state["pos"] += len(rows)
        for _, key, body in rows:
            channel.basic_publish(EXCHANGE, key, body.encode())
        if rows:
            connection.ioloop.call_later(0, lambda: step(channel))

    connection = pika.SelectConnection(
        pika.URLParameters(os.environ["BENCH_AMQP_URL"]),
        on_open_callback=lambda made: made.channel(on_open_callback=on_channel),
        on_close_callback=lambda made, _: made.ioloop.stop(),
    )
    connection.ioloop.start()
    return state["ended"] - state["began"]


def main(count: int) -> None:
    with closing(psycopg2.connect(os.environ["BENCH_DATABASE_URL"])) as database:
        database.autocommit = True
        cursor = database.cursor()
        cursor.execute(FILL, [count])
        print(json.dumps({"events/s": count / run(cursor, count)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
