"""The virtual environment in `.venv`, with the locked requirements installed exactly once."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from supervisor import wheels
from supervisor.cache import ROOT, run

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SETS = {"base": ("base", "dev"), "dev": ("dev",), "bench": ("bench",)}
"""What satisfies a wish: whoever has the development requirements has the basic ones."""


def ensure(*, name: str, cache: Path, say: Callable[[str], None]) -> None:
    """Make `.venv` if it is missing or broken, and install `requirements/NAME.txt` unless that was done before."""
    if _works() and any(_stamp(done).exists() for done in SETS[name]):
        return
    if not _works():
        say("Making a virtual environment in .venv")
        base = str(getattr(sys, "_base_executable", sys.executable))
        run([base, "-m", "venv", "--clear", "--without-pip", VENV], what="Making .venv")
    say(f"Installing the Python packages of requirements/{name}.txt")
    wheels.install(name=name, python=PYTHON, cache=cache)
    _stamp(name).touch()


def _works() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import encodings"], check=False, capture_output=True).returncode == 0


def _stamp(name: str) -> Path:
    digest = hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()
    return VENV / f".installed-{name}-{digest[:16]}"
