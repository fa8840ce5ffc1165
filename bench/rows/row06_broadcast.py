"""Row 6: one event to a thousand sockets on one gateway."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import system
from bench.lab import FOLDER, Lab, free_port
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least, at_most
from bench.publishing import Relay
from bench.system import Crowd, System

SOCKETS = 1000
ROUNDS, BURSTS, BURST = 12, 3, 20
NO_RELAY = tuple(role for role in system.CORE if role != "relay")


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    plan = FOLDER / "plan-bare"
    plan.write_text("-\t0\t-\t-\n" * SOCKETS)
    with contextlib.ExitStack() as stack:
        warren = stack.enter_context(system.running(lab, roles=NO_RELAY))
        relay = stack.enter_context(Relay.connected(lab))
        yield [
            bare(lab, stack, "loop", plan, name="bare ASGI send loop", kind=Kind.LIMIT),
            Contender(name="Warren", kind=Kind.WARREN, sample=lambda: through_gateway(lab, warren, relay)),
            bare(lab, stack, "memory", plan, name="Channels, in-memory layer", kind=Kind.PEER),
            *redis_peers(lab, stack, plan),
        ]


def bare(
    lab: Lab, stack: contextlib.ExitStack, application: str, plan: Path, *, name: str, kind: Kind, **how: object
) -> Contender:
    """A server that answers a trigger from one of its own sockets."""
    port = free_port()
    command = [str(how.get("python", lab.python)), "-m", "bench.programs.asgi_sockets", application, str(port)]
    environment = how.get("environment", {})
    assert isinstance(environment, Mapping)
    stack.enter_context(lab.running(command, name=f"asgi-{application}", environment=environment, port=port))

    def run(rounds: int, burst: int) -> Sample:
        return lab.run([lab.load_client, "broadcast", str(port), "/", plan, str(rounds), str(burst), "self"])

    return Contender(name=name, kind=kind, sample=lambda: single_and_burst(run, lab))


def redis_peers(lab: Lab, stack: contextlib.ExitStack, plan: Path) -> Iterator[Contender]:
    """channels_redis in both of its forms, on a Redis of our own."""
    names = {"pubsub": "channels_redis, pub/sub layer", "core": "channels_redis, core layer"}
    try:
        python, url = lab.peers_python, stack.enter_context(redis_running(lab))
    except NotMeasured as reason:
        yield from (Contender(name=name, kind=Kind.PEER, absent=str(reason)) for name in names.values())
        return
    for layer, name in names.items():
        yield bare(
            lab, stack, layer, plan, name=name, kind=Kind.PEER, python=python, environment={"BENCH_REDIS_URL": url}
        )


@contextlib.contextmanager
def redis_running(lab: Lab) -> Iterator[str]:
    port = free_port()
    program, environment = lab.redis
    command: list[str | Path] = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with lab.running(command, name="redis", environment=environment, port=port):
        yield f"redis://127.0.0.1:{port}/0"


def through_gateway(lab: Lab, warren: System, relay: Relay) -> Sample:
    """The measurement takes the relay's part: it publishes finished frames to the fanout exchange."""
    crowd = warren.crowd(users=SOCKETS, conversations=[range(SOCKETS)])
    plan = crowd.plan(FOLDER / "plan-broadcast")
    return single_and_burst(lambda rounds, burst: triggered(lab, warren, relay, crowd, plan, rounds, burst), lab)


def triggered(lab: Lab, warren: System, relay: Relay, crowd: Crowd, plan: Path, rounds: int, burst: int) -> Sample:
    """Run the load client, and publish a burst whenever it asks for one."""
    command = warren.client("broadcast", plan, rounds, burst, "caller")
    return lab.converse(command, lambda _: relay.publish(conversation_id=crowd.conversations[0], count=burst))


def single_and_burst(run: Callable[[int, int], Sample], lab: Lab) -> Sample:
    rounds = ROUNDS // 2 if lab.quick else ROUNDS
    single, burst = run(rounds, 1), run(BURSTS, BURST)
    return {
        "deliveries/s": single["deliveries/s"],
        "last p50 ms": single["last p50 ms"],
        "first p50 ms": single["first p50 ms"],
        "burst deliveries/s": burst["deliveries/s"],
        "closed": single["closed"] + burst["closed"],
    }


ROW = Row(
    number=6,
    title="One event to 1,000 sockets on one gateway",
    note="From the event's publication to its reading on the last socket: alone, and in bursts of 20. Warren's way "
    "goes through RabbitMQ's fanout exchange, the dense position, the audience and each socket's window; the limit "
    "sends a ready frame to a set of sockets in the process that made it. All run on uvicorn with the same options.",
    start=start,
    budgets=[
        at_least(0.7, "deliveries/s", against=Kind.LIMIT),
        at_least(0.7, "burst deliveries/s", against=Kind.LIMIT),
        at_least(7, "deliveries/s", against=Kind.PEER),
        at_least(7, "burst deliveries/s", against=Kind.PEER),
        at_most(0, "closed", worst=True),
    ],
    repetitions=3,
)
