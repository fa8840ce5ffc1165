"""A PostgreSQL and a RabbitMQ of our own, side by side in one folder: for `bin/up`, the tests, the benchmarks."""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from supervisor import local, postgres, rabbitmq
from supervisor.account import everybody_may_enter, make_folder, unprivileged
from supervisor.cache import cache_folder
from supervisor.disk import NEEDED_TO_RUN, require_space
from supervisor.ports import remembered
from supervisor.postgres import Postgres
from supervisor.processes import Guard
from supervisor.rabbitmq import OPERATOR, Permission, RabbitMQ

ELSEWHERE = "servers-are-in"
"""Names the folder of the servers' data where that is not the instances' own."""


class Instances:
    """Private servers, for whom `folder` is the whole world.

    `durable=False` switches PostgreSQL's fsync off; tests that kill it must not. `vhosts` are alike and separate:
    parallel test runs take one each. `permissions` names the broker's users, by default those of `bus.topology`.
    Start them from the main thread (`processes.spawn`). Only one process at a time can hold a folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        database: bool = True,
        broker: bool = True,
        management: bool = False,
        may_create_databases: bool = False,
        vhosts: Sequence[str] = ("warren",),
        permissions: Mapping[str, Permission] | None = None,
    ) -> None:
        self.folder = make_folder(folder.absolute(), mode=0o711)
        self._durable = durable
        self._may_create_databases = may_create_databases
        self._management = management
        self._vhosts = vhosts
        self._permissions = permissions
        self._lock = local.Lock(self.folder)
        self._guard: Guard | None = None
        self._wanted = (database, broker)
        self.postgres: Postgres | None = None
        self.rabbitmq: RabbitMQ | None = None

    @property
    def database_url(self) -> str:
        """The URL of the database `warren`, password included."""
        return self._database.url

    def amqp_url(self, role: str, *, vhost: str | None = None) -> str:
        """The AMQP URL of a role's own user; `vhost` defaults to the first."""
        return self._broker.url(role, vhost=vhost)

    def start(self, *, seconds: float = 90) -> "Instances":
        """Start both and wait until both answer. Raises SetupFault with a sentence; then nothing is left running."""
        try:
            self.launch()
            self.wait_ready(seconds=seconds)
        except BaseException:
            self.stop()
            raise
        return self

    def hold(self) -> None:
        """Take the folder before anything is started, or raise with the process that has it; `stop` gives it up."""
        if self._lock.descriptor < 0:
            self._lock.take()

    def launch(self) -> None:
        """Begin to start both, the slow one first; `wait_ready` ends it."""
        self.hold()
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, *, seconds: float = 90) -> None:
        """Wait until both answer."""
        for server in (self.postgres, self.rabbitmq):
            if server:
                server.wait_ready(seconds=seconds)

    def stop(self) -> None:
        """Stop both cleanly and give the folder up; may be repeated."""
        servers = [server for server in (self.rabbitmq, self.postgres) if server]
        for server in servers:
            if server.child:
                server.child.ask_to_stop()
        for server in servers:
            server.stop()
        self._let_guard_go()
        self._lock.release()

    def discard(self) -> None:
        """Stop both and delete all their data, also where it lies outside of `folder`; for tests and benchmarks."""
        self.stop()
        elsewhere = self.folder / ELSEWHERE
        home = Path(elsewhere.read_text().strip()) if elsewhere.exists() else self.folder
        for name in ("postgres", "rabbitmq"):
            shutil.rmtree(home / name, ignore_errors=True)
        if home != self.folder:
            home.rmdir()

    def kill(self) -> None:
        """`kill -9` of both."""
        for server in (self.rabbitmq, self.postgres):
            if server:
                server.kill()

    def _launch(self) -> None:
        """The guard is there first: an Erlang that is just starting hears the signal of our death and goes on."""
        require_space(self.folder, needed=NEEDED_TO_RUN)
        self._set_up()
        self._guard = self._guard or Guard()
        servers = [server for server in (self.rabbitmq, self.postgres) if server]
        for server in servers:
            server.keep = (self._lock.descriptor,)
            server.launch()
            self._guard.follow(one.child.pid for one in servers if one.child)

    def _let_guard_go(self) -> None:
        if self._guard:
            self._guard.follow([])
            self._guard.close()
            self._guard = None

    def _set_up(self) -> None:
        if self.postgres or self.rabbitmq:
            return
        ports = remembered(self.folder / "ports.json", ("postgres", *rabbitmq.PORTS))
        database, broker = self._wanted
        self.postgres = self._make_postgres(ports["postgres"]) if database else None
        self.rabbitmq = self._make_rabbitmq(ports) if broker else None

    def _make_postgres(self, port: int) -> Postgres:
        home = servers_home(self.folder)
        return Postgres(
            folder=home / "postgres",
            log_file=self._log("postgres"),
            port=port,
            password=self._secret("database-password"),
            admin_password=self._secret("database-admin-password"),
            binaries=postgres.find(data=home / "postgres" / "data", cache=cache_folder()),
            account=unprivileged("postgres"),
            durable=self._durable,
            may_create_databases=self._may_create_databases,
        )

    def _make_rabbitmq(self, ports: Mapping[str, int]) -> RabbitMQ:
        permissions = self._permissions if self._permissions is not None else default_permissions()
        return RabbitMQ(
            folder=servers_home(self.folder) / "rabbitmq",
            log_file=self._log("rabbitmq"),
            ports=ports,
            passwords={user: self._secret(f"amqp-{user}-password") for user in (*permissions, OPERATOR)},
            permissions=permissions,
            programs=rabbitmq.find(cache=cache_folder()),
            account=unprivileged("rabbitmq"),
            vhosts=self._vhosts,
            management=self._management,
        )

    def _secret(self, name: str) -> str:
        return local.secret(make_folder(self.folder / "secrets"), name)

    def _log(self, name: str) -> Path:
        return make_folder(self.folder / "log") / f"{name}.log"

    @property
    def _database(self) -> Postgres:
        if not self.postgres:
            raise RuntimeError("no private PostgreSQL was started")
        return self.postgres

    @property
    def _broker(self) -> RabbitMQ:
        if not self.rabbitmq:
            raise RuntimeError("no private RabbitMQ was started")
        return self.rabbitmq


def servers_home(folder: Path) -> Path:
    """Where the servers keep their data: in `folder`, unless they run under an account that cannot get there.

    That is so for root's clone in root's home directory. Then it is a folder of its own below /var/lib/warren.
    """
    if os.getuid() != 0 or everybody_may_enter(folder):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    home = make_folder(Path("/var/lib/warren"), mode=0o755) / name
    (folder / ELSEWHERE).write_text(f"{home}\n")
    return make_folder(home, mode=0o755)


def default_permissions() -> Mapping[str, Permission]:
    """The users that the bus knows, a role each."""
    from bus.topology import PERMISSIONS

    return PERMISSIONS
