"""Where rows run: private servers, programs as child processes, the load client, the peers' environment."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType

import psycopg2
import psycopg2.extensions

from bench.model import NotMeasured, Sample
from supervisor import debian, wheels
from supervisor.cache import ROOT, cache_folder
from supervisor.faults import SetupFault
from supervisor.instances import Instances, default_permissions
from supervisor.ports import LOOPBACK, answers, pick
from supervisor.processes import Child, spawn, wait_for
from supervisor.rabbitmq import Permission

FOLDER = ROOT / ".local" / "bench"
PEERS = ROOT / ".venv-peers"
LIMIT_DATABASE = "bench_limit"
SAMPLE_LIMIT = 120
"""Seconds that one sample may take before it is given up."""
BENCH = "bench"
"""The broker's user for limits and peers, and the virtual host that is theirs alone."""


class Everything:
    """Permission to do anything: limits and peers declare what they like."""

    configure = write = read = ".*"


class Lab:
    """Holds the servers for a whole run. `quick` halves the time of each sample."""

    def __init__(self, *, quick: bool, repetitions: int = 0, peers: bool = True) -> None:
        self.python = sys.executable
        self.quick = quick
        self.repetitions = repetitions
        self.seconds = 1.0 if quick else 2.0
        self._peers = peers
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.logs = FOLDER / "log"
        self.logs.mkdir(exist_ok=True)
        permissions: dict[str, Permission] = {**default_permissions(), BENCH: Everything()}
        self.instances = Instances(FOLDER, vhosts=("warren", BENCH), permissions=permissions, may_create_databases=True)

    def __enter__(self) -> "Lab":
        self.instances.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.instances.stop()

    @property
    def amqp_url(self) -> str:
        """For limits and peers, and for Warren's bus when it carries only contracts of the benchmarks."""
        return self.instances.amqp_url(BENCH, vhost=BENCH)

    def servers(self) -> dict[str, Child]:
        """PostgreSQL and RabbitMQ as processes."""
        both = {"postgres": self.instances.postgres, "rabbitmq": self.instances.rabbitmq}
        return {name: server.child for name, server in both.items() if server and server.child}

    @property
    def limit_database_url(self) -> str:
        """Of a second database with Warren's tables and nothing of Warren at work in it: see `limit_database`."""
        return f"{self.instances.database_url.rpartition('/')[0]}/{LIMIT_DATABASE}"

    @cached_property
    def limit_database(self) -> str:
        """The URL of the second database, made and migrated at first use."""
        with self.database() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {LIMIT_DATABASE}")
            cursor.execute(f"CREATE DATABASE {LIMIT_DATABASE}")
        environment = {"WARREN_DATABASE_URL": self.limit_database_url, "WARREN_SECRET_KEY": "bench"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env={**base_environment(), **environment}, check=True)
        return self.limit_database_url

    @contextlib.contextmanager
    def database(self, url: str = "") -> Iterator[psycopg2.extensions.cursor]:
        """A cursor whose statements commit one by one."""
        with contextlib.closing(psycopg2.connect(url or self.instances.database_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    @cached_property
    def load_client(self) -> Path:
        """The compiled load client; built anew when its source is newer."""
        source, program = Path(__file__).with_name("load") / "sockets.c", FOLDER / "sockets"
        if not shutil.which("gcc"):
            raise NotMeasured("the load client needs a C compiler: sudo apt-get install gcc libc6-dev")
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["gcc", "-O2", "-o", program, source], check=True)
        return program

    @cached_property
    def peers_python(self) -> str:
        """The interpreter of the peers' environment, made at first use from `requirements/bench.txt`."""
        if not self._peers:
            raise NotMeasured("peers were left out (--no-peers)")
        python = PEERS / "bin" / "python"
        wanted = (ROOT / "requirements" / "bench.txt").read_text()
        done = PEERS / "bench.txt"
        if not done.exists() or done.read_text() != wanted:
            self._install_peers(python)
            done.write_text(wanted)
        return str(python)

    def _install_peers(self, python: Path) -> None:
        print("   installing the peers into .venv-peers ...", flush=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", PEERS], check=True)
            wheels.install(name="bench", python=python, cache=cache_folder())
        except (SetupFault, subprocess.CalledProcessError) as fault:
            raise NotMeasured(f"the peers could not be installed: {fault}") from None

    @cached_property
    def redis(self) -> tuple[Path, Mapping[str, str]]:
        """Debian's Redis server and the environment that it runs in; unpacked, not installed, where it is missing."""
        installed = shutil.which("redis-server")
        if installed:
            return Path(installed), os.environ
        try:
            place = debian.unpack(["redis-server"], place=cache_folder() / "redis", only=["redis-*"])
        except SetupFault as fault:
            raise NotMeasured(f"there is no Redis here: {fault}") from None
        return place / "usr/bin/redis-server", os.environ | {"LD_LIBRARY_PATH": debian.library_path(place)}

    def measure(
        self,
        program: str,
        *arguments: object,
        python: str = sys.executable,
        environment: Mapping[str, str] = {},
        told: str = "",
    ) -> Sample:
        """Run `bench.programs.PROGRAM` to its end; the last line it prints is the sample."""
        command = [python, "-m", f"bench.programs.{program}", *map(str, arguments)]
        return self.run(command, environment=environment, told=told)

    def run(self, command: Sequence[str | Path], *, environment: Mapping[str, str] = {}, told: str = "") -> Sample:
        """Run a command to its end, with `told` as its input; the last line it prints is the sample, as JSON."""
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**base_environment(), **environment},
                input=told,
                capture_output=True,
                text=True,
                timeout=SAMPLE_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"{command[0]} did not end within {SAMPLE_LIMIT} s") from None
        if done.returncode or not done.stdout.strip():
            raise NotMeasured(f"{' '.join(map(str, command))}: {done.stderr[-600:].strip() or 'said nothing'}")
        return self.parse(done.stdout.strip().splitlines()[-1])

    @staticmethod
    def parse(line: str) -> Sample:
        """What a program printed at its end."""
        sample: dict[str, float] = json.loads(line)
        return sample

    def converse(self, command: Sequence[str | Path], on_line: Callable[[str], None]) -> Sample:
        """As `run`, for a command that says when it wants something: `on_line` hears every line but the last."""
        talker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert talker.stdout is not None
            for line in talker.stdout:
                if line.startswith("{"):
                    return self.parse(line)
                on_line(line.strip())
            _, errors = talker.communicate(timeout=10)
            raise NotMeasured(f"{command[0]} gave up: {errors[-600:].strip()}")
        finally:
            talker.kill()
            talker.communicate()

    @contextlib.contextmanager
    def serving(
        self, program: str, *arguments: object, python: str = sys.executable, environment: Mapping[str, str] = {}
    ) -> Iterator[Child]:
        """Run `bench.programs.PROGRAM` until the end of the block; begins when it has said that it is ready."""
        command = [python, "-m", f"bench.programs.{program}", *map(str, arguments)]
        with self.running(command, name=program, environment=environment) as child:
            yield child

    @contextlib.contextmanager
    def running(
        self, command: Sequence[str | Path], *, name: str, environment: Mapping[str, str] = {}, port: int = 0
    ) -> Iterator[Child]:
        """Run a command until the end of the block; it is ready when it says so (sd_notify) or listens on `port`."""
        with self._notifications() as (inbox, address):
            told = {**environment, "NOTIFY_SOCKET": address}
            with self.started(command, name=name, environment=told) as child:
                ready = (lambda: answers(port)) if port else (lambda: said_ready(inbox))
                if not wait_for(lambda: ready() or not child.running, seconds=60) or not child.running:
                    raise NotMeasured(f"{name} did not start; see {self.logs}/{name}.log")
                yield child

    @contextlib.contextmanager
    def started(
        self, command: Sequence[str | Path], *, name: str, environment: Mapping[str, str] = {}, grace: float = 10
    ) -> Iterator[Child]:
        """Run a command until the end of the block; does not wait for it to be ready."""
        child = self._spawn(command, name=name, environment=environment)
        try:
            yield child
        finally:
            child.stop(grace=grace)

    @contextlib.contextmanager
    def _notifications(self) -> Iterator[tuple[socket.socket, str]]:
        with tempfile.TemporaryDirectory(prefix="warren-bench-") as folder:
            address = f"{folder}/notify"
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
                inbox.bind(address)
                inbox.setblocking(False)
                yield inbox, address

    def _spawn(self, command: Sequence[str | Path], *, name: str, environment: Mapping[str, str]) -> Child:
        with (self.logs / f"{name}.log").open("ab") as output:
            return spawn(
                name=name,
                command=command,
                environment={**base_environment(), **environment},
                folder=ROOT,
                output=output,
            )


def base_environment() -> dict[str, str]:
    """The caller's environment without Warren's own settings: each program gets exactly those that it needs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WARREN_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def said_ready(inbox: socket.socket) -> bool:
    """Whether READY=1 has come (sd_notify(3))."""
    try:
        return b"READY=1" in inbox.recv(4096).split(b"\n")
    except BlockingIOError:
        return False


def free_port() -> int:
    return pick(1)[0]


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    """Raises NotMeasured when nothing listens in time."""
    if not wait_for(lambda: answers(port), seconds=seconds):
        raise NotMeasured(f"nothing listens on {LOOPBACK}:{port}")


def settle(seconds: float) -> None:
    """Let the machine come to rest before something is measured."""
    time.sleep(seconds)
