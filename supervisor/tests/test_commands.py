"""The commands in `bin/`: help without any set-up, wrong usage refused, pytest's own options handed on."""

import subprocess
import sys
from pathlib import Path

import pytest

from supervisor import checkrun, cli, testrun
from supervisor.cache import ROOT


def run(name, *arguments):
    """With Python alone: no `.venv`, no page, nothing installed."""
    command = [getattr(sys, "_base_executable", sys.executable), "-S", str(ROOT / "bin" / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}, cwd="/")


@pytest.mark.parametrize("name", ["up", "test", "check", "bench"])
def test_help_needs_nothing_but_python(name):
    done = run(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: bin/{name}")
    assert "exit status" in done.stdout


@pytest.mark.parametrize("arguments", [["up", "--no-such"], ["up", "now"], ["check", "tests"]])
def test_wrong_usage_ends_with_status_2_before_anything_is_set_up(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize("name", ["up", "test", "check", "bench", "../.ci/run"])
def test_every_command_is_executable_and_says_what_it_is(name):
    file = ROOT / "bin" / name
    assert file.stat().st_mode & 0o111 == 0o111
    assert file.read_text().startswith("#!/usr/bin/env ")


def test_ci_runs_both_even_when_the_first_fails(tmp_path):
    fake = tmp_path / "bin"
    fake.mkdir()
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci" / "run"
    script.write_bytes((ROOT / ".ci" / "run").read_bytes())
    for check, test, expected in ((0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)):
        (fake / "check").write_text(f"#!/bin/sh\nexit {check}\n")
        (fake / "test").write_text(f"#!/bin/sh\necho CI=$CI\nexit {test}\n")
        (fake / "check").chmod(0o755)
        (fake / "test").chmod(0o755)
        done = subprocess.run(["bash", script], capture_output=True, text=True, check=False)
        assert done.returncode == expected
        assert f"CI=true\nbin/check: exit status {check}; bin/test: exit status {test}" in done.stdout


def test_arguments_for_pytest_keep_their_order():
    options, rest = cli.parse("test", ["-k", "name", "tests/setup", "--long", "-x"])
    assert options.long
    assert rest == ["-k", "name", "tests/setup", "-x"]


def test_tests_run_in_three_turns_and_long_ones_only_when_asked():
    side_by_side, browsers, alone = testrun.turns(["tests"], long=False, serial=False)
    assert side_by_side[1][-3:] == ["-m", "not long and not serial", "tests"]
    assert browsers[1][-3:] == ["-m", "not long and serial and browser", "tests"]
    assert alone[1] == ["-m", "not long and serial and not browser", "tests"]
    assert testrun.turns([], long=True, serial=False)[2][1] == ["-m", "serial and not browser"]


def test_a_mark_of_the_caller_narrows_every_turn():
    for _, arguments in testrun.turns(["-m", "browser or bus", "-x"], long=True, serial=False):
        assert arguments[arguments.index("-m") + 1].startswith("(browser or bus) and ")
        assert arguments.count("-m") == 1
        assert arguments[-1] == "-x"


def test_one_at_a_time_is_one_turn():
    assert testrun.turns([], long=False, serial=True) == [("one at a time", ["-m", "not long"])]
    assert testrun.turns([], long=True, serial=True) == [("one at a time", [])]


@pytest.mark.parametrize(("statuses", "failed"), [([0, 0], []), ([0, 5], []), ([1, 0], ["0"]), ([0, 2], ["1"])])
def test_a_turn_without_tests_is_no_failure(statuses, failed):
    results = testrun.Results({str(number): status for number, status in enumerate(statuses)})
    assert results.failed == failed


def test_choosing_nothing_at_all_is_reported():
    assert testrun.Results({"a": 5, "b": 5}).nothing_ran


def test_every_check_runs_in_a_clean_environment(monkeypatch):
    monkeypatch.setenv("WARREN_PORT", "9999")
    verdict = checkrun._run(
        checkrun.Check(name="x", command=()), [sys.executable, "-c", "import os; exit('WARREN_PORT' in os.environ)"]
    )
    assert verdict.passed


def test_a_failed_check_shows_what_it_said(capsys):
    check = checkrun.Check(name="imports", command=(sys.executable, "-c", "print('broken'); exit(1)"))
    checkrun._show(checkrun._run(check, check.command))
    assert "FAILED imports" in (shown := capsys.readouterr().err)
    assert "       broken" in shown


def test_each_check_names_a_command_that_exists():
    for check in checkrun.python_checks():
        assert Path(check.command[0]).exists()
