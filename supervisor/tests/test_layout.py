"""Which processes there are, and what each of them gets to see."""

import pytest

from config.roles import PROCESSES, SERVICES
from supervisor.roles import ADMIN, GATEWAY, RELAY, TOGETHER, layout, role_environment

SHARED = {"WARREN_PORT": "8000", "WARREN_SECRET_KEY": "s", "WARREN_SECRET_KEY_FILE": "/s"}


def seen_by(role):
    return role_environment(role, shared=SHARED, database_url="postgres://db", amqp_url=lambda name: f"amqp://{name}")


@pytest.mark.parametrize("spread", [True, False])
def test_every_role_runs_exactly_once(spread):
    served = [name for role in layout(spread=spread) for name in role.serves]
    assert sorted(served) == sorted([*SERVICES, *PROCESSES])


def test_spread_gives_each_role_a_process_of_its_own():
    assert all(len(role.serves) == 1 for role in layout(spread=True))


def test_the_gateway_sees_neither_database_nor_secret_key():
    assert seen_by(GATEWAY) == {
        "WARREN_PORT": "8000",
        "WARREN_AMQP_URL": "amqp://gateway",
        "WARREN_AMQP_URL_GATEWAY": "amqp://gateway",
    }


@pytest.mark.parametrize("role", [RELAY, ADMIN])
def test_a_role_that_reads_tables_sees_the_database_and_only_its_own_broker_user(role):
    seen = seen_by(role)
    assert seen["WARREN_DATABASE_URL"] == "postgres://db"
    assert {value for name, value in seen.items() if "AMQP" in name} == {f"amqp://{role.name}"}


def test_services_that_share_a_process_keep_their_own_broker_users():
    seen = seen_by(TOGETHER)
    assert {name: value for name, value in seen.items() if name.startswith("WARREN_AMQP_URL_")} == {
        f"WARREN_AMQP_URL_{name.upper()}": f"amqp://{name}" for name in SERVICES
    }


def test_whoever_takes_requests_stops_first():
    assert {role.name for role in layout(spread=False) if role.stop_first} == {"gateway", "admin"}
