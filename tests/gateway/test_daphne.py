"""`serve gateway --server daphne`, and `runserver`, which is daphne's: the same journey works there too."""

import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest

from supervisor.ports import LOOPBACK, pick
from supervisor.processes import Child, spawn, wait_for
from tests.gateway.people import Human
from tests.live import ROOT, LiveSystem


@pytest.fixture(params=["serve", "runserver"])
def daphne(system: LiveSystem, request: pytest.FixtureRequest) -> Iterator[str]:
    (port,) = pick(1)
    environment = system.environment_of("gateway") | {"WARREN_PORT": str(port)}
    child = _start(system, environment, request.param)
    url = f"http://{LOOPBACK}:{port}"
    try:
        assert wait_for(lambda: _answers(url), seconds=30, pause=0.1), system.log_file("daphne").read_text()
        yield url
    finally:
        child.stop(grace=10)


def _start(system: LiveSystem, environment: dict[str, str], how: str) -> Child:
    arguments = {
        "serve": ["serve", "gateway", "--server", "daphne"],
        "runserver": ["runserver", "--noreload", f"{LOOPBACK}:{environment['WARREN_PORT']}"],
    }
    with system.log_file("daphne").open("ab") as output:
        command = [sys.executable, ROOT / "manage.py", *arguments[how]]
        return spawn(name="daphne", command=command, environment=environment, folder=ROOT, output=output.fileno())


def _answers(url: str) -> bool:
    import requests

    try:
        return requests.get(f"{url}/health/ready", timeout=2).status_code == 200
    except requests.exceptions.RequestException:
        return False


async def test_register_login_hello_send_and_receive(daphne: str) -> None:
    ann = Human.register(daphne, f"ann-{uuid4().hex[:10]}").again()
    bob = Human.register(daphne, f"bob-{uuid4().hex[:10]}")
    group = ann.group(bob)
    async with ann.socket() as here, bob.socket() as there:
        data = {"conversation_id": group, "client_id": str(uuid4()), "text": "by way of daphne"}
        assert "ok" in await here.ask("message.send", **data)
        await there.event("message.sent", text="by way of daphne")
