"""The whole system once for all journeys, a Chromium, and people in it."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from supervisor import frontend
from supervisor.cache import cache_folder
from tests.browser.person import AXE, Person, person
from tests.live import LiveSystem

PATIENCE_MS = 20_000
HARMLESS = ("net::ERR_", "status of 4", "status of 503")
"""What Chromium itself writes when a request fails, which some journeys are about."""


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    """Every role, with the page as it is built now; what has to die in a journey is alone in its process."""
    if not AXE.exists():
        frontend.install(cache=cache_folder())
    frontend.ensure_built(cache=cache_folder())
    layout = {
        "gateway": ["gateway"],
        "services": ["userservice", "eventlog"],
        "messages": ["messageservice"],
        "relay": ["relay"],
        "jobs": ["jobs"],
        "scheduler": ["scheduler"],
        "worker": ["worker"],
    }
    live = LiveSystem(
        folder=tmp_path_factory.mktemp("browser", numbered=True),
        processes=layout,
        environment={"WARREN_DOWNLOAD_ALLOW": "127.0.0.0/8"},
    ).start()
    yield live
    live.stop()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        program = os.environ.get("WARREN_CHROMIUM", "/usr/bin/chromium")
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def newcomer(system: LiveSystem, chromium: Browser) -> Iterator[Callable[..., Person]]:
    """`newcomer("Ada")`: a person with a browser of their own who has not registered yet."""
    people: list[Person] = []

    def arrive(first_name: str, **options: object) -> Person:
        one = person(chromium, system.url(), first_name, **options)  # type: ignore[arg-type]
        people.append(one)
        return one

    yield arrive
    faults = [fault for one in people for fault in one.faults if not any(word in fault for word in HARMLESS)]
    for one in people:
        one.context.close()
    assert not faults


@pytest.fixture
def somebody(newcomer: Callable[..., Person]) -> Callable[..., Person]:
    """`somebody("Ada")`: the same, with an account and inside."""
    return lambda first_name, **options: newcomer(first_name, **options).enter()
