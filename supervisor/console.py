"""What people see while Warren runs: one line at a time, the process in front, colors on a terminal only."""

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import IO, Any

WIDTH = 14
COLORS = (36, 32, 35, 34, 33, 96, 92, 95, 94, 93)
LEVELS = {"warning": 33, "error": 31, "critical": 31}
HIDDEN = {"timestamp", "level", "event", "logger", "exception"}


class Console:
    """Writes prefixed lines to `out`."""

    def __init__(self, *, out: IO[str] | None = None, color: bool | None = None) -> None:
        self._out = out or sys.stdout
        self._color = self._out.isatty() and "NO_COLOR" not in os.environ if color is None else color
        self._names: dict[str, int] = {}

    def say(self, text: str, *, name: str = "warren") -> None:
        """Print every line of `text` with the time and the name in front; a reader that went away is no error."""
        prefix = f"{time.strftime('%H:%M:%S')} {self._paint(name.ljust(WIDTH), self._color_of(name))} "
        try:
            for line in text.splitlines() or [""]:
                self._out.write(f"{prefix}{line}\n")
            self._out.flush()
        except OSError:
            pass

    def relay(self, line: str, *, name: str) -> None:
        """Print a line that a process wrote; a JSON log record is made readable first."""
        record = _record(line)
        self.say(self._readable(record) if record else line, name=name)

    def _readable(self, record: Mapping[str, Any]) -> str:
        level = str(record.get("level", "info"))
        fields = " ".join(f"{key}={_short(value)}" for key, value in record.items() if key not in HIDDEN)
        text = f"{self._paint(level.ljust(7), LEVELS.get(level, 2))} {record['event']}"
        exception = f"\n{record['exception']}" if record.get("exception") else ""
        return f"{text} {self._paint(fields, 2) if fields else ''}".rstrip() + exception

    def _paint(self, text: str, code: int) -> str:
        return f"\033[{code}m{text}\033[0m" if self._color else text

    def _color_of(self, name: str) -> int:
        return COLORS[self._names.setdefault(name, len(self._names)) % len(COLORS)]


def _record(line: str) -> Mapping[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "event" in record else None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:117] + "..."
