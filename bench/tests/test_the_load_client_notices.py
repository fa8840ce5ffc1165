"""The load client against servers that misbehave: a checker that cannot fail proves nothing."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

SOURCE = Path(__file__).parent.parent / "load" / "sockets.c"
CONVERSATION = "0b8f6c3e-5f6e-4a57-9c50-0c4c7c9f1e2a"
USERS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"]

Deliver = Callable[[int], list[tuple[int, int]]]
"""How the n-th message is told: (pos, seq) of each frame that goes to everybody."""

pytestmark = pytest.mark.skipif(not shutil.which("gcc"), reason="the load client is compiled with gcc")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("load") / "sockets"
    subprocess.run(["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program, SOURCE], check=True)
    return program


@asynccontextmanager
async def gateway(deliver: Deliver) -> AsyncIterator[int]:
    """The part of Warren's protocol that the load client uses, with `deliver` for the events."""
    sockets: set[ServerConnection] = set()
    count = 0

    async def talk(socket: ServerConnection) -> None:
        nonlocal count
        async for text in socket:
            frame = json.loads(text)
            if frame["op"] == "hello":
                sockets.add(socket)
                await socket.send('{"id":0,"ok":{}}\n{"event":"live","pos":0}')
            elif frame["op"] == "message.send":
                count += 1
                await socket.send(json.dumps({"id": frame["id"], "ok": {}}, separators=(",", ":")))
                for pos, seq in deliver(count):
                    await tell(sockets, event(pos=pos, seq=seq, text=frame["data"]["text"]))

    async with serve(talk, "127.0.0.1", 0, compression=None) as server:
        yield next(iter(server.sockets)).getsockname()[1]


async def tell(sockets: set[ServerConnection], text: str) -> None:
    for socket in list(sockets):
        await socket.send(text)


def event(*, pos: int, seq: int, text: str) -> str:
    data = {"conversation_id": CONVERSATION, "seq": seq, "sender_id": USERS[0], "text": text}
    return json.dumps({"event": "message.sent", "pos": pos, "data": data}, separators=(",", ":"))


async def run(client: Path, folder: Path, deliver: Deliver) -> dict[str, Any]:
    hello = '{"id":0,"op":"hello","data":{}}'
    plan = folder / "plan"
    plan.write_text("".join(f"{user}\t{int(user == USERS[0])}\t{CONVERSATION}\t{hello}\n" for user in USERS))
    async with gateway(deliver) as port:
        command = [client, "chat", str(port), "/", plan, "0.3", "0", "5", "1"]
        process = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
    found: dict[str, Any] = json.loads(output.decode().splitlines()[-1])
    return found


async def test_it_finds_nothing_wrong_with_a_server_that_does_right(client: Path, tmp_path: Path) -> None:
    found = await run(client, tmp_path, lambda count: [(count, count)])
    assert found["acknowledged"] > 5
    assert {name: found[name] for name in ("lost", "gaps", "disorder", "errors", "repeats", "closed")} == {
        "lost": 0,
        "gaps": 0,
        "disorder": 0,
        "errors": 0,
        "repeats": 0,
        "closed": 0,
    }
    assert 0 < found["p50 ms"] < 1000


async def test_a_message_that_nobody_is_told_of_is_lost_to_both_sockets(client: Path, tmp_path: Path) -> None:
    found = await run(client, tmp_path, lambda count: [] if count == 3 else [(count, count)])
    assert found["lost"] == 2
    assert found["gaps"] == 2


async def test_a_message_out_of_its_order_is_noticed(client: Path, tmp_path: Path) -> None:
    found = await run(client, tmp_path, lambda count: [(count, 2 if count == 4 else count)])
    assert found["disorder"] == 2


async def test_a_position_that_comes_again_is_a_repeat_and_no_second_message(client: Path, tmp_path: Path) -> None:
    found = await run(client, tmp_path, lambda count: [(count, count)] * (2 if count == 2 else 1))
    assert found["repeats"] == 2
    assert (found["lost"], found["disorder"]) == (0, 0)
