"""PostgreSQL and RabbitMQ of one test run, kept up until the run ends, however it ends.

`python -m tests.keeper FOLDER PID VHOST ...` goes into the background; FOLDER/urls.json says where the servers are, or
FOLDER/failed.txt why they are not. When the process PID is gone it stops them and removes FOLDER.
"""

import json
import os
import select
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import tests.bus.probe  # noqa: F401  its operations need permissions too
from bus.topology import permissions
from supervisor.instances import Instances


def keep(folder: Path, *, pid: int, vhosts: Sequence[str]) -> None:
    """Start, wait for the end of `pid`, stop, clean up. Blocks."""
    allowed = permissions()
    instances = Instances(folder, durable=False, may_create_databases=True, vhosts=vhosts, permissions=allowed)
    try:
        run = os.pidfd_open(pid)
        instances.start()
        amqp = {vhost: {role: instances.amqp_url(role, vhost=vhost) for role in allowed} for vhost in vhosts}
        _write(folder / "urls.json", json.dumps({"database": instances.database_url, "amqp": amqp}))
        select.select([run], [], [])
    except Exception as error:
        _write(folder / "failed.txt", f"{type(error).__name__}: {error}")
        raise
    finally:
        instances.stop()
    shutil.rmtree(folder)


def _write(file: Path, text: str) -> None:
    """Whole or not at all: others wait for the file."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.rename(file)


def _detach(log: Path) -> None:
    """Leave the run that started us, so that it need not wait for us."""
    if os.fork():
        os._exit(0)
    os.setsid()
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    _detach(place / "keeper.log")
    keep(place, pid=int(sys.argv[2]), vhosts=sys.argv[3:])
