"""The peer nameko: an RPC method called through the cluster proxy.

`python -m bench.programs.nameko_peer serve` or `call IN_FLIGHT SECONDS`.
"""

import warnings

warnings.simplefilter("ignore")
import eventlet  # noqa: E402

# psycopg2 stays as it is: it then blocks, so that no two green threads are ever inside the one connection they share.
eventlet.monkey_patch(psycopg=False)

import os  # noqa: E402
import sys  # noqa: E402
from types import SimpleNamespace  # noqa: E402
from typing import Any  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402
from nameko.rpc import rpc  # noqa: E402
from nameko.standalone.rpc import ClusterRpcProxy  # noqa: E402

from bench.programs import people  # noqa: E402
from bench.programs.drive import CLIENT_ID, CONVERSATION, TEXT, drive_in_rounds  # noqa: E402
from bench.programs.ready import say_ready  # noqa: E402

handlers: list[people.Lookup] = []


class People:
    name = "bench"

    @rpc
    def select(self, **_: str) -> dict[str, Any]:
        return handlers[0]()


def configuration() -> dict[str, Any]:
    return {"AMQP_URI": os.environ["BENCH_AMQP_URL"].replace("amqp://", "pyamqp://"), "max_workers": 64}


def share_connection() -> None:
    """One database connection for all calls, where Django would open one for every green thread, thus every call."""
    from django.db import connection, connections

    wrapper = connections[connection.alias]
    wrapper.inc_thread_sharing()
    connections._connections = SimpleNamespace(**{connection.alias: wrapper})


def serve() -> None:
    people.set_up()
    share_connection()
    handlers.append(people.Lookup())
    container = ServiceContainer(People, config=configuration())
    container.start()
    say_ready()
    container.wait()


def call(in_flight: int, seconds: float) -> None:
    arguments = {"conversation_id": CONVERSATION, "client_id": CLIENT_ID, "text": TEXT}
    with ClusterRpcProxy(configuration()) as cluster:

        def rounds(count: int) -> None:
            for answer in [cluster.bench.select.call_async(**arguments) for _ in range(count)]:
                answer.result()

        drive_in_rounds(rounds, in_flight=in_flight, seconds=seconds)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        call(int(sys.argv[2]), float(sys.argv[3]))
