"""`bin/up`: from nothing to a served page, and then the supervisor of it all (docs/setup.md)."""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from supervisor.account import make_folder
from supervisor.cache import ROOT
from supervisor.console import Console
from supervisor.faults import SetupFault
from supervisor.instances import Instances, default_permissions
from supervisor.loop import Loop
from supervisor.ports import LOOPBACK, require_free, says_well
from supervisor.postgres import Postgres
from supervisor.processes import Child
from supervisor.rabbitmq import OPERATOR, RabbitMQ
from supervisor.roles import Role, layout, role_environment
from supervisor.supervised import Supervised
from supervisor.surroundings import address, amqp_url, completed, given, read_environment, value, write_for_people

MANAGE: list[str | Path] = [sys.executable, ROOT / "manage.py"]
READY_SECONDS = 90.0
PREPARE_SECONDS = 900.0
SERVED_SECONDS = 10.0
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
TRIES = 3
DEMO_FILE = "demo.txt"


class StopAsked(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived; raised out of whatever is going on."""


def up(options: argparse.Namespace) -> int:
    """Run Warren until it is told to stop. Exit status: 0 stopped, 1 failed, 69 a program is missing, 75 try later."""
    console = Console(color=False if options.no_color else None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        return Up(options=options, console=console).run()
    except SetupFault as fault:
        console.say(str(fault))
        return fault.status
    except StopAsked:
        return 0


class Up:
    """One run of `bin/up`."""

    def __init__(self, *, options: argparse.Namespace, console: Console) -> None:
        self._options = options
        self._console = console
        self._began = time.monotonic()
        self._environment = read_environment(ROOT)
        self._folder = make_folder(Path(self._environment.get("WARREN_LOCAL", ROOT / ".local")), mode=0o711)
        self._instances = Instances(
            self._folder,
            database=not given(self._environment, "WARREN_DATABASE_URL"),
            broker=not given(self._environment, "WARREN_AMQP_URL"),
            management=options.management,
        )

    def run(self) -> int:
        """Start everything, look after it, stop everything; whatever happens, nothing is left running."""
        self._instances.hold()
        host, port = address(self._environment)
        require_free(port, host=host, variable="WARREN_PORT")
        self._console.say("Starting")
        self._instances.launch()
        self._environment = completed(self._environment, folder=self._folder)
        loop = Loop(console=self._console, logs=make_folder(self._folder / "log"))
        try:
            self._bring_up(loop)
            loop.until(lambda: False)
        except StopAsked:
            self._console.say("Stopping")
        finally:
            self._bring_down(loop)
        return 0

    def _bring_up(self, loop: Loop) -> None:
        self._supervise_servers(loop)
        self._prepare(loop)
        roles = [self._supervised(role, loop) for role in layout(spread=self._options.spread)]
        loop.supervised += roles
        self._leave_environment()
        loop.until(lambda: all(role.ready for role in roles) or _hopeless(roles), seconds=READY_SECONDS)
        failed = [role.name for role in roles if not role.ready]
        if failed:
            names = ", ".join(failed)
            raise SetupFault(f"These did not come up: {names}. What they said is above, and in {self._folder}/log.")
        loop.until(self._answers, seconds=SERVED_SECONDS)
        self._announce()

    def _supervise_servers(self, loop: Loop) -> None:
        for server in (self._instances.rabbitmq, self._instances.postgres):
            if server and server.child:
                self._console.say(f"A private {server.title} on port {_port(server)}")
                one = Supervised(name=server.child.name, start=_relaunch(server), say=self._console.say, notifies=False)
                one.adopt(server.child)
                loop.supervised.append(one)
        if self._instances.postgres:
            loop.until(self._instances.postgres.ready, seconds=READY_SECONDS)
            self._instances.postgres.wait_ready(seconds=1)

    def _prepare(self, loop: Loop) -> None:
        """Migrations, topology and demo accounts, in one process so that Django is loaded once."""
        arguments = ["prepare", *([] if self._options.no_demo else ["--demo-file", str(self._folder / DEMO_FILE)])]
        urls = {"WARREN_AMQP_URL": self._amqp_url("topology"), "WARREN_DATABASE_URL": self._database_url()}
        environment = {**self._shared(loop), **urls}
        child = loop.spawn(name="prepare", command=[*MANAGE, *arguments], environment=environment)
        try:
            done = loop.until(lambda: not child.running, seconds=PREPARE_SECONDS)
        finally:
            child.kill()
        loop.turn(seconds=0)
        if not done or child.popen.returncode:
            raise SetupFault(f"The preparation failed; what it said is above, and in {self._folder}/log/prepare.log.")
        if self._instances.rabbitmq:
            self._instances.rabbitmq.wait_ready(seconds=READY_SECONDS)

    def _supervised(self, role: Role, loop: Loop) -> Supervised:
        environment = role_environment(
            role, shared=self._shared(loop), database_url=self._database_url(), amqp_url=self._amqp_url
        )

        def start() -> Child:
            return loop.spawn(name=role.name, command=[*MANAGE, "serve", *role.serves], environment=environment)

        return Supervised(
            name=role.name, start=start, say=self._console.say, grace=role.grace, stop_first=role.stop_first
        )

    def _shared(self, loop: Loop) -> dict[str, str]:
        """For every process; where the database is, only those learn that read it."""
        hidden = ("WARREN_DATABASE_URL", "WARREN_AMQP_URL")
        kept = {name: value for name, value in self._environment.items() if not name.startswith(hidden)}
        return {**kept, "NOTIFY_SOCKET": loop.notifications.name}

    def _leave_environment(self) -> None:
        """For whoever types `manage.py` commands beside this run (docs/setup.md), and for `manage.py doctor`."""
        roles = default_permissions()
        urls = {f"WARREN_AMQP_URL_{role.upper()}": self._amqp_url(role) for role in roles}
        write_for_people(self._folder, {**self._environment, **urls, "WARREN_DATABASE_URL": self._database_url()})

    def _database_url(self) -> str:
        if self._instances.postgres:
            return self._instances.database_url
        return value(self._environment, "WARREN_DATABASE_URL")

    def _amqp_url(self, role: str) -> str:
        return self._instances.amqp_url(role) if self._instances.rabbitmq else amqp_url(self._environment, role)

    def _answers(self) -> bool:
        host, port = address(self._environment)
        return says_well(port, host=LOOPBACK if host in EVERYWHERE else host, path="/health/ready")

    def _announce(self) -> None:
        host, port = address(self._environment)
        shown = "localhost" if host in (LOOPBACK, *EVERYWHERE) else host
        self._console.say(f"Warren is up after {time.monotonic() - self._began:.1f} s. Press Ctrl-C to stop it.")
        self._console.say(f"Open {self._environment.get('WARREN_PUBLIC_URL') or f'http://{shown}:{port}'}")
        demo = self._folder / DEMO_FILE
        if demo.exists() and not self._options.no_demo:
            self._console.say(demo.read_text().rstrip())
        if self._options.management and self._instances.rabbitmq:
            management = self._instances.rabbitmq.ports["management"]
            login = f"login {OPERATOR}, password in {self._folder}/secrets/amqp-{OPERATOR}-password"
            self._console.say(f"RabbitMQ's own page: http://localhost:{management} ({login})")

    def _bring_down(self, loop: Loop) -> None:
        """Whoever takes requests first, then the rest, then the servers. A second Ctrl-C kills what is left."""
        roles = [one for one in loop.supervised if one.notifies]
        try:
            loop.stop([one for one in roles if one.stop_first])
            loop.stop([one for one in roles if not one.stop_first])
            loop.supervised = []
            self._instances.stop()
            self._console.say("Stopped")
        except StopAsked:
            self._console.say("Killing what is left")
            self._instances.kill()
        finally:
            loop.close()


def _hopeless(roles: list[Supervised]) -> bool:
    return any(role.failures >= TRIES and not role.ever_ready for role in roles)


def _relaunch(server: Postgres | RabbitMQ) -> Callable[[], Child]:
    def start() -> Child:
        server.launch()
        if not server.child:
            raise RuntimeError("launch makes a child")
        return server.child

    return start


def _port(server: Postgres | RabbitMQ) -> int:
    return server.port if isinstance(server, Postgres) else server.ports["amqp"]


def _ask_to_stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise StopAsked
