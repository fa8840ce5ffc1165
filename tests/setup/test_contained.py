"""A role in a container: its signs of life reach the health check, its end ends the container."""

import os
import signal
import subprocess
import sys

import pytest

from supervisor import contained
from supervisor.cache import ROOT
from supervisor.ports import pick
from supervisor.processes import wait_for


def test_a_role_that_was_never_heard_is_not_healthy(tmp_path, monkeypatch):
    monkeypatch.setattr(contained, "SIGN_OF_LIFE", tmp_path / "alive")
    assert contained.healthy() == 1


def test_a_sign_of_life_counts_for_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(contained, "SIGN_OF_LIFE", tmp_path / "alive")
    (tmp_path / "alive").touch()
    written = (tmp_path / "alive").stat().st_mtime
    assert contained.healthy(now=lambda: written + contained.FRESH_FOR - 1) == 0
    assert contained.healthy(now=lambda: written + contained.FRESH_FOR + 1) == 1


@pytest.mark.serial
def test_a_role_reports_its_life_and_stops_when_the_container_is_stopped(tmp_path, broker):
    alive = tmp_path / "alive"
    script = (
        "import sys; from pathlib import Path; from supervisor import contained; "
        f"contained.SIGN_OF_LIFE = Path({str(alive)!r}); sys.exit(contained.main(['serve', 'gateway']))"
    )
    environment = {**os.environ, "WARREN_AMQP_URL": broker.url("gateway"), "WARREN_PORT": str(pick(1)[0])}
    container = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)
    try:
        assert wait_for(alive.exists, seconds=60)
        container.send_signal(signal.SIGTERM)
        assert container.wait(40) == 0
    finally:
        container.kill()
        container.wait()
