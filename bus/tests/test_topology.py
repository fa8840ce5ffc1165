"""Permissions as patterns: what each role may do, and that nobody may do more."""

import re

import pytest

from bus.topology import (
    DEAD_WORK,
    EXCHANGES,
    OWNERS,
    PERMISSIONS,
    POKE,
    QUEUES,
    SCHEDULER_POKE,
    SHORT_LIMIT,
    WORK_QUEUES,
    as_data,
    operation_queue,
)
from contracts.base import OPERATIONS

CONTRACTS = {name: op for name, op in OPERATIONS.items() if op.request.__module__.startswith("contracts.")}
SHARED = [exchange.name for exchange in EXCHANGES] + [queue.name for queue in QUEUES]


def may(role, right, name):
    return re.fullmatch(getattr(PERMISSIONS[role], right), name) is not None


@pytest.mark.parametrize("role", [role for role in PERMISSIONS if role != "topology"])
def test_only_the_topology_user_makes_what_is_shared(role):
    assert not [name for name in SHARED if may(role, "configure", name)]
    assert all(may("topology", "configure", name) for name in SHARED)


@pytest.mark.parametrize("role", PERMISSIONS)
@pytest.mark.parametrize("right", ["configure", "write", "read"])
def test_patterns_are_anchored_and_compile(role, right):
    pattern = getattr(PERMISSIONS[role], right)
    assert pattern.startswith("^(")
    assert pattern.endswith(")$")
    assert not re.search(pattern, "somebody.elses.queue")


@pytest.mark.parametrize(("owner", "role"), OWNERS.items())
def test_a_service_serves_its_own_operations_and_no_others(owner, role):
    for name, operation in CONTRACTS.items():
        for right in ("configure", "write", "read"):
            assert may(role, right, name) == (operation.owner == owner)
    assert may(role, "read", f"rpc.{owner}")
    assert may(role, "write", "amq.default")


def test_the_gateway_asks_every_owner_and_hears_all_news():
    owners = {operation.owner for operation in CONTRACTS.values() if "gateway" in operation.callers}
    assert all(may("gateway", "write", f"rpc.{owner}") for owner in owners)
    assert all(may("gateway", "read", name) for name in ("events.user", "events.message", "events.job", "signals"))
    assert not may("gateway", "write", "events.message")
    assert not may("gateway", "write", "amq.default")
    assert not may("gateway", "read", "message.send")


def test_the_gateway_makes_only_queues_of_its_own_name():
    assert may("gateway", "configure", "gateway." + "0a" * 16)
    assert not may("gateway", "configure", "gateway." + "0a" * 15)
    assert not may("gateway", "configure", "xgateway." + "0a" * 16)


def test_only_the_relay_tells_events():
    for role in PERMISSIONS:
        if role not in ("relay", "topology"):
            assert not may(role, "write", "events.message")
    assert may("relay", "write", "events.message")
    assert may("relay", "read", POKE)


def test_a_worker_takes_pointers_and_orders_and_no_requests():
    assert all(may("worker", "read", name) for name in (*WORK_QUEUES, "control", "worker." + "0a" * 16))
    assert not [name for name in CONTRACTS if may("worker", "read", name)]
    assert not any(may("worker", right, "work") for right in ("configure", "write", "read"))
    assert may("worker", "write", "signals")
    assert not may("worker", "configure", "worker.mine")


def test_only_the_scheduler_gives_work_out_and_buries_the_dead():
    assert [role for role in PERMISSIONS if may(role, "write", "work")] == ["topology", "scheduler"]
    assert [role for role in PERMISSIONS if may(role, "read", DEAD_WORK)] == ["topology", "scheduler"]
    assert [role for role in PERMISSIONS if may(role, "read", SCHEDULER_POKE)] == ["topology", "scheduler"]


def test_a_dead_pointer_is_kept_until_somebody_has_it():
    queues = {queue.name: queue for queue in QUEUES}
    for name in WORK_QUEUES:
        arguments = queues[name].arguments
        assert arguments["x-queue-type"] == "quorum"
        assert arguments["x-delivery-limit"] == 5, "4.x would assume 20, 3.x none"
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-overflow"] == "reject-publish"
        assert queues[arguments["x-dead-letter-routing-key"]].exchange == arguments["x-dead-letter-exchange"]


@pytest.mark.parametrize("operation", CONTRACTS.values(), ids=lambda operation: operation.name)
def test_a_full_queue_refuses_and_a_forgotten_one_goes_away(operation):
    arguments = operation_queue(operation).arguments
    assert arguments["x-overflow"] == "reject-publish"
    assert 0 < arguments["x-max-length"] < SHORT_LIMIT
    assert 5_000 <= arguments["x-expires"] <= 60_000


def test_all_of_it_is_told_as_data():
    told = as_data()
    assert {exchange["name"] for exchange in told["exchanges"]} >= {"rpc.user", "events.message", "dead"}
    assert {operation["name"] for operation in told["operations"]} == set(OPERATIONS)
    assert told["permissions"].keys() == PERMISSIONS.keys()
