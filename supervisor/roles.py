"""Which processes make up Warren, how each is started and in which order they are stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

SERVICES = ("userservice", "messageservice", "jobs", "eventlog")


@dataclass(frozen=True, kw_only=True)
class Role:
    """One process of the system: `manage.py serve` with the roles that it serves.

    `stop_first`: whoever takes requests from outside ends first, so that what it began can still be answered.
    `reads_database`: the gateway must not even know where the database is, nor the key that signs sessions.
    """

    name: str
    serves: tuple[str, ...]
    reads_database: bool = True
    stop_first: bool = False
    grace: float = 10.0


GATEWAY = Role(name="gateway", serves=("gateway",), reads_database=False, stop_first=True, grace=30.0)
ADMIN = Role(name="admin", serves=("admin",), stop_first=True)
RELAY = Role(name="relay", serves=("relay",))
SCHEDULER = Role(name="scheduler", serves=("scheduler",))
WORKER = Role(name="worker", serves=("worker",), grace=30.0)
TOGETHER = Role(name="services", serves=SERVICES)


def layout(*, spread: bool) -> list[Role]:
    """The processes of one machine; `spread` gives every role one of its own."""
    services = [Role(name=name, serves=(name,)) for name in SERVICES] if spread else [TOGETHER]
    return [GATEWAY, *services, RELAY, SCHEDULER, WORKER, ADMIN]


def role_environment(
    role: Role, *, shared: Mapping[str, str], database_url: str, amqp_url: Callable[[str], str]
) -> dict[str, str]:
    """What one process gets to see: its own broker users, and the database only where it reads tables."""
    own = {f"WARREN_AMQP_URL_{name.upper()}": amqp_url(name) for name in role.serves}
    environment = {**shared, **own, "WARREN_AMQP_URL": amqp_url(role.serves[0])}
    if role.reads_database:
        return environment | {"WARREN_DATABASE_URL": database_url}
    return {name: value for name, value in environment.items() if not name.startswith("WARREN_SECRET_KEY")}
