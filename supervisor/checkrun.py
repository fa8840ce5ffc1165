"""`bin/check`: everything that can be said about the sources without running them. All of it runs, then the verdict."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from supervisor import frontend
from supervisor.cache import ROOT, cache_folder
from supervisor.cli import say
from supervisor.faults import SetupFault

BIN = Path(sys.executable).parent
MANAGE = (sys.executable, "manage.py")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing to check; `repair` is the command that puts it right, if there is one."""

    name: str
    command: Sequence[str | Path]
    repair: Sequence[str | Path] = ()
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a check ended."""

    name: str
    passed: bool
    output: str
    seconds: float


def python_checks() -> list[Check]:
    """Checks that need nothing but `.venv`."""
    nowhere = {"WARREN_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "PYTHONWARNINGS": "ignore"}
    return [
        Check(name="format", command=(BIN / "ruff", "format", "--check", "."), repair=(BIN / "ruff", "format", ".")),
        Check(name="lint", command=(BIN / "ruff", "check", "."), repair=(BIN / "ruff", "check", "--fix", ".")),
        Check(name="types", command=(BIN / "mypy",)),
        Check(name="imports", command=(BIN / "lint-imports",)),
        Check(
            name="migrations",
            command=(*MANAGE, "makemigrations", "--check", "--dry-run"),
            repair=(*MANAGE, "makemigrations"),
            environment=nowhere,
        ),
        Check(
            name="schema",
            command=(*MANAGE, "export_schema", "--check"),
            repair=(*MANAGE, "export_schema"),
            environment=nowhere,
        ),
        Check(
            name="configuration",
            command=(*MANAGE, "export_configuration", "--check"),
            repair=(*MANAGE, "export_configuration"),
            environment=nowhere,
        ),
    ]


def page_check() -> Check:
    """The page's own types, lint and generated files; installs what it is built from."""
    pnpm = frontend.install(cache=cache_folder())
    return Check(
        name="page",
        command=(pnpm.program, "run", "check"),
        repair=(pnpm.program, "run", "format"),
        folder=frontend.FRONTEND,
        environment=pnpm.environment(),
    )


def check(options: argparse.Namespace) -> int:
    """Run every check, even after one failed; exit status 1 if any did."""
    checks = [*python_checks(), *_page()]
    if options.fix:
        for one in checks:
            _run(one, one.repair)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        verdicts = [_show(verdict) for verdict in pool.map(lambda one: _run(one, one.command), checks)]
    failed = [verdict.name for verdict in verdicts if not verdict.passed]
    say(f"FAILED: {', '.join(failed)}" if failed else f"All {len(verdicts)} checks passed.")
    return 1 if failed else 0


def _page() -> list[Check]:
    try:
        return [page_check()]
    except SetupFault as fault:
        sentence = str(fault)
        return [Check(name="page", command=(sys.executable, "-c", f"import sys; sys.exit({sentence!r})"))]


def _run(one: Check, command: Sequence[str | Path]) -> Verdict:
    began = time.monotonic()
    if not command:
        return Verdict(name=one.name, passed=True, output="", seconds=0.0)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=one.folder,
        env={**_inherited(), **one.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - began
    return Verdict(name=one.name, passed=done.returncode == 0, output=done.stdout.strip(), seconds=seconds)


def _inherited() -> dict[str, str]:
    """Without Warren's own variables: what is generated must not depend on who generates it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WARREN_")}


def _show(verdict: Verdict) -> Verdict:
    say(f"{'ok    ' if verdict.passed else 'FAILED'} {verdict.name} ({verdict.seconds:.1f} s)")
    if not verdict.passed:
        say("\n".join(f"       {line}" for line in verdict.output.splitlines()))
    return verdict
