"""`bin/up` as a user runs it, in a folder of its own, for rows 18 and 19."""

import contextlib
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from bench.lab import FOLDER, Lab, free_port
from bench.model import NotMeasured
from supervisor.cache import ROOT
from supervisor.processes import Child, wait_for

PLACE = FOLDER / "up"
PATIENCE = 180.0


@dataclass(frozen=True, kw_only=True)
class Up:
    """`seconds`: from starting the command until the page was served."""

    child: Child
    seconds: float


@contextlib.contextmanager
def up(lab: Lab, *options: str) -> Iterator[Up]:
    """Start it, wait for the page, stop it at the end of the block."""
    port = free_port()
    environment = {"WARREN_LOCAL": str(PLACE), "WARREN_PORT": str(port)}
    command = [sys.executable, str(ROOT / "bin" / "up"), *options]
    began = time.monotonic()
    with lab.started(command, name="up", environment=environment, grace=60) as child:
        if not wait_for(lambda: serves(port) or not child.running, seconds=PATIENCE) or not child.running:
            raise NotMeasured(f"`bin/up` served no page within {PATIENCE:.0f} s; see {lab.logs}/up.log")
        yield Up(child=child, seconds=time.monotonic() - began)


def serves(port: int) -> bool:
    """Whether the page comes, as a browser would get it, and the gateway says that it is ready."""
    try:
        for path in ("/health/ready", "/"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                if answer.status != 200:
                    return False
    except (urllib.error.URLError, OSError):
        return False
    return True
