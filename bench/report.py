"""The table: to the terminal while it runs, then as Markdown and JSON into `bench/results/`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.model import Kind, Measured, Outcome, Row, Verdict

RESULTS = Path(__file__).with_name("results")


def announce(row: Row) -> None:
    print(f"\n{row.number}. {row.title}", flush=True)


def progress(one: Measured) -> None:
    """A line per sample, so that somebody who watches sees it move."""
    if one.absent:
        print(f"   {one.contender.name}: not measured: {one.absent}", flush=True)
        return
    figures = ", ".join(f"{metric} {number(value)}" for metric, value in one.samples[-1].items())
    print(f"   {one.contender.name}: {figures}", flush=True)


def number(value: float) -> str:
    """Three significant digits, thousands grouped."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def print_verdicts(outcome: Outcome) -> None:
    """What came out against each budget."""
    if outcome.fault:
        print(f"   NOT MEASURED: {outcome.fault}", flush=True)
    for verdict in outcome.verdicts:
        print(f"   {status(verdict).upper():12} {verdict.budget}: {figure(verdict)}", flush=True)


def status(verdict: Verdict) -> str:
    return {True: "met", False: "missed", None: "not measured"}[verdict.met]


def figure(verdict: Verdict) -> str:
    return "–" if verdict.figure is None else number(verdict.figure)


def write(outcomes: Sequence[Outcome], *, machine: Mapping[str, str], name: str) -> None:
    """Write the table under `name`, as `.md` for people and `.json` for programs; again after each row."""
    RESULTS.mkdir(exist_ok=True)
    markdown, plain = RESULTS / f"{name}.md", RESULTS / f"{name}.json"
    markdown.write_text(as_markdown(outcomes, machine=machine, name=name))
    plain.write_text(json.dumps(as_json(outcomes, machine=machine), indent=1, ensure_ascii=False) + "\n")


def as_markdown(outcomes: Sequence[Outcome], *, machine: Mapping[str, str], name: str) -> str:
    parts = [f"# Benchmarks, {name}\n", _machine(machine), "## Budgets\n", _summary(outcomes)]
    parts += [_section(outcome) for outcome in outcomes]
    return "\n".join(parts)


def as_json(outcomes: Sequence[Outcome], *, machine: Mapping[str, str]) -> dict[str, Any]:
    return {"machine": dict(machine), "rows": [_row_as_json(outcome) for outcome in outcomes]}


def _machine(machine: Mapping[str, str]) -> str:
    return "".join(f"- {key}: {value}\n" for key, value in machine.items())


def _summary(outcomes: Sequence[Outcome]) -> str:
    lines = ["| row | what | budget | measured | |", "|---|---|---|---|---|"]
    for outcome in outcomes:
        for verdict in outcome.verdicts:
            lines.append(
                f"| {outcome.row.number} | {outcome.row.title} | {verdict.budget} | {figure(verdict)} "
                f"| {_mark(verdict)} |"
            )
    return "\n".join(lines) + "\n"


def _mark(verdict: Verdict) -> str:
    return "**missed**" if verdict.met is False else status(verdict)


def _section(outcome: Outcome) -> str:
    head = f"## {outcome.row.number}. {outcome.row.title}\n\n{outcome.row.note}\n"
    if outcome.fault:
        return f"{head}\nNot measured: {outcome.fault}\n"
    lines = ["| contender | metric | median | from – to | runs |", "|---|---|---|---|---|"]
    lines += [line for one in outcome.measured for line in _lines(one)]
    return f"{head}\n" + "\n".join(lines) + f"\n\nLoad average before: {outcome.load_before:.2f}.\n"


def _lines(one: Measured) -> list[str]:
    label = one.contender.name if one.contender.kind is Kind.WARREN else f"{one.contender.kind}: {one.contender.name}"
    lines = [_line(label, metric, one) for metric in one.metrics()]
    return [*lines, f"| {label} | not measured: {one.absent} | | | |"] if one.absent else lines


def _line(label: str, metric: str, one: Measured) -> str:
    values = one.values(metric)
    middle = number(one.median(metric) or 0)
    return f"| {label} | {metric} | {middle} | {number(min(values))} – {number(max(values))} | {len(values)} |"


def _row_as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "row": outcome.row.number,
        "title": outcome.row.title,
        "load_before": outcome.load_before,
        "fault": outcome.fault,
        "contenders": [
            {"name": one.contender.name, "kind": one.contender.kind, "absent": one.absent, "samples": one.samples}
            for one in outcome.measured
        ],
        "verdicts": [
            {"budget": str(verdict.budget), "figure": verdict.figure, "status": status(verdict)}
            for verdict in outcome.verdicts
        ],
    }
