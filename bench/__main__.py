"""`python -m bench [ROW ...]`: measure rows of the budgets and write the table (docs/benchmarks.md)."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bench import report, rows
from bench.machine import describe
from bench.model import Outcome, Row
from supervisor.cli import bench_parser
from supervisor.faults import SetupFault


def main(arguments: Sequence[str]) -> int:
    """Exit status 0 when every budget that was measured is met, else 1."""
    options = bench_parser().parse_args(arguments)
    available = load_rows()
    if options.list:
        for row in available.values():
            print(f"{row.number:3}  {row.title}")
        return 0
    unknown = [number for number in options.rows if number not in available]
    if unknown:
        print(f"There is no row {unknown[0]}; `--list` shows those that there are.", file=sys.stderr)
        return 2
    chosen = [available[number] for number in options.rows or available]
    try:
        return measure(chosen, options)
    except SetupFault as fault:
        print(fault, file=sys.stderr)
        return fault.status


def load_rows() -> dict[int, Row]:
    """Every module of `bench.rows`, by its row's number."""
    modules = [importlib.import_module(f"bench.rows.{info.name}") for info in pkgutil.iter_modules(rows.__path__)]
    found: list[Row] = [module.ROW for module in modules]
    return {row.number: row for row in sorted(found, key=lambda row: row.number)}


def measure(chosen: Sequence[Row], options: argparse.Namespace) -> int:
    from bench.lab import Lab  # takes the bus along, which `--list` need not
    from bench.runner import run_row

    machine = describe()
    outcomes: list[Outcome] = []
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M") + ("-quick" if options.quick else "")
    with Lab(quick=options.quick, repetitions=options.repetitions, peers=not options.no_peers) as lab:
        for row in chosen:
            outcomes.append(run_row(row, lab))
            report.print_verdicts(outcomes[-1])
            report.write(outcomes, machine=machine, name=name)
    print(f"\nwritten: bench/results/{name}.md and {name}.json")
    return 1 if any(verdict.met is False for outcome in outcomes for verdict in outcome.verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
