from collections.abc import AsyncIterator
from typing import Any

import pytest

from apigateway.tests.world import Served, World, serving


@pytest.fixture(autouse=True)
def _gateway_settings(settings: Any) -> None:
    """As the role `gateway` has them."""
    settings.ROOT_URLCONF = "apigateway.urls"
    settings.MIDDLEWARE = []


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def served(world: World) -> AsyncIterator[Served]:
    async with serving(world) as served:
        yield served
