"""A real PostgreSQL and a real RabbitMQ for every test that asks, shared by the parallel workers of a run.

- `db`, `transactional_db` and the mark `django_db` (pytest-django's): the worker's own database, `warren_test_gwN`.
- `broker`: the worker's own virtual host with the topology in it; `broker.url("gateway")` is a role's URL.
- `database_url`: for processes; together with `transactional_db`, which empties the tables afterwards.
- `run_service(service, role="userservice")`: its handlers in a thread, behind the real broker, ready.
- `serve("userservice", "messageservice")`: `manage.py serve` as a process, ready; `.kill()`, `.stop()`, `.log()`.
- `rpc`: an `AsyncClient` as the gateway. `eventually(condition)`: wait for a condition instead of sleeping.
"""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations

from bus.client import AsyncClient
from bus.declare import declare
from bus.server import Hosted, Server
from bus.service import Service
from config.settings import database as database_settings

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-these-tests"
START_SECONDS = 120.0
WAIT_SECONDS = 10.0
KEPT = {"django_content_type", "auth_permission", "django_migrations"}
"""Tables that tests do not change."""


def eventually(condition: Callable[[], Any], *, seconds: float = WAIT_SECONDS, pause: float = 0.01) -> Any:
    """The condition's first true value; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"Not within {seconds} s: {getattr(condition, '__name__', condition)}"
        time.sleep(pause)
    return value


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Where the run's servers are, as this worker sees them."""

    database_url: str
    amqp: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Broker:
    """This worker's virtual host."""

    urls: Mapping[str, str]

    def url(self, role: str) -> str:
        return self.urls[role]


_RUN = pytest.StashKey[tuple[Path, int, str, list[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that a test writes may end up in `.local`, and no secret of the machine's may be used."""
    config.stash[_RUN] = run = _run_of(config)
    settings.SECRET_KEY = SECRET
    settings.SPOOL = run[0] / "spool"
    settings.STORAGE_URL = f"file://{run[0] / 'storage'}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The keeper removes the folder once it has stopped the servers; without one it is ours to remove."""
    folder = config.stash[_RUN][0]
    if not (folder / "keeper.log").exists():
        shutil.rmtree(folder, ignore_errors=True)


def _run_of(config: pytest.Config) -> tuple[Path, int, str, list[str]]:
    """Folder of the run, process whose end is the run's end, this worker's name, everybody's."""
    worker = getattr(config, "workerinput", None)
    if worker is None:
        return Path(tempfile.gettempdir()) / f"warren-test-{os.getpid()}", os.getpid(), "main", ["main"]
    folder = Path(tempfile.gettempdir()) / f"warren-test-{worker['testrunuid']}"
    workers = [f"gw{number}" for number in range(worker["workercount"])]
    return folder, os.getppid(), worker["workerid"], workers


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """Start the run's servers, or wait until another worker has."""
    folder, pid, worker, workers = request.config.stash[_RUN]
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # the servers run under accounts of their own
    with _locked(folder.with_suffix(".lock")):
        if not (folder / "urls.json").exists():
            _start_keeper(folder, pid, [f"test_{name}" for name in workers])
    found = json.loads((folder / "urls.json").read_text())
    return Servers(database_url=found["database"], amqp=found["amqp"][f"test_{worker}"])


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        file.unlink(missing_ok=True)


def _start_keeper(folder: Path, pid: int, vhosts: list[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.keeper", str(folder), str(pid), *vhosts],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    eventually(lambda: any((folder / name).exists() for name in ("urls.json", "failed.txt")), seconds=START_SECONDS)
    if (folder / "failed.txt").exists():
        pytest.exit((folder / "failed.txt").read_text(), returncode=3)


# ---- the database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers, request: pytest.FixtureRequest) -> None:
    """Point Django at the run's server, before pytest-django makes this worker's database there."""
    worker = request.config.stash[_RUN][2]
    wanted = database_settings(servers.database_url) | {"TEST": {"NAME": f"warren_test_{worker}"}}
    configured = connections.configure_settings({"default": wanted})["default"]
    settings.DATABASES["default"] = configured
    connections.settings["default"] = configured
    if hasattr(connections._connections, "default"):
        del connections["default"]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The server goes away with the run; dropping would wait for every last connection."""
    return True


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """`transactional_db` empties every table and makes permissions and content types anew, after each test.

    Here only what has rows is emptied, and those two stay: a third of the time of most tests with a database.
    """
    whole = DatabaseOperations.sql_flush

    def only_filled(
        self: DatabaseOperations, style: Any, tables: Any, *, reset_sequences: bool = False, **_: Any
    ) -> list[str]:
        names = [name for name in tables if name not in KEPT]
        look = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {self.quote_name(name)})" for name in names
        )
        with self.connection.cursor() as cursor:
            cursor.execute(look)
            filled = [name for (name,) in cursor.fetchall()]
        return whole(self, style, filled, reset_sequences=reset_sequences, allow_cascade=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", only_filled)
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_, **__: None)
        yield


@pytest.fixture(scope="session")
def database_url(servers: Servers, django_db_setup: None, request: pytest.FixtureRequest) -> str:
    """URL of this worker's database, with all tables."""
    return servers.database_url.rpartition("/")[0] + f"/warren_test_{request.config.stash[_RUN][2]}"


# ---- the broker


@pytest.fixture(scope="session")
def broker(servers: Servers) -> Broker:
    """This worker's virtual host, with everything that the roles share."""
    declare(servers.amqp["topology"])
    return Broker(urls=servers.amqp)


@pytest_asyncio.fixture
async def rpc(broker: Broker):
    """A connected client with the gateway's rights."""
    client = AsyncClient(broker.url("gateway"))
    await client.start()
    await until(lambda: client.connected)
    yield client
    await client.close()


async def until(condition: Callable[[], Any], *, seconds: float = WAIT_SECONDS) -> Any:
    """`eventually` for coroutines: lets the loop turn meanwhile."""
    import asyncio

    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"Not within {seconds} s: {getattr(condition, '__name__', condition)}"
        await asyncio.sleep(0.005)
    return value


# ---- services


@dataclass(kw_only=True)
class RunningService:
    """A server in a thread of the test."""

    server: Server
    thread: threading.Thread
    woken: list[bool] = field(default_factory=list)

    def stop(self) -> None:
        """As SIGTERM does: drain and end."""
        if self.thread.is_alive():
            self.server.stop()
            self.thread.join(30)
            assert not self.thread.is_alive(), "The server did not drain."


@pytest.fixture
def run_service(broker: Broker) -> Iterator[Callable[..., RunningService]]:
    running: list[RunningService] = []

    def run(service: Service, *, role: str, **options: Any) -> RunningService:
        ready = threading.Event()
        hosted = [Hosted(service=service, url=broker.url(role), role=role)]
        server = Server(hosted, on_ready=ready.set, **options)
        thread = threading.Thread(target=_run_and_disconnect, args=(server,), name=f"service {role}")
        running.append(RunningService(server=server, thread=thread))
        thread.start()
        assert ready.wait(WAIT_SECONDS), f"{role} is not ready after {WAIT_SECONDS} s."
        return running[-1]

    yield run
    for one in running:
        one.stop()


def _run_and_disconnect(server: Server) -> None:
    try:
        server.run()
    finally:
        connections.close_all()


@dataclass(kw_only=True)
class Process:
    """`manage.py serve` as a child, told ready by sd_notify."""

    popen: subprocess.Popen[bytes]
    log_file: Path
    listener: socket.socket

    @property
    def pid(self) -> int:
        return self.popen.pid

    def wait_ready(self, seconds: float = 30) -> None:
        eventually(self._heard_ready, seconds=seconds)

    def kill(self) -> None:
        """`kill -9`; returns when it is gone."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM; the exit code."""
        self.popen.terminate()
        return self.popen.wait(seconds)

    def end(self) -> None:
        """Kill it if it still runs, and let go of it."""
        if self.popen.poll() is None:
            self.kill()
        self.listener.close()

    def log(self) -> str:
        return self.log_file.read_text()

    def _heard_ready(self) -> bool:
        assert self.popen.poll() is None, f"It ended before it was ready:\n{self.log()}"
        try:
            return b"READY=1" in self.listener.recv(4096)
        except BlockingIOError:
            return False


@pytest.fixture
def serve(broker: Broker, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start `manage.py serve ROLE ...`; with the database where the test uses one, and variables of the test's own."""
    started: list[Process] = []

    def start(*roles: str, wait: bool = True, **variables: str) -> Process:
        environment = _environment(broker, tmp_path) | variables
        if "database_url" not in variables and {"db", "transactional_db"} & set(request.fixturenames):
            environment["WARREN_DATABASE_URL"] = request.getfixturevalue("database_url")
        started.append(
            start_process([sys.executable, "manage.py", "serve", *roles], environment, tmp_path, len(started))
        )
        if wait:
            started[-1].wait_ready()
        return started[-1]

    yield start
    for process in started:
        process.end()


def start_process(command: list[str], environment: Mapping[str, str], folder: Path, number: int) -> Process:
    """Start `command` with PATH, `environment` and a socket on which it says that it is ready."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    listener.bind(str(folder / f"notify{number}"))
    log_file = folder / f"process{number}.log"
    with log_file.open("wb") as output:
        popen = subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment, "NOTIFY_SOCKET": str(folder / f"notify{number}")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Process(popen=popen, log_file=log_file, listener=listener)


def _environment(broker: Broker, folder: Path) -> dict[str, str]:
    """What a child sees of ours."""
    return {
        "PYTHONUNBUFFERED": "1",
        "WARREN_SECRET_KEY": SECRET,
        "WARREN_SPOOL": str(folder / "spool"),
        "WARREN_STORAGE_URL": f"file://{folder / 'storage'}",
        **{f"WARREN_AMQP_URL_{role.upper()}": url for role, url in broker.urls.items()},
    }
