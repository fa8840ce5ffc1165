"""What a contract is: a frozen dataclass, registered under its operation's or event's name with all that callers
and servers must know about it. The bus encodes and validates; nothing here imports more than msgspec."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Generic, TypeVar, get_args

from msgspec import Meta

import contracts
from contracts.errors import (
    Busy,
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotAuthenticated,
    OutcomeUnknown,
    Unavailable,
    WarrenError,
)

VERSION = 1
"""Version of the wire format (header `v`). A server refuses a newer one."""

R_co = TypeVar("R_co", covariant=True)
C = TypeVar("C", bound=type)


class Safety(StrEnum):
    """What a second delivery of the same request may do."""

    READ_ONLY = "read-only"
    KEYED = "idempotent by key"
    ONCE = "once"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One row of the registry. `deadline_ms`: how long a caller waits unless it says otherwise. `slow`: runs in
    the server's bounded pool and not in its I/O thread. `callers`: RabbitMQ users that may ask."""

    name: str
    owner: str
    request: type
    reply: type
    errors: tuple[type[WarrenError], ...]
    safety: Safety
    deadline_ms: int
    slow: bool
    callers: frozenset[str]

    @property
    def exchange(self) -> str:
        return f"rpc.{self.owner}"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventType:
    """One row of the events' registry. A signal is transient: it has no position and may be dropped."""

    name: str
    owner: str
    body: type
    signal: bool

    @property
    def exchange(self) -> str:
        return "signals" if self.signal else f"events.{self.owner}"


@dataclass(frozen=True, kw_only=True, slots=True)
class KindType:
    """One row of the registry of job kinds: what a job of the kind takes, and tells when it succeeded."""

    name: str
    params: type
    result: type


OPERATIONS: dict[str, Operation] = {}
EVENTS: dict[str, EventType] = {}
KINDS: dict[str, KindType] = {}

ALWAYS = (Busy, DeadlineExceeded, Forbidden, InvalidRequest, NotAuthenticated, OutcomeUnknown, Unavailable)
"""Errors that any operation may answer with."""


class Request(Generic[R_co]):
    """Base of every request; `R_co` is the type of its reply: `class Login(Request[LoggedIn])`."""

    operation: ClassVar[Operation]


class Event:
    """Base of every event and signal."""

    event: ClassVar[EventType]


def operation(
    name: str,
    *,
    owner: str,
    safety: Safety,
    errors: tuple[type[WarrenError], ...] = (),
    deadline_ms: int = 2000,
    slow: bool = False,
    callers: tuple[str, ...] = ("gateway",),
) -> Callable[[C], C]:
    """Register a request class under its operation's name; raises TypeError on a second registration."""

    def register(cls: C) -> C:
        if name in OPERATIONS:
            raise TypeError(f"Two contracts are named {name!r}.")
        cls.operation = OPERATIONS[name] = Operation(  # type: ignore[attr-defined]
            name=name, owner=owner, request=cls, reply=_reply_of(cls), errors=errors, safety=safety,
            deadline_ms=deadline_ms, slow=slow, callers=frozenset(callers),
        )  # fmt: skip
        return cls

    return register


def event(name: str, *, owner: str, signal: bool = False) -> Callable[[C], C]:
    """Register an event class under its name; raises TypeError on a second registration."""

    def register(cls: C) -> C:
        if name in EVENTS:
            raise TypeError(f"Two events are named {name!r}.")
        cls.event = EVENTS[name] = EventType(name=name, owner=owner, body=cls, signal=signal)  # type: ignore[attr-defined]
        return cls

    return register


def job_kind(name: str, *, result: type) -> Callable[[C], C]:
    """Register the parameters of a job kind under its name; raises TypeError on a second registration."""

    def register(cls: C) -> C:
        if name in KINDS:
            raise TypeError(f"Two job kinds are named {name!r}.")
        KINDS[name] = KindType(name=name, params=cls, result=result)
        return cls

    return register


def load_all() -> None:
    """Import every module of contracts, so that the registries are complete."""
    for module in pkgutil.iter_modules(contracts.__path__):
        if not module.ispkg:
            importlib.import_module(f"contracts.{module.name}")


def _reply_of(cls: type) -> type:
    for base in getattr(cls, "__orig_bases__", ()):
        if getattr(base, "__origin__", None) is Request:
            reply: type = get_args(base)[0]
            return reply
    raise TypeError(f"{cls.__name__} should derive from Request[Reply].")


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The reply of an operation that has nothing to tell."""


# Shapes that several owners use. Lengths are in Unicode code points.
Username = Annotated[str, Meta(min_length=2, max_length=32, pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$")]
DisplayName = Annotated[str, Meta(min_length=1, max_length=64)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
Query = Annotated[str, Meta(max_length=100)]
Cursor = Annotated[str, Meta(max_length=200)]
PageSize = Annotated[int, Meta(ge=1, le=200)]
Seq = Annotated[int, Meta(ge=0)]
