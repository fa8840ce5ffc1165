"""Warren itself, a process for each role, on the laboratory's servers; and people to load it with."""

import contextlib
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import usage
from bench.lab import FOLDER, Lab, base_environment, free_port
from bench.model import NotMeasured, Sample
from supervisor.account import make_folder
from supervisor.cache import ROOT
from supervisor.local import secret
from supervisor.processes import Child
from supervisor.roles import Role, layout, role_environment

MANAGE = [sys.executable, str(ROOT / "manage.py")]
CORE = ("gateway", "userservice", "messageservice", "eventlog", "relay")
"""Roles that a message passes, and those that it needs to get there."""
WARM = 0.7
"""Seconds of load before a measurement begins."""
UNLIMITED = {
    "WARREN_MAX_SOCKETS_PER_USER": "100000",
    "WARREN_MAX_SOCKETS_PER_ADDRESS": "1000000",
    "WARREN_REQUESTS_PER_MINUTE": "10000000",
    "WARREN_LOGINS_PER_MINUTE": "1000000",
    "WARREN_QUOTA_BYTES": str(10**12),
    "WARREN_QUOTA_FILES": "1000000",
    "WARREN_JOBS_PER_USER": "1000000",
    "WARREN_DOWNLOAD_ALLOW": "127.0.0.1/32",
}
"""All load comes from one address and few users, which the ordinary limits are there to stop."""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Users and conversations that were made for a measurement. Tokens are good for ten minutes."""

    users: Sequence[Mapping[str, str]]
    conversations: Sequence[str]
    members: Sequence[Sequence[int]]

    def plan(
        self,
        file: Path,
        *,
        senders: Sequence[int] = (),
        sockets: Sequence[int] | None = None,
        checked: bool = True,
        **hello: Any,
    ) -> Path:
        """Write the load client's plan: a socket for each of `sockets` (users by index, all when not given).

        `checked`: the client is told each one's conversations, to follow them. `hello` goes into every hello.
        """
        open_for = range(len(self.users)) if sockets is None else sockets
        own = self._conversations_by_user() if checked else {}
        sending = set(senders)
        file.write_text("".join(self._line(index, own.get(index), index in sending, hello) for index in open_for))
        return file

    def _conversations_by_user(self) -> dict[int, list[str]]:
        own: dict[int, list[str]] = defaultdict(list)
        for conversation, members in zip(self.conversations, self.members, strict=True):
            for index in members:
                own[index].append(conversation)
        return own

    def _line(self, index: int, conversations: list[str] | None, sends: bool, hello: Mapping[str, Any]) -> str:
        user = self.users[index]
        frame = {"id": 0, "op": "hello", "data": {"v": 1, "token": user["token"], **hello}}
        columns = [user["id"], str(int(sends)), ",".join(conversations or ["-"]), json.dumps(frame)]
        return "\t".join(columns) + "\n"


@dataclass(kw_only=True)
class System:
    """The running roles by name."""

    lab: Lab
    port: int
    shared: Mapping[str, str]
    roles: dict[str, Child] = field(default_factory=dict)

    def cpu_seconds(self) -> dict[str, float]:
        """By role, the servers included."""
        used = {name: usage.cpu_seconds(child.pid) for name, child in self.roles.items()}
        return used | {name: usage.cpu_seconds(child.pid) for name, child in self.lab.servers().items()}

    def crowd(self, *, users: int, conversations: Sequence[Sequence[int]] = ()) -> Crowd:
        """Make people and conversations; members of each by index."""
        wanted = json.dumps({"users": users, "conversations": [list(members) for members in conversations]})
        environment = service_environment(self.lab, self.shared)
        made: Any = self.lab.measure("seed", environment=environment, told=wanted)
        return Crowd(users=made["users"], conversations=made["conversations"], members=conversations)

    def client(self, mode: str, plan: Path, *arguments: object) -> list[str | Path]:
        """The load client's command line against the gateway."""
        return [self.lab.load_client, mode, str(self.port), "/ws", plan, *map(str, arguments)]

    def open(self, plan: Path, *, at_a_time: int) -> Sample:
        """Open all sockets of the plan, then leave."""
        return self.lab.run(self.client("open", plan, at_a_time, "finish"))

    def chat(self, plan: Path, *, seconds: float, warm: float = WARM, think_ms: float = 0, depth: int = 1) -> Sample:
        """Senders keep `depth` sends on their way each; with the CPU time that each process spent for a send."""
        marks: list[Mapping[str, float]] = []
        command = self.client("chat", plan, seconds, warm, think_ms, depth)
        sample = self.lab.converse(command, lambda _: marks.append(self.cpu_seconds()))
        before, after = marks
        spent = {f"{role} µs/send": (after[role] - before[role]) / max(1, sample["sends"]) * 1e6 for role in before}
        return {**sample, **spent}


@contextlib.contextmanager
def running(
    lab: Lab,
    *,
    roles: Sequence[str] = ("gateway", "userservice", "messageservice", "eventlog", "relay"),
    spread: bool = True,
) -> Iterator[System]:
    """Prepare the database and the broker, then run these roles until the end of the block."""
    port = free_port()
    shared = UNLIMITED | {
        "WARREN_PORT": str(port),
        "WARREN_ADMIN_PORT": str(free_port()),
        "WARREN_PUBLIC_URL": f"http://localhost:{port}",
        "WARREN_SECRET_KEY": secret(make_folder(FOLDER / "secrets"), "secret-key", length=48),
    }
    prepare(lab, shared)
    system = System(lab=lab, port=port, shared=shared)
    with contextlib.ExitStack() as stack:
        for role in layout(spread=spread):
            if role.name in roles:
                stack.enter_context(role_running(system, role))
        yield system


@contextlib.contextmanager
def role_running(system: System, role: Role) -> Iterator[Child]:
    """One role of the system, until the end of the block."""
    lab = system.lab
    environment = role_environment(
        role, shared=system.shared, database_url=lab.instances.database_url, amqp_url=lab.instances.amqp_url
    )
    command = [*MANAGE, "serve", *role.serves]
    with lab.running(command, name=role.name, environment=environment) as child:
        system.roles[role.name] = child
        try:
            yield child
        finally:
            system.roles.pop(role.name, None)


def prepare(lab: Lab, shared: Mapping[str, str]) -> None:
    """Migrate and declare, as `bin/up` does."""
    environment = service_environment(lab, shared) | {"WARREN_AMQP_URL": lab.instances.amqp_url("topology")}
    done = subprocess.run(
        [*MANAGE, "prepare"],
        env=base_environment() | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(f"`manage.py prepare` failed: {done.stderr[-600:].strip()}")


def service_environment(lab: Lab, shared: Mapping[str, str]) -> dict[str, str]:
    return {
        **shared,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WARREN_DATABASE_URL": lab.instances.database_url,
    }
