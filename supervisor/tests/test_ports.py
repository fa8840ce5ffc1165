"""Ports are picked once, remembered, and picked anew only when they were ours to choose."""

import socket

import pytest

from supervisor import ports
from supervisor.faults import Temporary


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_with_a_listener_is_not_free(taken):
    assert not ports.is_free(taken)
    assert ports.answers(taken)


def test_picked_ports_differ_and_lie_below_the_range_of_outgoing_connections():
    chosen = ports.pick(5)
    assert len(set(chosen)) == 5
    assert all(port < 32_768 for port in chosen)


def test_the_same_ports_are_given_again(tmp_path):
    file = tmp_path / "ports.json"
    first = ports.remembered(file, ["database", "broker"])
    assert ports.remembered(file, ["database", "broker"]) == first


def test_a_remembered_port_that_was_taken_is_replaced_and_the_others_stay(tmp_path, taken):
    file = tmp_path / "ports.json"
    first = ports.remembered(file, ["database", "broker"])
    file.write_text(f'{{"database": {taken}, "broker": {first["broker"]}}}')
    second = ports.remembered(file, ["database", "broker"])
    assert second["broker"] == first["broker"]
    assert second["database"] != taken


@pytest.mark.parametrize("rubbish", ["", "{", '"text"', "[1]", '{"database": "x"}'])
def test_an_unreadable_file_of_ports_is_written_anew(tmp_path, rubbish):
    file = tmp_path / "ports.json"
    file.write_text(rubbish)
    assert set(ports.remembered(file, ["database"])) == {"database"}
    assert ports.remembered_port(file, "database") > 0


def test_a_taken_port_of_the_users_choice_is_refused_with_its_variable(taken):
    with pytest.raises(Temporary, match=f"Port {taken} of 127.0.0.1 is taken.*WARREN_PORT={taken + 10} bin/up"):
        ports.require_free(taken, host=ports.LOOPBACK, variable="WARREN_PORT")
