"""What a private PostgreSQL and a private RabbitMQ have in common: one child process that is started and ended."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from supervisor.account import Account
from supervisor.faults import SetupFault
from supervisor.processes import Child, wait_for


@dataclass(kw_only=True)
class Server(ABC):
    """A server below `folder`. `start` after `kill` or `stop` comes back on the same ports with the same data."""

    title: ClassVar[str]
    stop_grace: ClassVar[float]
    folder: Path
    log_file: Path
    account: Account | None
    keep: Sequence[int] = ()
    child: Child | None = field(default=None, init=False)

    @abstractmethod
    def launch(self) -> None:
        """Start the server without waiting for it."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether clients would be let in now."""

    def start(self, *, seconds: float = 90) -> None:
        """Start the server and wait until it lets clients in."""
        self.launch()
        self.wait_ready(seconds=seconds)

    def wait_ready(self, *, seconds: float = 90) -> None:
        """Wait for the end of recovery; raises with the end of the log when the server gives up."""
        if not wait_for(lambda: self.ready() or not self.running, seconds=seconds) or not self.running:
            raise SetupFault(f"{self.title} did not start. The end of {self.log_file}:\n{tail(self.log_file)}")

    @property
    def running(self) -> bool:
        return bool(self.child and self.child.running)

    def stop(self) -> None:
        """Shut down cleanly; may be repeated."""
        if self.child:
            self.child.stop(grace=self.stop_grace)

    def kill(self) -> None:
        """`kill -9` of the whole server, as a power cut would; returns when every process of it is gone."""
        if self.child:
            self.child.kill()


def tail(file: Path, *, lines: int = 15) -> str:
    """The end of a log file, for an error message."""
    try:
        content = file.read_text(errors="replace")
    except OSError:
        return "(no log)"
    return "\n".join(content.splitlines()[-lines:])
