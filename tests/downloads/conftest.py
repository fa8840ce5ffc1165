"""Downloads in the test's own process, as a worker's child runs them: the real context, a real server, real sockets."""

import random
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.storages import storage_setting
from contracts.download import DownloadFetch, DownloadResult
from contracts.job import JobProgress
from jobs.downloads.fetching import fetch
from jobs.files import storage
from jobs.worker.context import RunContext
from jobs.worker.lines import Task
from tests.downloads.site import Site, serving
from tests.jobs.conftest import _nothing_noted, ada, became, bob, bus, create, look, over, scheduler, worker  # noqa: F401
from tests.messages.conftest import ask, person  # noqa: F401
from tests.users.conftest import at_once, recorded  # noqa: F401


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Site:
    shared_site.answers.clear()
    shared_site.asked.clear()
    return shared_site


@pytest.fixture
def loopback(settings: Any) -> None:
    """The test server may be reached."""
    settings.DOWNLOAD_ALLOW = [ip_network("127.0.0.1/32")]


class Desk:
    """One job: its attempts share what is kept. `told`: its progress. `stop()` is what SIGTERM does."""

    def __init__(self, folder: Path) -> None:
        self.job_id = uuid4()
        self.folder = folder
        self.told: list[JobProgress] = []
        self.stopped = False
        self.room: int | None = None
        self.attempt = 0

    def fetch(self, url: str, *, resolve: list[str] | None = None, **params: Any) -> DownloadResult:
        """One attempt."""
        self.attempt += 1
        task = Task(
            job_id=self.job_id,
            attempt=self.attempt,
            kind="download.fetch",
            params={},
            inputs=[],
            folder=str(self.folder),
            keep=str(self.folder / "kept"),
            worker="w",
            room=self.room,
        )
        context = RunContext(task, report=self._report, stopped=lambda: self.stopped)  # type: ignore[arg-type]
        return fetch(DownloadFetch(url=url, **params), context, resolve=resolve or ())

    def stop(self) -> None:
        self.stopped = True

    def _report(self, **fields: Any) -> None:
        self.told.append(JobProgress(**fields))


@pytest.fixture
def desk(closed_desk: Desk, loopback: None) -> Desk:
    return closed_desk


@pytest.fixture
def closed_desk(settings: Any, tmp_path: Path) -> Desk:
    """Of a worker that may reach what is public, as by default."""
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(f"file://{tmp_path}/storage")}
    return Desk(tmp_path)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """Taken, so that nobody else gets it, but not listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def stored() -> Callable[[DownloadResult], bytes]:
    """The bytes of a result's file."""

    def read(result: DownloadResult) -> bytes:
        path = storage.local_path(result.files[0].sha256)
        assert path is not None
        return path.read_bytes()

    return read


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)
