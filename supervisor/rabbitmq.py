"""A private RabbitMQ with an epmd of its own; users and permissions come from a definitions file at every boot."""

import base64
import hashlib
import json
import logging
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from supervisor import debian
from supervisor.account import make_folder
from supervisor.cache import in_cache
from supervisor.faults import SetupFault, Unavailable
from supervisor.local import write_private
from supervisor.ports import LOOPBACK, answers
from supervisor.processes import Child, spawn, wait_for
from supervisor.server import Server, tail

log = logging.getLogger(__name__)
MARKER = "warren.complete"
OPERATOR = "operator"
"""Who may log in to RabbitMQ's own page; exists only where that page is switched on."""
PORTS = ("amqp", "dist", "epmd", "management")


class Permission(Protocol):
    """Three anchored patterns: what a user may declare, publish to and bind, consume and bind from."""

    @property
    def configure(self) -> str: ...
    @property
    def write(self) -> str: ...
    @property
    def read(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Where `rabbitmq-server` and Erlang are."""

    server: Path
    path: str
    libraries: str = ""


@dataclass(kw_only=True)
class RabbitMQ(Server):
    """One broker and its port mapper, which stays when the broker alone is killed."""

    title = "RabbitMQ"
    stop_grace = 20.0
    ports: Mapping[str, int]
    passwords: Mapping[str, str]
    permissions: Mapping[str, Permission]
    programs: Programs
    vhosts: Sequence[str] = ("warren",)
    management: bool = False
    epmd: Child | None = field(default=None, init=False)

    def url(self, user: str, *, vhost: str | None = None) -> str:
        """The AMQP URL of one of the users in `permissions`."""
        return f"amqp://{user}:{self.passwords[user]}@{LOOPBACK}:{self.ports['amqp']}/{vhost or self.vhosts[0]}"

    def launch(self) -> None:
        """Start the port mapper unless it runs, and the broker."""
        self.prepare()
        if not (self.epmd and self.epmd.running):
            self.epmd = self._spawn("epmd", ["epmd", "-port", str(self.ports["epmd"]), "-address", LOOPBACK])
        if not wait_for(lambda: answers(self.ports["epmd"]), seconds=10):
            raise SetupFault(f"Erlang's port mapper did not start. The end of {self.log_file}:\n{tail(self.log_file)}")
        self.child = self._spawn("rabbitmq", [self.programs.server])

    def wait_ready(self, *, seconds: float = 90) -> None:
        super().wait_ready(seconds=seconds)
        (self.folder / MARKER).touch()

    def ready(self) -> bool:
        """Whether the broker greets clients; it listens only after the users were loaded."""
        return greets(self.ports["amqp"])

    def stop(self) -> None:
        super().stop()
        if self.epmd:
            self.epmd.stop(grace=2)

    def prepare(self) -> None:
        """Write the configuration. A database that never came up once, of a killed first start, is made anew."""
        make_folder(self.folder, account=self.account)
        if not (self.folder / MARKER).exists():
            shutil.rmtree(self.folder / "mnesia", ignore_errors=True)
        make_folder(self.folder / "home", account=self.account)
        self._write("rabbitmq.conf", self._configuration())
        self._write("plugins", "[rabbitmq_management].\n" if self.management else "[].\n")
        self._write("definitions.json", json.dumps(self._definitions(), indent=1))

    def _write(self, name: str, content: str) -> None:
        write_private(self.folder / name, content)
        if self.account:
            os.chown(self.folder / name, self.account.uid, self.account.gid)

    def _configuration(self) -> str:
        lines = {
            "listeners.tcp.1": f"{LOOPBACK}:{self.ports['amqp']}",
            "load_definitions": str(self.folder / "definitions.json"),
            "log.file": "false",
            "log.console": "true",
            "log.console.level": "warning",
            "vm_memory_high_watermark.relative": "0.4",
        }
        if self.management:
            lines |= {"management.tcp.ip": LOOPBACK, "management.tcp.port": str(self.ports["management"])}
        return "".join(f"{key} = {value}\n" for key, value in lines.items())

    def _definitions(self) -> dict[str, Any]:
        roles = definitions(passwords=self.passwords, permissions=self.permissions, vhosts=self.vhosts)
        return with_operator(roles, password=self.passwords[OPERATOR]) if self.management else roles

    def _spawn(self, name: str, command: Sequence[str | Path]) -> Child:
        with self.log_file.open("ab") as output:
            return spawn(
                name=name,
                command=command,
                environment=self._environment(),
                folder=self.folder,
                output=output,
                account=self.account,
                stop_signal=signal.SIGTERM,
                keep=self.keep,
            )

    def _environment(self) -> dict[str, str]:
        here = self.folder
        return {
            "PATH": self.programs.path,
            "LD_LIBRARY_PATH": self.programs.libraries,
            "HOME": str(here / "home"),
            "LC_ALL": "C.UTF-8",
            "RABBITMQ_NODENAME": "warren@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.ports["amqp"]),
            "RABBITMQ_DIST_PORT": str(self.ports["dist"]),
            "RABBITMQ_MNESIA_BASE": str(here / "mnesia"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "none.config"),
            "RABBITMQ_CONF_ENV_FILE": str(here / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(here / "generated"),
            "RABBITMQ_PID_FILE": str(here / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RUNNING_UNDER_SYSTEMD": "true",  # makes the script exec Erlang instead of waiting for it
        }


def definitions(
    *, passwords: Mapping[str, str], permissions: Mapping[str, Permission], vhosts: Sequence[str]
) -> dict[str, Any]:
    """RabbitMQ's definitions: virtual hosts, users, and what each user may do in each virtual host."""
    return {
        "vhosts": [{"name": vhost} for vhost in vhosts],
        "users": [
            {
                "name": user,
                "password_hash": password_hash(passwords[user]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for user in permissions
        ],
        "permissions": [
            {
                "user": user,
                "vhost": vhost,
                "configure": permission.configure,
                "write": permission.write,
                "read": permission.read,
            }
            for vhost in vhosts
            for user, permission in permissions.items()
        ],
    }


def with_operator(roles: dict[str, Any], *, password: str) -> dict[str, Any]:
    """The same definitions with a person who sees and may do everything."""
    person = {
        "name": OPERATOR,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "administrator",
    }
    everything = {"user": OPERATOR, "configure": ".*", "write": ".*", "read": ".*"}
    allowed = [{**everything, "vhost": vhost["name"]} for vhost in roles["vhosts"]]
    return {**roles, "users": [*roles["users"], person], "permissions": [*roles["permissions"], *allowed]}


def password_hash(password: str) -> str:
    """RabbitMQ's form: base64 of a four-byte salt and SHA-256 of salt and password (its "Passwords" guide)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def greets(port: int) -> bool:
    """Whether the broker answers the AMQP 0-9-1 protocol header with `connection.start`, a method frame."""
    try:
        with socket.create_connection((LOOPBACK, port), 2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def find(*, cache: Path) -> Programs:
    """RabbitMQ and Erlang: Debian's installed ones, else unpacked into `cache`, else installed when root.

    Raises Unavailable with the commands to type when none are to be had.
    """
    for candidates in (installed, lambda: unpacked(cache), _from_apt):
        programs = candidates()
        if programs:
            return programs
    raise Unavailable(
        "RabbitMQ is missing. Install it and start again: sudo apt-get install rabbitmq-server\n"
        "Or name a RabbitMQ of yours: WARREN_AMQP_URL=amqp://user:password@host/vhost bin/up"
    )


def installed() -> Programs | None:
    """Debian's packages. `/usr/sbin/rabbitmq-server` is a wrapper that switches user and folder: not that one."""
    server = _server(Path("/"))
    erlang = shutil.which("erl", path="/usr/local/bin:/usr/bin:/bin")
    return Programs(server=server, path="/usr/local/bin:/usr/bin:/bin") if server and erlang else None


def unpacked(cache: Path) -> Programs | None:
    """The packages in `cache`, downloaded at first use."""
    place = cache / "rabbitmq"
    try:
        in_cache(place, lambda fresh: _unpack(fresh, place))
    except SetupFault as fault:
        log.debug("no RabbitMQ packages: %s", fault)
        return None
    server = _server(place)
    path = f"{place}/usr/lib/erlang/bin:/usr/bin:/bin"
    return Programs(server=server, path=path, libraries=debian.library_path(place)) if server else None


def _from_apt() -> Programs | None:
    return installed() if debian.install(["rabbitmq-server"]) else None


def _server(root: Path) -> Path | None:
    file = root / "usr/lib/rabbitmq/bin/rabbitmq-server"
    return file if file.exists() else None


def _unpack(fresh: Path, place: Path) -> None:
    debian.fill(["rabbitmq-server"], fresh, only=["erlang-*", "rabbitmq-server"])
    for name in ("erl", "start"):
        for script in (fresh / "usr/lib/erlang").glob(f"**/bin/{name}"):
            script.write_text(script.read_text().replace("/usr/lib/erlang", f"{place}/usr/lib/erlang"))
