"""Row 8: how fast sockets come up, and come back after a restart."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import system
from bench.lab import FOLDER, Lab, free_port
from bench.model import Contender, Kind, Row, Sample, at_least, at_most
from bench.system import System
from supervisor.roles import GATEWAY

AT_A_TIME = 64
MISSED_SECONDS = 1.0
RETURNING = 5000


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    count = 500 if lab.quick else 2000
    port = free_port()
    command = [lab.python, "-m", "bench.programs.asgi_sockets", "accept", str(port)]
    bare = FOLDER / "plan-accept"
    bare.write_text("-\t0\t-\t-\n" * count)
    with (
        lab.running(command, name="asgi-accept", port=port),
        system.running(lab, roles=[role for role in system.CORE if role != "gateway"]) as warren,
    ):

        def accepts() -> Sample:
            sample = lab.run([lab.load_client, "open", str(port), "/", bare, str(AT_A_TIME), "finish"])
            return {"live/s": sample["opened/s"]}

        yield [
            Contender(name="bare accepts", kind=Kind.LIMIT, sample=accepts),
            Contender(name="Warren", kind=Kind.WARREN, sample=lambda: hello_and_return(lab, warren, count)),
        ]


def hello_and_return(lab: Lab, warren: System, count: int) -> Sample:
    """First strangers, then thousands who resume at a gateway that has just started and remembers nothing."""
    shape = [[(number + member) % RETURNING for member in range(5)] for number in range(RETURNING)]
    crowd = warren.crowd(users=RETURNING, conversations=shape)
    epoch, pos = head(lab)
    with system.role_running(warren, GATEWAY):
        fresh = warren.open(crowd.plan(FOLDER / "plan-hello", sockets=range(count), checked=False), at_a_time=AT_A_TIME)
        talk = crowd.plan(FOLDER / "plan-talk", sockets=range(40), senders=range(4))
        missed = warren.chat(talk, seconds=MISSED_SECONDS, warm=0.1, think_ms=5)
    with system.role_running(warren, GATEWAY):
        plan = crowd.plan(FOLDER / "plan-return", checked=False, resume={"epoch": epoch, "pos": pos})
        back = warren.open(plan, at_a_time=4 * AT_A_TIME)
    return {
        "live/s": fresh["opened/s"],
        "p50 ms": fresh["p50 ms"],
        "5,000 resumed, s": back["seconds"],
        "events replayed": back["events"],
        "events missed": missed["acknowledged"],
        "failed": fresh["failed"] + back["failed"],
    }


def head(lab: Lab) -> tuple[str, int]:
    with lab.database() as cursor:
        cursor.execute("SELECT eventlog_epoch(), pos FROM eventlog_relay_state")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0]), int(row[1])


ROW = Row(
    number=8,
    title="From connect to live, one gateway",
    note="64 sockets at a time connect, say hello with a token that was never seen before and wait until they are "
    "live; the limit only accepts. Then the gateway is restarted and 5,000 sockets of 5,000 users come back and "
    "resume behind a position some hundred events ago, 256 at a time.",
    start=start,
    budgets=[
        at_least(0.3, "live/s", against=Kind.LIMIT),
        at_most(20, "5,000 resumed, s"),
        at_most(0, "failed", worst=True),
    ],
    repetitions=3,
    quick_repetitions=1,
)
