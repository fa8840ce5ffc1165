"""What a child tells of its progress: the latest, not everything, with what follows from the numbers."""

import time
from types import SimpleNamespace

import pytest

from contracts.job import JobProgress
from jobs.worker import context
from jobs.worker.context import Reporter
from tests.servers import eventually


@pytest.fixture
def told() -> list[JobProgress]:
    return []


@pytest.fixture
def report(told, monkeypatch):
    monkeypatch.setattr(context, "PROGRESS_SECONDS", 0.05)
    reporter = Reporter(told.append)

    def say(percent=None, note="", done=None, total=None, unit=None):
        reporter(percent=percent, note=note, done=done, total=total, unit=unit)

    say.forget = reporter.forget
    return say


def test_the_last_word_is_passed_on_and_most_in_between_are_not(report, told):
    for n in range(10_000):
        report(note=str(n))
    eventually(lambda: told and told[-1].note == "9999")
    assert len(told) < 1000


def test_percent_follows_from_done_and_total(report, told):
    report(done=1, total=4)
    assert eventually(lambda: told)[0].percent == 25


@pytest.mark.parametrize(("percent", "kept"), [(-1, 0), (101, 100), (50, 50), (None, None)])
def test_percent_stays_between_its_bounds(report, told, percent, kept):
    report(percent=percent)
    assert eventually(lambda: told)[0].percent == kept


def test_rate_and_the_time_that_is_left_follow_from_what_was_done(report, told):
    report(done=0, total=100)
    eventually(lambda: told)
    report(done=50, total=100)
    last = eventually(lambda: len(told) > 1 and told[-1])
    assert last.rate > 0
    assert last.seconds_left == pytest.approx(50 / last.rate)


def test_what_was_not_passed_on_when_the_job_ended_is_dropped(report, told, monkeypatch):
    monkeypatch.setattr(context, "PROGRESS_SECONDS", 1.0)
    report(note="first")
    eventually(lambda: told)
    report(note="too late")
    report.forget()
    report(note="of the next job")
    eventually(lambda: told[-1].note == "of the next job")
    assert [one.note for one in told] == ["first", "of the next job"]


def test_the_rate_is_that_of_the_last_while(told, monkeypatch):
    clock = SimpleNamespace(now=0.0, sleep=time.sleep, monotonic=lambda: clock.now)
    monkeypatch.setattr(context, "time", clock)
    reporter = Reporter(told.append)
    rates = []
    for done in (0, *range(1000, 21_000, 1000), *range(20_010, 20_200, 10), 0, 5):  # fast, slow, from the start again
        rates.append(reporter._rate(done))
        clock.now += 1
    assert rates[20] == 1000
    assert rates[39] == 10
    assert rates[40] is None
    assert rates[41] == 5
