"""People for the user service's tests, each with a name and an address of his own so that nobody throttles another."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import pytest
from django.db import connections

from bus.envelope import Actor, Call, Client
from bus.testing import InMemoryBus
from contracts.user import LoggedIn, UserLogin, UserRegister
from eventlog.models import Outbox
from userservice import keys, passwords
from userservice.handlers import service
from userservice.models import User
from userservice.passwords import BoundedArgon2

PASSWORD = "correct horse battery"
_numbers = count(1)


@pytest.fixture(autouse=True)
def _fresh_keys():
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def client(transactional_db):
    return InMemoryBus(service).sync_client("gateway")


@pytest.fixture
def ask_raw(client):
    """Call an operation with whatever a caller may put into its body."""
    return lambda operation, body: json.loads(client.call_raw(operation, json.dumps(body).encode()))


@pytest.fixture
def ask(client):
    """Call an operation as the gateway does: through encoding, envelope and error lists."""

    def call(request, *, by: LoggedIn | None = None, staff: bool = False, address="192.0.2.1", device="Test"):
        actor = by and Actor(user_id=by.user.id, session_id=by.session_id, staff=staff)
        return client.call(
            request, call=Call(actor=actor, client=Client(address=address, device=device)), deadline_ms=30_000
        )

    return call


@pytest.fixture
def register(ask):
    """Somebody new, logged in: `register("ada")`, or just anybody."""

    def make(username: str | None = None, *, password=PASSWORD, display_name=None, address=None) -> LoggedIn:
        number = next(_numbers)
        return ask(
            UserRegister(
                username=username or f"user{number}-{uuid4().hex[:6]}", password=password, display_name=display_name
            ),
            address=address or f"198.51.{number // 250}.{number % 250}",
        )

    return make


@pytest.fixture
def login(ask):
    def enter(username, password=PASSWORD, *, address="192.0.2.1", device="Test") -> LoggedIn:
        return ask(UserLogin(username=username, password=password), address=address, device=device)

    return enter


@pytest.fixture
def staff(register):
    """An administrator, logged in."""
    somebody = register()
    User.objects.filter(pk=somebody.user.id).update(is_staff=True)
    return somebody


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Hashes wait for their turn however slow the machine is; that they give up is `userservice/tests`' to test."""
    monkeypatch.setattr(passwords, "PATIENCE", 60.0)


@pytest.fixture
def at_once():
    """Run functions at the same moment, each in a thread with a connection of its own; their results or exceptions."""

    def run(*functions):
        barrier = threading.Barrier(len(functions))

        def one(function):
            barrier.wait(10)
            try:
                return function()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            futures = [pool.submit(one, function) for function in functions]
        return [future.exception() or future.result() for future in futures]

    return run


@pytest.fixture
def hashes(monkeypatch):
    """How many passwords were hashed so far: `len(hashes)`."""
    done = []
    for name in ("encode", "verify"):
        whole = getattr(BoundedArgon2, name)
        monkeypatch.setattr(
            BoundedArgon2, name, lambda self, *args, whole=whole: (done.append(1), whole(self, *args))[1]
        )
    return done


@pytest.fixture
def recorded(transactional_db):
    """Events that wait in the outbox, as (event, routing key, body)."""

    def read(name: str | None = None):
        rows = Outbox.objects.order_by("id")
        return [(row.event, row.routing_key, json.loads(row.body)) for row in rows if name in (None, row.event)]

    return read
