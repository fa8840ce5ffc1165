"""What the figures were measured on: without it they mean nothing."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from supervisor.cache import ROOT

LIBRARIES = ("Django", "pika", "psycopg2-binary", "uvicorn", "uvloop", "msgspec")


def describe() -> dict[str, str]:
    """Names and versions of what matters, for the head of a table."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _output(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{_distribution()}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": _output(["postgres", "--version"]),
        "RabbitMQ": _output(["dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server"]),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _output(command: Sequence[str]) -> str:
    folders = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    environment = os.environ | {"PATH": ":".join([*folders, os.environ.get("PATH", "")])}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"
