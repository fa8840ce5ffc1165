"""What processes use, from /proc (proc(5))."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from supervisor.processes import descendants

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    return [pid, *descendants(pid)]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it."""
    return sum(_ticks(one) for one in family(pid)) / TICKS


def resident_kib(pid: int) -> int:
    """Memory that the process holds in RAM, shared pages included."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def peak_resident_kib(pid: int) -> int:
    """The most that the process ever held in RAM."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def proportional_mib_by_program(pids: Iterable[int]) -> dict[str, float]:
    """Sum of PSS, by what each process runs: a page that n processes share counts a n-th in each."""
    sums: dict[str, float] = defaultdict(float)
    for pid in pids:
        sums[_program(pid)] += _pss_kib(pid) / 1024
    return {name: size for name, size in sums.items() if size}


def _program(pid: int) -> str:
    """The role of one of ours, else the program's name."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "ended"
    if "serve" in arguments:
        return " + ".join(filter(None, arguments[arguments.index("serve") + 1 :]))
    return "supervisor" if name.startswith("python") else name


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _pss_kib(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) if found else 0
