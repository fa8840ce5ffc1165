"""A kind that does not fit its contract fails when it is imported, not when its first job runs."""

import pytest

from contracts.probe import ProbeNoop, ProbeResult
from jobs.kinds import load_all
from jobs.kinds.base import Context, kind


class NoContract:
    pass


def test_its_parameters_must_be_a_contract():
    with pytest.raises(TypeError, match="no job kind's contract"):
        kind(NoContract, queue="probe")


def test_its_function_must_take_and_return_what_the_contract_says():
    with pytest.raises(TypeError, match="should take ProbeNoop, return ProbeResult"):

        @kind(ProbeNoop, queue="probe")
        def run(params: ProbeNoop, context: Context) -> str:
            return ""


def test_its_queue_must_be_in_the_topology():
    with pytest.raises(TypeError, match=r"no queue job\.nonsense"):

        @kind(ProbeNoop, queue="nonsense")
        def run(params: ProbeNoop, context: Context) -> ProbeResult:
            return ProbeResult(slept=0.0)


def test_two_functions_for_one_contract_are_refused():
    load_all()
    with pytest.raises(TypeError, match=r"Two functions run probe\.noop"):

        @kind(ProbeNoop, queue="probe")
        def run(params: ProbeNoop, context: Context) -> ProbeResult:
            return ProbeResult(slept=0.0)


def test_every_contract_of_a_kind_has_a_function():
    from contracts.base import KINDS

    assert set(load_all()) == set(KINDS)
