"""The reader from outside: starting it, hearing its answers, ending it (`jobs.datasets.asked`)."""

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeVar

import msgspec

from jobs.datasets.asked import Answer, Refused, Wanted, answers
from jobs.kinds.base import JobFailure

A = TypeVar("A", bound=Answer)
ROOT = Path(__file__).resolve().parents[2]
LOOK = 0.25
"""Seconds between looks whether the job was cancelled."""
_KNOWN = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
"""All that the reader gets to know of our environment."""


class Reader:
    """`rows`: what it writes to its standard output. Leaving the context ends it, whatever it does just then."""

    def __init__(self, wanted: Wanted, *, check: Callable[[], None]) -> None:
        self._check = check
        self._heard = b""
        self._answers, told = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobs.datasets.reader", str(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={name: os.environ[name] for name in _KNOWN if name in os.environ} | {"MALLOC_ARENA_MAX": "2"},
            pass_fds=[told],
        )
        os.close(told)
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018  for mypy
        self.rows: BinaryIO = self._process.stdout  # type: ignore[assignment]
        with self._process.stdin as asked:
            asked.write(msgspec.json.encode(wanted) + b"\n")

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self.rows.close()
        os.close(self._answers)

    def answer(self, kind: type[A]) -> A:
        """The next one. Raises JobFailure when it refuses, or is gone, and what `check` raises."""
        while b"\n" not in self._heard:
            if select.select([self._answers], [], [], LOOK)[0]:
                data = os.read(self._answers, 65_536)
                if not data:
                    raise self._gone()
                self._heard += data
            self._check()
        line, _, self._heard = self._heard.partition(b"\n")
        told = answers.decode(line)
        if isinstance(told, Refused):
            raise JobFailure(told.code, told.message)
        assert isinstance(told, kind), told  # noqa: S101  it answers in this order
        return told

    def _gone(self) -> JobFailure:
        code = self._process.wait()
        return JobFailure("reader_crashed", f"The process that read the file ended with {code}.", retry=True)
