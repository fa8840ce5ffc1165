"""The test runs' own servers: `bin/test` starts them once, every pytest process finds them here."""

import os
from dataclasses import dataclass
from pathlib import Path

from supervisor.instances import Instances
from supervisor.local import secret
from supervisor.ports import LOOPBACK, remembered_port

FOLDER_VARIABLE = "WARREN_TEST_SERVERS"
WORKERS = 4
VHOSTS = ("warren", *(f"gw{number}" for number in range(WORKERS)))


def start(folder: Path) -> Instances:
    """Start the servers of a test run; PostgreSQL without fsync, a virtual host for each parallel worker."""
    return Instances(folder, durable=False, may_create_databases=True, vhosts=VHOSTS).start()


@dataclass(frozen=True, kw_only=True)
class TestServers:
    """Servers that another process started in `folder`."""

    __test__ = False  # not a test class, whatever pytest makes of its name
    folder: Path

    @property
    def database_url(self) -> str:
        """The database `warren`; its owner may create others."""
        password = secret(self.folder / "secrets", "database-password")
        return f"postgres://warren:{password}@{LOOPBACK}:{self._port('postgres')}/warren"

    def amqp_url(self, role: str, *, vhost: str = "") -> str:
        """A role's URL, in the virtual host of this parallel worker unless another is named."""
        password = secret(self.folder / "secrets", f"amqp-{role}-password")
        own = os.environ.get("PYTEST_XDIST_WORKER", "warren")
        return f"amqp://{role}:{password}@{LOOPBACK}:{self._port('amqp')}/{vhost or own}"

    def _port(self, name: str) -> int:
        return remembered_port(self.folder / "ports.json", name)


def running() -> TestServers:
    """The servers of this test run; says how to get them when the tests were not started by `bin/test`."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise RuntimeError("This test needs PostgreSQL and RabbitMQ: run it with bin/test PATH")
    return TestServers(folder=Path(folder))
