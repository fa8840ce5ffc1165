"""Row 7: what a socket costs that only listens."""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import system, usage
from bench.lab import FOLDER, Lab, free_port, settle
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_most
from supervisor.processes import Child

WARM = 50
REST = 1.5
"""Seconds after which a process no longer allocates for what was opened or closed."""


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    count = 500 if lab.quick else 2000
    yield [
        Contender(name="bare Channels consumer", kind=Kind.LIMIT, sample=lambda: bare(lab, count)),
        Contender(name="Warren", kind=Kind.WARREN, sample=lambda: authenticated(lab, count)),
    ]


def bare(lab: Lab, count: int) -> Sample:
    port = free_port()
    command = [lab.python, "-m", "bench.programs.asgi_sockets", "channels", str(port)]
    plan = FOLDER / "plan-memory"
    with lab.running(command, name="asgi-channels", port=port) as server:
        plan.write_text("-\t0\t-\t-\n" * WARM)
        lab.run([lab.load_client, "open", str(port), "/", plan, "64", "finish"])
        plan.write_text("-\t0\t-\t-\n" * count)
        return grown(lab, server, port=port, path="/", plan=plan, count=count)


def authenticated(lab: Lab, count: int) -> Sample:
    """A process of its own for each run: memory that was used once is used again and would not show."""
    with system.running(lab) as warren:
        shape = [[(number + member) % count for member in range(5)] for number in range(count)]
        crowd = warren.crowd(users=count, conversations=shape)
        plan = crowd.plan(FOLDER / "plan-memory", sockets=range(WARM), checked=False)
        warren.open(plan, at_a_time=64)
        plan = crowd.plan(FOLDER / "plan-memory", checked=False)
        gateway = warren.roles["gateway"]
        return grown(lab, gateway, port=warren.port, path="/ws", plan=plan, count=count)


def grown(lab: Lab, server: Child, *, port: int, path: str, plan: Path, count: int) -> Sample:
    """How much larger the process is with all sockets of the plan open."""
    settle(REST)
    before = usage.resident_kib(server.pid)
    command: list[str | Path] = [lab.load_client, "open", str(port), path, plan, "64", "hold"]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        if not holder.stdout.readline():
            raise NotMeasured(f"the sockets could not be opened: {holder.communicate()[1][-400:].decode()}")
        settle(REST)
        after = usage.resident_kib(server.pid)
    finally:
        holder.kill()
        holder.wait()
    return {"KiB a socket": (after - before) / count, "process without, MiB": before / 1024}


ROW = Row(
    number=7,
    title="Memory of an idle, authenticated socket",
    note="Growth of the process's resident memory with 2,000 sockets open. Warren's belong to 2,000 users, each in "
    "five conversations of five; the limit accepts sockets in a Channels consumer that does nothing. Neither "
    "compresses.",
    start=start,
    budgets=[at_most(1.25, "KiB a socket", against=Kind.LIMIT)],
    repetitions=3,
)
