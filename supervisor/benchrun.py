"""`bin/bench`: the benchmarks, which bring servers of their own."""

import subprocess
import sys
from collections.abc import Sequence

from supervisor.cache import ROOT


def bench(arguments: Sequence[str]) -> int:
    """Run `python -m bench` with these arguments and return its exit status."""
    return subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=ROOT, check=False).returncode
