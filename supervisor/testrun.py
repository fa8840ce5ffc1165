"""`bin/test`: the page's tests, then Python's in three turns: side by side what can be, two browsers beside each other,
alone what needs the machine."""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from supervisor import browser, frontend
from supervisor.cache import ROOT, cache_folder
from supervisor.cli import say

WORKERS = 4
BROWSERS = 2
"""Each with a system of its own; while a page waits for one, the other has the machine."""
NOTHING_COLLECTED = 5
"""pytest's exit status when no test was chosen."""


@dataclass
class Results:
    """What ran and how it ended."""

    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> list[str]:
        return [name for name, status in self.statuses.items() if status not in (0, NOTHING_COLLECTED)]

    @property
    def nothing_ran(self) -> bool:
        return all(status == NOTHING_COLLECTED for status in self.statuses.values())


def test(options: argparse.Namespace, chosen: Sequence[str]) -> int:
    """Run the chosen tests, or all. Exit status 0 when everything passed, 1 when not, 5 when nothing was chosen."""
    results = Results()
    if not chosen:
        results.statuses["page"] = _test_page()
    _test_python(options, chosen, results)
    return _sum_up(results)


def _test_page() -> int:
    say("The page's tests")
    pnpm = frontend.install(cache=cache_folder())
    return subprocess.run(
        [pnpm.program, "run", "test"], cwd=frontend.FRONTEND, env=pnpm.environment(), check=False
    ).returncode


def _test_python(options: argparse.Namespace, chosen: Sequence[str], results: Results) -> None:
    environment = _environment(chromium=browser.ensure(cache=cache_folder()))
    for name, arguments in turns(chosen, long=options.long, serial=options.serial):
        say(f"Tests, {name}")
        results.statuses[name] = _pytest(arguments, environment)


def turns(chosen: Sequence[str], *, long: bool, serial: bool) -> list[tuple[str, list[str]]]:
    """pytest's arguments for each turn. A `-m` of the caller narrows both."""
    rest, wish = without_marker_option(chosen)
    wanted = [f"({wish})"] if wish else []
    wanted += [] if long else ["not long"]
    if serial:
        return [("one at a time", [*_marked(wanted), *rest])]
    cores = os.cpu_count() or 1
    together = [*_spread(min(WORKERS, cores)), *_marked([*wanted, "not serial"])]
    browsers = [*_spread(min(BROWSERS, cores)), *_marked([*wanted, "serial and browser"])]
    alone = _marked([*wanted, "serial and not browser"])
    return [("side by side", [*together, *rest]), ("in browsers", [*browsers, *rest]), ("alone", [*alone, *rest])]


def _spread(workers: int) -> list[str]:
    return ["-n", str(workers), "--dist", "loadfile"]


def without_marker_option(arguments: Sequence[str]) -> tuple[list[str], str]:
    """The arguments without `-m EXPRESSION`, and the expression."""
    rest = list(arguments)
    if "-m" not in rest:
        return rest, ""
    place = rest.index("-m")
    return rest[:place] + rest[place + 2 :], " ".join(rest[place + 1 : place + 2])


def _marked(conditions: Sequence[str]) -> list[str]:
    return ["-m", " and ".join(conditions)] if conditions else []


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=dict(environment), check=False).returncode


def _environment(*, chromium: Path) -> dict[str, str]:
    """Nothing of a running Warren reaches the tests; `tests/servers.py` starts what they need."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WARREN_")}
    return inherited | {
        browser.VARIABLE: str(chromium),
        "PLAYWRIGHT_NODEJS_PATH": frontend.node_program(cache=cache_folder()),  # its own wants libatomic1
        "WARREN_SECRET_KEY": secrets.token_urlsafe(48),
        "PYTHONUNBUFFERED": "1",
    }


def _sum_up(results: Results) -> int:
    if results.failed:
        say(f"FAILED: {', '.join(results.failed)}")
        return 1
    if results.nothing_ran:
        say("No test was chosen.")
        return NOTHING_COLLECTED
    say(f"Passed: {', '.join(name for name, status in results.statuses.items() if status == 0)}")
    return 0
