"""The commands in `bin/`: what each accepts, and what has to be there before it can begin.

Each runs twice: first with the machine's Python, which makes `.venv` and builds the page (`enter`), then, as the
same process, with the Python of `.venv` (`supervisor/__main__.py`).
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from supervisor import environment, frontend
from supervisor.account import make_folder
from supervisor.cache import ROOT, cache_folder
from supervisor.disk import NEEDED_TO_INSTALL, require_space
from supervisor.faults import SetupFault

STATUSES = "exit status: 0 well, 1 failed, 2 wrong usage, 69 a program is missing, 75 in the way just now"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One file of `bin/`."""

    requirements: str
    needs_page: bool
    parser: Callable[[], argparse.ArgumentParser]


def up_parser() -> argparse.ArgumentParser:
    parser = _parser(
        "up",
        "Starts Warren: PostgreSQL and RabbitMQ of its own unless WARREN_DATABASE_URL and WARREN_AMQP_URL name others, "
        "migrations, demo accounts and every role. Ctrl-C stops all of it.",
    )
    parser.add_argument("--spread", action="store_true", help="a process per role, instead of one for all services")
    parser.add_argument("--no-demo", action="store_true", help="make no demo accounts")
    parser.add_argument("--management", action="store_true", help="switch RabbitMQ's own web page on")
    parser.add_argument("--no-color", action="store_true", help="plain output on a terminal too")
    return parser


def test_parser() -> argparse.ArgumentParser:
    parser = _parser(
        "test",
        "Runs all tests: the page's, then Python's, with a PostgreSQL, a RabbitMQ and a Chromium for them alone. "
        "With PATHs or options of pytest, only those tests, and none of the page.",
    )
    parser.add_argument("--long", action="store_true", help="also the repeated kills, the volumes and the soaks")
    parser.add_argument("--serial", action="store_true", help="one test at a time")
    parser.usage = "bin/test [-h] [--long] [--serial] [PATH ...] [pytest's options]"
    return parser


def check_parser() -> argparse.ArgumentParser:
    parser = _parser("check", "Checks format, lint, types, imports, generated files and the page's sources.")
    parser.add_argument("--fix", action="store_true", help="format, repair and generate first")
    return parser


def bench_parser() -> argparse.ArgumentParser:
    parser = _parser(
        "bench",
        "Measures Warren beside the bare mechanism and the usual alternatives, in one run (docs/benchmarks.md). "
        "Takes private servers of its own; touches nothing else.",
    )
    parser.add_argument("rows", nargs="*", type=int, metavar="ROW", help="numbers of rows; all when none is given")
    parser.add_argument("--quick", action="store_true", help="short samples, two of each: a third of the time")
    parser.add_argument("--list", action="store_true", help="show the rows and stop")
    parser.add_argument("--repetitions", type=int, default=0, metavar="N", help="samples of each contender")
    parser.add_argument("--no-peers", action="store_true", help="leave the alternatives out")
    return parser


COMMANDS = {
    "up": Command(requirements="base", needs_page=True, parser=up_parser),
    "test": Command(requirements="dev", needs_page=True, parser=test_parser),
    "check": Command(requirements="dev", needs_page=False, parser=check_parser),
    "bench": Command(requirements="dev", needs_page=True, parser=bench_parser),
}


def enter(name: str) -> None:
    """What the files in `bin/` call: check the arguments, prepare, and go on inside `.venv`. Does not return."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = COMMANDS[name]
    command.parser().parse_known_args() if name == "test" else command.parser().parse_args()
    try:
        prepare(command)
    except SetupFault as fault:
        say(str(fault))
        sys.exit(fault.status)
    arguments = [str(environment.PYTHON), "-m", "supervisor", name, *sys.argv[1:]]
    os.chdir(ROOT)
    os.execv(arguments[0], arguments)


def prepare(command: Command) -> None:
    """Make `.venv` and build the page where that is not done yet."""
    cache = cache_folder()
    if not environment.VENV.exists():
        require_space(ROOT, needed=NEEDED_TO_INSTALL)
    make_folder(ROOT / ".local", mode=0o711)
    environment.ensure(name=command.requirements, cache=cache, say=say)
    if command.needs_page and not frontend.is_current(frontend.sources_hash()):
        say("Building the page; this takes half a minute the first time")
        frontend.ensure_built(cache=cache)


def say(text: str) -> None:
    """Progress goes to standard error, so that it never mixes with what a command prints for programs."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"bin/{name}", description=description, epilog=STATUSES, allow_abbrev=False)


def parse(name: str, arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options of a command, and what is left for pytest."""
    return COMMANDS[name].parser().parse_known_args(arguments)
