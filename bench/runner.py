"""Runs rows: contenders take turns, in reverse order every other time, so that a drift of the machine hits all."""

import os
from collections.abc import Sequence

from bench.lab import Lab
from bench.model import Contender, Measured, NotMeasured, Outcome, Row, judge
from bench.report import announce, progress
from supervisor.faults import SetupFault


def run_row(row: Row, lab: Lab) -> Outcome:
    """Measure one row. What it needs and cannot have becomes the outcome's `fault`."""
    announce(row)
    load = os.getloadavg()[0]
    measured: list[Measured] = []
    fault = ""
    try:
        with row.start(lab) as contenders:
            measured = [Measured(contender=one, absent=one.absent) for one in contenders]
            take_turns(measured, row.quick_repetitions if lab.quick else lab.repetitions or row.repetitions)
    except (NotMeasured, SetupFault) as reason:
        fault = str(reason)
    verdicts = [judge(budget, measured) for budget in row.budgets]
    return Outcome(row=row, measured=measured, verdicts=verdicts, load_before=load, fault=fault)


def take_turns(measured: Sequence[Measured], repetitions: int) -> None:
    """One sample of each per repetition; a contender that cannot run is left out from then on."""
    for repetition in range(repetitions):
        for one in measured if repetition % 2 == 0 else measured[::-1]:
            if not one.absent:
                _sample(one)


def _sample(one: Measured) -> None:
    try:
        sample = _of(one.contender)
    except NotMeasured as reason:
        one.absent = str(reason)
        sample = {}
    if sample:
        one.samples.append(sample)
    progress(one)


def _of(contender: Contender) -> dict[str, float]:
    if contender.sample is None:
        raise NotMeasured("there is nothing to run")
    return dict(contender.sample())
