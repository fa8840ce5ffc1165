"""What rows 1 to 3 share: servers that answer requests, and callers of each."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.lab import Lab
from bench.model import Contender, Kind, NotMeasured, Sample
from bench.programs import people


@contextlib.contextmanager
def limit_and_warren(lab: Lab, *, handler: str, in_flight: int) -> Iterator[Sequence[Contender]]:
    """Plain pika, and Warren's bus, each with a server process that runs `handler` (`noop` or `select`)."""
    places = environment(lab)
    with (
        lab.serving("bare_rpc", "serve", handler, environment=places),
        lab.serving("warren_rpc", "serve", handler, environment=places),
    ):

        def caller(program: str) -> Callable[[], Sample]:
            return lambda: lab.measure(program, "call", handler, in_flight, lab.seconds, environment=places)

        yield [
            Contender(name="plain pika on uvloop", kind=Kind.LIMIT, sample=caller("bare_rpc")),
            Contender(name="Warren's bus", kind=Kind.WARREN, sample=caller("warren_rpc")),
        ]


@contextlib.contextmanager
def peers(lab: Lab, *, in_flight: int) -> Iterator[Sequence[Contender]]:
    """Celery in its two usual pools, and nameko, all with the handler `select`."""
    served: dict[str, tuple[str, list[object]]] = {
        "nameko": ("nameko_peer", ["serve"]),
        "Celery, prefork pool of 2": ("celery_peer", ["worker", "prefork", 2]),
        "Celery, one thread": ("celery_peer", ["worker", "threads", 1]),
    }
    with contextlib.ExitStack() as stack:
        yield [_peer(lab, stack, name, program, how, in_flight) for name, (program, how) in served.items()]


def create_people(lab: Lab) -> None:
    """The table that the handler `select` reads."""
    with lab.database() as cursor:
        people.create(cursor)


def environment(lab: Lab) -> dict[str, str]:
    return {
        "BENCH_AMQP_URL": lab.amqp_url,
        "BENCH_DATABASE_URL": lab.instances.database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WARREN_DATABASE_URL": lab.instances.database_url,
    }


def _peer(
    lab: Lab, stack: contextlib.ExitStack, name: str, program: str, how: list[object], in_flight: int
) -> Contender:
    # Each has queues of its own name space, so that two pools of Celery do not share tasks.
    places: Mapping[str, str] = environment(lab) | {"BENCH_QUEUE": "".join(filter(str.isalnum, name)).lower()}
    try:
        python = lab.peers_python
        stack.enter_context(lab.serving(program, *how, python=python, environment=places))
    except NotMeasured as reason:
        return Contender(name=name, kind=Kind.PEER, absent=str(reason))

    def sample() -> Sample:
        return lab.measure(program, "call", in_flight, lab.seconds, python=python, environment=places)

    return Contender(name=name, kind=Kind.PEER, sample=sample)
