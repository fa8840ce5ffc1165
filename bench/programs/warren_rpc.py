"""Warren's bus with contracts of the benchmarks' own, for rows 1 to 3: server and client exactly as the roles use them.

`python -m bench.programs.warren_rpc serve noop|select` or `call noop|select IN_FLIGHT SECONDS`.
"""

import asyncio
import os
import sys
import uuid
from dataclasses import dataclass
from uuid import UUID

import pika
import uvloop

from bench.programs import people
from bench.programs.drive import CLIENT_ID, CONVERSATION, TEXT, drive
from bus.client import AsyncClient
from bus.envelope import Actor, Call, Client
from bus.server import Hosted, Server
from bus.service import Service
from config.notify import alive, ready
from contracts.base import Request, Safety, Text, operation

OWNER = ROLE = "bench"
EXCHANGE = f"rpc.{OWNER}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    id: int
    name: str
    email: str


@operation("bench.noop", owner=OWNER, safety=Safety.KEYED, callers=(ROLE,))
@dataclass(frozen=True, kw_only=True, slots=True)
class BenchNoop(Request[Answer]):
    conversation_id: UUID
    client_id: UUID
    text: Text


@operation("bench.select", owner=OWNER, safety=Safety.KEYED, callers=(ROLE,))
@dataclass(frozen=True, kw_only=True, slots=True)
class BenchSelect(Request[Person]):
    conversation_id: UUID
    client_id: UUID
    text: Text


def service_of(kind: str) -> Service:
    service = Service(OWNER)
    if kind == "noop":

        @service.rpc
        def bench_noop(request: BenchNoop, call: Call) -> Answer:  # noqa: ARG001
            return Answer(seq=1)
    else:
        look_up = people.Lookup()

        @service.rpc
        def bench_select(request: BenchSelect, call: Call) -> Person:  # noqa: ARG001
            return Person(**look_up())

    return service


def serve(kind: str) -> None:
    import django

    django.setup()
    from bus.middleware.database import guarded, limit_waits
    from bus.middleware.logging import logged
    from bus.middleware.timing import timed

    limit_waits()
    url = os.environ["BENCH_AMQP_URL"]
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        connection.channel().exchange_declare(EXCHANGE, "direct", durable=True)
    hosted = Hosted(service=service_of(kind), url=url, role=ROLE)
    Server([hosted], middleware=(timed, logged, guarded), on_ready=ready, on_alive=alive).run()


async def call(kind: str, in_flight: int, seconds: float) -> None:
    client = AsyncClient(os.environ["BENCH_AMQP_URL"], role=ROLE)
    await client.start()
    while not client.connected:  # noqa: ASYNC110  the client tells by a flag
        await asyncio.sleep(0.01)
    contract = BenchNoop if kind == "noop" else BenchSelect
    actor = Actor(user_id=uuid.uuid4(), session_id=uuid.uuid4())
    caller = Client(address="127.0.0.1", device="bench")

    async def ask() -> None:
        request = contract(conversation_id=UUID(CONVERSATION), client_id=UUID(CLIENT_ID), text=TEXT)
        envelope = Call(actor=actor, client=caller, request_id="0123456789abcdef")
        await client.call(request, call=envelope)

    await drive(ask, in_flight=in_flight, seconds=seconds)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        uvloop.run(call(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
