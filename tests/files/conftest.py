"""People who upload to a gateway before the real services (office.py); each test has its own folders."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from apigateway.tests.world import Served
from bus.envelope import Actor, Call
from config.storages import storage_setting
from jobs.handlers import files as handlers
from tests.files.office import Person, opened
from tests.messages.conftest import group  # noqa: F401
from tests.users.conftest import at_once, recorded  # noqa: F401


@pytest.fixture(scope="module")
def s3() -> Iterator[Callable[[], str]]:
    """A storage URL for an empty place in an S3, which moto plays in this process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="s/cret"
    ).create_bucket(Bucket="files")
    yield lambda: f"s3://key:s%2Fcret@files/{uuid4().hex}?endpoint_url={url}&region=us-east-1"
    server.stop()


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> Path:
    """Where `storage` and `spool` are."""
    settings.SPOOL = tmp_path / "spool"
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(f"file://{tmp_path}/storage")}
    settings.SECRET_KEY = "only for tests of files"
    return tmp_path


@pytest.fixture
def served(transactional_db: None, folders: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    settings.ROOT_URLCONF = "apigateway.urls"
    settings.MIDDLEWARE = []
    monkeypatch.setattr(handlers, "INSPECTED_WITHIN", 0.0)  # there are no workers
    with opened() as served:
        yield served


@pytest.fixture
def person(served: Served) -> Callable[[], Person]:
    return lambda: Person.new(served)


@pytest.fixture
def ada(person: Callable[[], Person]) -> Person:
    return person()


@pytest.fixture
def bob(person: Callable[[], Person]) -> Person:
    return person()


@pytest.fixture
def eve(person: Callable[[], Person]) -> Person:
    """Somebody who has no part in what the others do."""
    return person()


@pytest.fixture
def ask(served: Served) -> Callable[..., Any]:
    """Call an operation as the gateway does, without HTTP: `ask(FileGet(file_id=...), by=ada.id)`."""
    client = served.world.bus.sync_client("gateway")

    def call(request: Any, *, by: Any, role: str = "gateway") -> Any:
        asker = client if role == "gateway" else served.world.bus.sync_client(role)
        actor = None if by is None else Actor(user_id=by, session_id=uuid4())
        return asker.call(request, call=Call(actor=actor), deadline_ms=30_000)

    return call
