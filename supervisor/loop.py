"""The supervisor's event loop: reads what the processes print and notify, and looks after each of them in turn."""

import os
import selectors
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from supervisor.cache import ROOT
from supervisor.console import Console
from supervisor.processes import Child, Guard, spawn
from supervisor.supervised import Supervised
from supervisor.watch import Notifications

TURN = 0.25
HELD_UP = 1.0
"""Seconds between two turns after which we were held up ourselves: a suspended machine, a stopped terminal."""
LARGEST_LOG = 20 * 1024 * 1024


class Loop:
    """Runs everything in one thread, the main one; see `processes.spawn` for why it must be that."""

    def __init__(self, *, console: Console, logs: Path) -> None:
        self.console = console
        self.supervised: list[Supervised] = []
        self.notifications = Notifications()
        self._logs = logs
        self._guard = Guard()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.notifications.socket, selectors.EVENT_READ, self._hear)
        self._outputs: dict[int, _Output] = {}
        self._spawned: list[Child] = []
        self._last_turn = time.monotonic()

    def spawn(self, *, name: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> Child:
        """Start a process whose output appears on the console and, unchanged, in its log file."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        try:
            child = spawn(name=name, command=command, environment=environment, folder=ROOT, output=writer)
        finally:
            os.close(writer)
        self._spawned.append(child)
        output = _Output(name=name, descriptor=reader, log=self._logs / f"{name}.log", console=self.console)
        self._outputs[reader] = output
        self._selector.register(reader, selectors.EVENT_READ, lambda: self._read(output))
        return child

    def until(self, condition: Callable[[], bool], *, seconds: float = float("inf")) -> bool:
        """Keep everything going until the condition holds; False when `seconds` passed first."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.turn()
        return True

    def turn(self, *, seconds: float = TURN) -> None:
        """Wait at most `seconds` for something to happen, then look after every process."""
        self._handle_events(seconds)
        self._forgive_if_held_up()
        for one in self.supervised:
            one.look_after()
        self._spawned = [child for child in self._spawned if child.running]
        adopted = [one.child for one in self.supervised if one.child and one.child.running]
        self._guard.follow(child.pid for child in [*self._spawned, *adopted])

    def stop(self, chosen: Sequence[Supervised]) -> None:
        """Stop these processes together, each within its own grace time; their last words are still printed."""
        self.supervised = [one for one in self.supervised if one not in chosen]
        children = [(one, one.child) for one in chosen if one.child and one.child.running]
        began = time.monotonic()
        for _, child in children:
            child.ask_to_stop()
        while children:
            self._handle_events(0.05)
            late = [child for one, child in children if time.monotonic() - began > one.grace]
            for child in late:
                self.console.say(f"{child.name} did not stop in time: killing it")
                child.kill()
            children = [(one, child) for one, child in children if child.running]
        self._handle_events(0)

    def close(self) -> None:
        """Kill what is left and release everything."""
        for child in [*self._spawned, *(one.child for one in self.supervised if one.child)]:
            child.kill()
        self._guard.follow([])
        self._guard.close()
        self.notifications.close()
        self._selector.close()
        for output in self._outputs.values():
            output.close()

    def _handle_events(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            key.data()

    def _hear(self) -> None:
        by_pid = {one.child.pid: one for one in self.supervised if one.child}
        for pid, text in self.notifications.read():
            if pid in by_pid:
                by_pid[pid].hear(text)

    def _read(self, output: "_Output") -> None:
        if not output.read():
            self._selector.unregister(output.descriptor)
            self._outputs.pop(output.descriptor).close()

    def _forgive_if_held_up(self) -> None:
        now = time.monotonic()
        gap, self._last_turn = now - self._last_turn, now
        if gap > HELD_UP + TURN:
            for one in self.supervised:
                one.forgive(gap)


class _Output:
    """What a process prints, line by line."""

    def __init__(self, *, name: str, descriptor: int, log: Path, console: Console) -> None:
        self.descriptor = descriptor
        self._name = name
        self._console = console
        self._rest = b""
        self._path = log
        self._log = log.open("ab", buffering=0)

    def read(self) -> bool:
        """Take what is there; False at the end of the stream."""
        try:
            data = os.read(self.descriptor, 65536)
        except BlockingIOError:
            return True
        self._keep(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._show(line)
        return bool(data)

    def close(self) -> None:
        if self._rest:
            self._show(self._rest)
        os.close(self.descriptor)
        self._log.close()

    def _keep(self, data: bytes) -> None:
        """Write to the log file; a full one makes way for a new one, and the one before that is gone."""
        if self._log.tell() > LARGEST_LOG:
            self._log.close()
            self._path.replace(self._path.with_suffix(".log.1"))
            self._log = self._path.open("ab", buffering=0)
        self._log.write(data)

    def _show(self, line: bytes) -> None:
        self._console.relay(line.decode(errors="replace"), name=self._name)
