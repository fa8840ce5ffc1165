"""The doctor names each fault and what to type; a healthy installation has none (test_up.py)."""

import io
import json
import socket
import sys

import pytest
from django.core.management import call_command

from supervisor import doctor
from supervisor.doctor import Subject
from supervisor.ports import LOOPBACK, pick


def findings(look, environment, local):
    return {finding.name: finding for finding in look(Subject(environment=environment, local=local))}


@pytest.fixture
def silent_port():
    """A port on which something listens that is no Warren."""
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_database_that_does_not_answer(tmp_path):
    url = f"postgres://warren:x@{LOOPBACK}:{pick(1)[0]}/warren"
    found = findings(doctor.database, {"WARREN_DATABASE_URL": url}, tmp_path)["database"]
    assert not found.well
    assert "Connection refused" in found.detail
    assert found.fix.startswith("Start the server that WARREN_DATABASE_URL names")


def test_without_a_url_nothing_is_tried_because_default_ports_belong_to_others(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.psycopg2, "connect", lambda **_: pytest.fail("connected"))
    monkeypatch.setattr(doctor, "broker_version", lambda _: pytest.fail("connected"))
    for look, name in ((doctor.database, "database"), (doctor.broker, "broker")):
        found = findings(look, {}, tmp_path)[name]
        assert not found.well
        assert found.fix.startswith("Start Warren with bin/up")


def test_migrations_that_are_to_come_are_counted_and_named(tmp_path, servers):
    found = findings(doctor.database, {"WARREN_DATABASE_URL": servers.database_url}, tmp_path)
    assert found["database"].well
    assert found["clock"].well
    assert not found["migrations"].well
    assert "to come, first" in found["migrations"].detail
    assert found["migrations"].fix.startswith("manage.py migrate")


@pytest.mark.django_db(transaction=True)
def test_a_migrated_database_is_well(tmp_path, database_url):
    found = findings(doctor.database, {"WARREN_DATABASE_URL": database_url}, tmp_path)
    assert all(finding.well for finding in found.values())


def test_a_wrong_database_password_is_told(tmp_path, servers):
    url = servers.database_url.replace("warren:", "warren:wrong", 1)
    found = findings(doctor.database, {"WARREN_DATABASE_URL": url}, tmp_path)["database"]
    assert "password authentication failed" in found.detail


def test_a_broker_with_its_topology_is_well(tmp_path, broker):
    urls = {f"WARREN_AMQP_URL_{role.upper()}": broker.url(role) for role in ("topology", "gateway", "relay")}
    found = findings(doctor.broker, urls, tmp_path)
    assert all(finding.well for finding in found.values())
    assert {"broker", "topology", "broker user gateway", "broker user relay"} <= set(found)
    assert found["broker"].detail.startswith("RabbitMQ ")


def test_a_wrong_broker_password_is_told_for_the_role_that_has_it(tmp_path, broker):
    wrong = broker.url("relay").replace("relay:", "relay:wrong", 1)
    urls = {"WARREN_AMQP_URL_TOPOLOGY": broker.url("topology"), "WARREN_AMQP_URL_RELAY": wrong}
    found = findings(doctor.broker, urls, tmp_path)
    assert not found["broker user relay"].well
    assert "WARREN_AMQP_URL_RELAY" in found["broker user relay"].fix
    assert found["broker user topology"].well


def test_a_broker_that_does_not_answer(tmp_path):
    url = f"amqp://x:y@{LOOPBACK}:{pick(1)[0]}/"
    found = findings(doctor.broker, {"WARREN_AMQP_URL": url}, tmp_path)["broker"]
    assert not found.well
    assert found.fix.startswith("Start the server that WARREN_AMQP_URL names")


def test_a_port_that_something_else_has(tmp_path, silent_port):
    found = findings(doctor.gateway_port, {"WARREN_PORT": str(silent_port)}, tmp_path)["port"]
    assert not found.well
    assert f"WARREN_PORT={silent_port + 10} bin/up" in found.fix


def test_a_free_port_means_that_warren_is_not_running(tmp_path):
    assert findings(doctor.gateway_port, {"WARREN_PORT": str(pick(1)[0])}, tmp_path)["port"].well


def test_a_secret_that_others_can_read(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "secret-key").write_text("x")
    (secrets / "secret-key").chmod(0o644)
    found = findings(doctor.secrets, {}, tmp_path)
    assert not found["secrets"].well
    assert "secret-key" in found["secrets"].detail
    assert "chmod 600" in found["secrets"].fix
    assert not found["secret key"].well


def test_a_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "free_bytes", lambda _: 100 * doctor.MIB)
    found = findings(doctor.folders, {}, tmp_path)["disk"]
    assert not found.well
    assert found.detail.startswith("100 MiB free")
    assert "512 MiB" in found.fix


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    found = findings(doctor.folders, {"WARREN_SPOOL": "/srv/spool"}, tmp_path)["spool"]
    assert not found.well
    assert found.fix.endswith("/srv/spool")


def test_a_page_that_was_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.frontend, "DIST", tmp_path)
    found = findings(doctor.page, {}, tmp_path)["page"]
    assert not found.well
    assert found.detail == "not built"


def test_psycopg_3_beside_psycopg2(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: object() if name == "psycopg" else None)
    assert not findings(doctor.python, {}, tmp_path)["driver"].well


def test_the_command_prints_faults_with_fixes_and_exits_with_1(monkeypatch, tmp_path):
    monkeypatch.setenv("WARREN_LOCAL", str(tmp_path))
    for name in ("WARREN_DATABASE_URL", "WARREN_AMQP_URL", "WARREN_AMQP_URL_TOPOLOGY"):
        monkeypatch.delenv(name, raising=False)
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("doctor", stdout=out)
    assert caught.value.code == 1
    lines = out.getvalue().splitlines()
    faults = [number for number, line in enumerate(lines) if line.startswith("FAULT")]
    assert faults
    assert all("Fix: " in lines[number + 1] for number in faults)


def test_the_command_speaks_json(monkeypatch, tmp_path):
    monkeypatch.setenv("WARREN_LOCAL", str(tmp_path))
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", stdout=out)
    first = json.loads(out.getvalue())[0]
    assert first["name"] == "python"
    assert first["detail"].startswith(f"Python {sys.version_info[0]}.")
