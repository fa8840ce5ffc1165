"""The whole system as child processes of a test: every role, a database and a broker of its own, each of them killable.

The supervisor of `bin/up` is tested elsewhere; here the test itself plays it, so that it decides who dies when.
"""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bus.topology import PERMISSIONS
from supervisor.instances import Instances
from supervisor.ports import LOOPBACK, remembered
from supervisor.processes import Child, spawn, wait_for

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
SERVICES = ("userservice", "messageservice", "jobs", "eventlog")
GENEROUS = {
    "WARREN_LOGINS_PER_MINUTE": "100000",
    "WARREN_REQUESTS_PER_MINUTE": "10000000",
    "WARREN_MAX_SOCKETS_PER_ADDRESS": "10000",
    "WARREN_LOG_LEVEL": "INFO",
}
"""Limits that one test machine would run into at once; tests of the limits set their own."""


@dataclass(kw_only=True)
class LiveSystem:
    """`processes`: name → the roles it serves. A name that begins with `gateway` gets a port of its own."""

    folder: Path
    processes: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {
            "gateway": ["gateway"],
            "services": SERVICES,
            "relay": ["relay"],
            "admin": ["admin"],
        }
    )
    environment: Mapping[str, str] = field(default_factory=dict)
    durable: bool = False
    children: dict[str, Child] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.instances = Instances(self.folder / "servers", durable=self.durable)
        names = [name for name in self.processes if name.startswith("gateway")]
        self.ports = remembered(self.folder / "ports.json", [*names, "admin"])

    def start(self) -> "LiveSystem":
        """Everything from nothing to ready; raises AssertionError with the log's tail where a role does not come up."""
        try:
            self.instances.start()
            self.manage("topology", role="topology")
            self.manage("migrate", "--verbosity", "0")
            for name in self.processes:
                self.start_process(name)
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        for child in self.children.values():
            child.ask_to_stop()
        for child in self.children.values():
            child.stop(grace=15)
        self.instances.discard()

    def start_process(self, name: str) -> None:
        with self.log_file(name).open("ab") as output:
            self.children[name] = spawn(
                name=name,
                command=[sys.executable, ROOT / "manage.py", "serve", *self.processes[name]],
                environment=self.environment_of(name),
                folder=ROOT,
                output=output.fileno(),
            )

    def kill_process(self, name: str) -> None:
        """`kill -9`, and wait until the process is gone."""
        self.children[name].kill()

    def restart_process(self, name: str) -> None:
        self.kill_process(name)
        self.start_process(name)

    def wait_ready(self) -> None:
        for name in self.gateways:
            ready = wait_for(lambda name=name: self.ready(name), seconds=READY_SECONDS, pause=0.1)
            assert ready, f"{name} did not become ready:\n{self.tails()}"

    def ready(self, name: str = "gateway") -> bool:
        try:
            with urllib.request.urlopen(f"{self.url(name)}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    @property
    def gateways(self) -> list[str]:
        return [name for name in self.processes if name.startswith("gateway")]

    def url(self, name: str = "gateway") -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def socket_url(self, name: str = "gateway") -> str:
        return f"ws://{LOOPBACK}:{self.ports[name]}/ws"

    def pid(self, name: str) -> int:
        return self.children[name].pid

    def manage(self, *arguments: str, role: str = "userservice") -> str:
        """Run a management command; returns what it printed, raises AssertionError with it when it failed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment_of("") | {"WARREN_AMQP_URL": self.instances.amqp_url(role)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def environment_of(self, name: str) -> dict[str, str]:
        """What a child sees: nothing of ours but PATH, and only what its roles need."""
        port = self.ports.get(name) or self.ports.get("gateway", 0)
        urls = {f"WARREN_AMQP_URL_{role.upper()}": self.instances.amqp_url(role) for role in PERMISSIONS}
        return {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "default",
            "WARREN_DATABASE_URL": self.instances.database_url,
            "WARREN_SECRET_KEY": "only-for-this-test-" + self.folder.name,
            "WARREN_SPOOL": str(self.folder / "spool"),
            "WARREN_STORAGE_URL": f"file://{self.folder / 'storage'}",
            "WARREN_PORT": str(port),
            "WARREN_ADMIN_PORT": str(self.ports["admin"]),
            "WARREN_PUBLIC_URL": f"http://{LOOPBACK}:{self.ports.get('gateway', port)}",
            **urls,
            **GENEROUS,
            **self.environment,
        }

    def log_file(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def tails(self, *, lines: int = 25) -> str:
        """The last lines of every log, for a failure's message."""
        parts = []
        for name in self.children:
            text = self.log_file(name).read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            parts.append(f"--- {name} (running: {self.children[name].running})\n" + "\n".join(text))
        return "\n".join(parts)
