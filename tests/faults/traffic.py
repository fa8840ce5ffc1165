"""Twenty people who talk in overlapping groups, and a fault in the middle of it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg2

from tests.faults.api import Account, create_group, register
from tests.faults.client import Client
from tests.faults.history import History, Stored, violations
from tests.live import LiveSystem

PEOPLE = 20
GROUPS = 8
GROUP_SIZE = 5
CONVERGE_SECONDS = 5.0
_number = itertools.count()


@dataclass(kw_only=True)
class Stage:
    """Accounts and who is in which conversation; made anew for each fault, so that books start empty."""

    accounts: list[Account]
    members: dict[UUID, list[Account]]


def set_stage(system: LiveSystem) -> Stage:
    base = system.url(system.gateways[0])
    run = next(_number)
    accounts = [register(base, f"r{run}.{time.time_ns() % 10**9}.{n}") for n in range(PEOPLE)]
    members: dict[UUID, list[Account]] = {}
    for n in range(GROUPS):
        crew = [accounts[(n * 3 + k) % PEOPLE] for k in range(GROUP_SIZE)]
        members[create_group(base, crew[0], f"Group {n}", crew[1:])] = crew
    return Stage(accounts=accounts, members=members)


@dataclass(kw_only=True)
class Traffic:
    """Clients that send until told to stop, each in turn to its conversations."""

    clients: list[Client]
    histories: list[History]
    stopping: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def acknowledged(self) -> int:
        return sum(len(history.acknowledged) for history in self.histories)

    async def until_acknowledged(self, more: int, *, seconds: float = 60) -> None:
        """Wait until so many further sends were acknowledged: the system works, or works again."""
        goal = self.acknowledged() + more
        await eventually(lambda: self.acknowledged() >= goal, seconds=seconds, what=f"{more} more acknowledged sends")


async def eventually(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def traffic(system: LiveSystem, stage: Stage) -> AsyncIterator[Traffic]:
    """Connect everybody, begin to talk; stop talking and disconnect at the end."""
    addresses = [system.socket_url(name) for name in system.gateways]
    histories, clients = [], []
    for number, account in enumerate(stage.accounts):
        heard = frozenset(c for c, crew in stage.members.items() if account in crew)
        history = History(user_id=account.user_id, conversations=heard)
        order = addresses[number % len(addresses) :] + addresses[: number % len(addresses)]
        clients.append(Client(addresses=order, token=lambda token=account.token: token, history=history))
        histories.append(history)
    run = Traffic(clients=clients, histories=histories)
    connections = [asyncio.create_task(client.run()) for client in clients]
    try:
        for client in clients:
            await asyncio.wait_for(client.live.wait(), 30)
        run.tasks = [asyncio.create_task(_talk(run, client)) for client in clients if client.history.conversations]
        yield run
    finally:
        run.stopping = True
        await asyncio.gather(*(client.stop() for client in clients), return_exceptions=True)
        for task in [*run.tasks, *connections]:
            task.cancel()
        await asyncio.gather(*run.tasks, *connections, return_exceptions=True)


async def _talk(run: Traffic, client: Client) -> None:
    for number, conversation_id in enumerate(itertools.cycle(sorted(client.history.conversations, key=str))):
        if run.stopping:
            return
        await client.send_until_acknowledged(conversation_id, f"message {number}")


async def stop_and_converge(system: LiveSystem, run: Traffic) -> list[str]:
    """Let every send in flight be acknowledged, then give the clients 5 s to see all that is stored."""
    run.stopping = True
    await asyncio.wait_for(asyncio.gather(*run.tasks), 60)
    conversations = {c for history in run.histories for c in history.conversations}
    stored = read_stored(system, conversations)
    with contextlib.suppress(AssertionError):  # the caller says what is missing
        await eventually(lambda: not violations(run.histories, stored), seconds=CONVERGE_SECONDS, what="convergence")
    return violations(run.histories, stored)


def read_stored(system: LiveSystem, conversations: set[UUID]) -> list[Stored]:
    with psycopg2.connect(system.instances.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select conversation_id::text, seq, id::text, client_id::text, sender_id::text from messageservice_message"
            " where conversation_id = any(%s::uuid[])",
            ([str(conversation_id) for conversation_id in conversations],),
        )
        rows: Iterator[tuple[str, int, str, str, str]] = iter(cursor.fetchall())
        stored = [
            Stored(
                conversation_id=UUID(conversation),
                seq=seq,
                message_id=UUID(message),
                client_id=UUID(client),
                sender_id=UUID(sender),
            )
            for conversation, seq, message, client, sender in rows
        ]
    connection.close()
    return stored
