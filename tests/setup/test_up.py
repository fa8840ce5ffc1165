"""`bin/up` from nothing to a served page, through kills, to a stop that leaves nothing behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from supervisor import frontend
from supervisor.cache import ROOT
from supervisor.ports import answers, pick, says_well
from supervisor.processes import descendants, wait_for, wait_until_gone

pytestmark = [pytest.mark.serial, pytest.mark.timeout(600)]
UP = 120


class Running:
    """One `python -m supervisor up` on a folder of its own."""

    def __init__(self, folder, *options, port=0, **variables):
        self.folder = folder
        self.port = port or pick(1)[0]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WARREN_")}
        self.output = folder / f"output-{self.port}.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "supervisor", "up", *options],
                cwd=ROOT,
                env={**kept, "WARREN_LOCAL": str(folder / "local"), "WARREN_PORT": str(self.port), **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self):
        return self.output.read_text(errors="replace")

    def is_up(self):
        assert wait_for(lambda: "Warren is up" in self.said or self.process.poll() is not None, seconds=UP), self.said
        assert self.process.poll() is None, self.said
        return self

    def child(self, role):
        pids = [pid for pid in descendants(self.process.pid) if role in command_of(pid)]
        return pids[0] if pids else None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def folder():
    if not (frontend.DIST / "index.html").exists():
        pytest.fail("The page is not built: run these tests with bin/test")
    path = Path(tempfile.mkdtemp(prefix="warren-up-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def warren(folder):
    running = Running(folder).is_up()
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def test_the_page_is_served_and_the_gateway_is_ready(warren):
    assert says_well(warren.port, path="/")
    assert says_well(warren.port, path="/health/ready")


def test_the_address_and_the_demo_logins_are_printed(warren):
    assert f"Open http://localhost:{warren.port}" in warren.said
    assert re.search(r"Demo logins: \w+", warren.said)


def test_the_gateway_does_not_know_where_the_database_is(warren):
    environment = Path(f"/proc/{warren.child('serve gateway')}/environ").read_text()
    assert "WARREN_AMQP_URL=" in environment
    assert "WARREN_DATABASE_URL" not in environment
    assert "WARREN_SECRET_KEY" not in environment


def test_each_role_has_a_broker_user_of_its_own(warren):
    environment = Path(f"/proc/{warren.child('serve relay')}/environ").read_text().split("\0")
    urls = {line for line in environment if line.startswith("WARREN_AMQP_URL")}
    assert urls
    assert all("//relay:" in url for url in urls)


def test_a_second_up_on_the_same_folder_is_refused(warren, folder):
    second = Running(folder)
    assert second.process.wait(30) == 75
    assert f"process {warren.process.pid}" in second.said


def test_a_taken_port_is_refused_with_a_sentence_and_nothing_is_started(warren, folder):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    second = Running(elsewhere, port=warren.port)
    assert second.process.wait(30) == 75
    assert f"Port {warren.port} of 127.0.0.1 is taken" in second.said
    assert not (elsewhere / "local" / "postgres").exists()


def test_the_doctor_finds_nothing_wrong(warren, folder):
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env={**os.environ, "WARREN_LOCAL": str(folder / "local"), "WARREN_PORT": str(warren.port)},
        capture_output=True,
        text=True,
        check=False,
    )
    import json

    faults = [finding for finding in json.loads(done.stdout) if not finding["well"] and finding["name"] != "page"]
    assert faults == []


@pytest.mark.parametrize(
    "role", ["serve gateway", "serve userservice", "serve relay", "serve admin", "beam.smp", "postgres -D"]
)
def test_whatever_is_killed_comes_back(warren, role):
    first = warren.child(role)
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: warren.child(role) not in (None, first), seconds=30), warren.said
    assert wait_for(lambda: says_well(warren.port, path="/health/ready"), seconds=60), warren.said


def test_sigterm_stops_everything_and_frees_the_ports(warren):
    family = descendants(warren.process.pid)
    assert warren.stop() == 0
    assert wait_until_gone(family, seconds=0.5)
    assert not answers(warren.port)
    assert warren.said.rstrip().endswith("Stopped")


def test_the_second_start_keeps_the_data_and_kill_9_leaves_no_process(folder):
    running = Running(folder, "--spread").is_up()
    assert "Made " not in running.said
    family = descendants(running.process.pid)
    assert len(family) > 8
    running.process.kill()
    running.process.wait()
    assert wait_until_gone(family, seconds=20)
    after = Running(folder, "--no-demo").is_up()
    assert "Demo logins" not in after.said
    assert after.stop() == 0


def test_given_servers_are_used_and_none_is_started(folder, broker, database_url, transactional_db):
    own = folder / "given"
    own.mkdir()
    running = Running(
        own,
        "--no-demo",
        WARREN_DATABASE_URL=database_url,
        WARREN_AMQP_URL=broker.url("topology"),
        **{f"WARREN_AMQP_URL_{role.upper()}": broker.url(role) for role in broker.urls},
    ).is_up()
    assert running.child("postgres") is None
    assert running.child("beam.smp") is None
    assert running.stop() == 0


def test_a_role_that_cannot_start_ends_the_first_start_with_its_own_sentence(folder):
    own = folder / "wrong"
    own.mkdir()
    running = Running(own, "--no-demo", WARREN_MAX_SOCKETS_PER_USER="many")
    assert running.process.wait(UP) == 1
    assert "WARREN_MAX_SOCKETS_PER_USER should be a whole number" in running.said
    assert descendants(running.process.pid) == []
