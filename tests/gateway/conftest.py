"""The whole system with two gateways, once for all tests here; people of their own for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.gateway.datasets import make_dataset
from tests.gateway.people import Human, Json
from tests.live import SERVICES, LiveSystem


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    processes = {
        "gateway": ["gateway"],
        "gateway2": ["gateway"],
        "services": SERVICES,
        "relay": ["relay"],
        "admin": ["admin"],
    }
    own = LiveSystem(folder=tmp_path_factory.mktemp("gateway"), processes=processes)
    own.start()
    yield own
    own.stop()


@pytest.fixture
def base(system: LiveSystem) -> str:
    return system.url()


@pytest.fixture
def ann(system: LiveSystem) -> Human:
    return Human.register(system.url(), f"ann-{uuid4().hex[:10]}")


@pytest.fixture
def bob(system: LiveSystem) -> Human:
    return Human.register(system.url(), f"bob-{uuid4().hex[:10]}")


@pytest.fixture
def eve(system: LiveSystem) -> Human:
    """Somebody who belongs to nothing of what the others have."""
    return Human.register(system.url(), f"eve-{uuid4().hex[:10]}")


@pytest.fixture(scope="module")
def staff(system: LiveSystem) -> Human:
    """An administrator, made as the operator makes one, for all tests of a module."""
    name = f"staff-{uuid4().hex[:10]}"
    human = Human.register(system.url(), name)
    code = f"from userservice.models import User; User.objects.filter(username={name!r}).update(is_staff=True)"
    system.manage("shell", "-c", code)
    return human.again()


@dataclass
class Scene:
    ann: Human
    bob: Human
    eve: Human
    group: str
    database: str

    def dataset(self, *names: str) -> Json:
        """Ids of a new dataset of Ann's, and of its import."""
        made = make_dataset(self.database, owner=self.ann.id)
        return {name: made[name] for name in names}


@pytest.fixture
def scene(ann: Human, bob: Human, eve: Human, system: LiveSystem) -> Scene:
    group = ann.group(bob)
    ann.say(group)
    return Scene(ann, bob, eve, group, system.instances.database_url)
