"""How a service says what it answers (docs/bus.md): handlers are registered by their own type hints.

    service = Service("user")

    @service.rpc
    def user_me(request: UserMe, call: Call) -> User: ...

A wrong reply type, a second handler for one contract or a foreign contract fails at import.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

from bus.envelope import Call
from contracts.base import OPERATIONS, Operation, Request
from contracts.errors import WarrenError

R = TypeVar("R")
Handler = Callable[[Any, Call], Any]
BatchHandler = Callable[[Sequence[tuple[Any, Call]]], Sequence[Any]]
H = TypeVar("H", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """One operation with what answers it: `handle` for one request, or `handle_many` for up to `batch` that wait."""

    operation: Operation
    handle: Handler | None = None
    handle_many: BatchHandler | None = None
    batch: int = 1


class Asker(Protocol):
    """What a service asks others with: `bus.sync_client.SyncClient`, or the fake's."""

    def call(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R: ...


class Service:
    """The operations of one owner (`user`, `message`, `job`, `log`) and their handlers."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.registrations: dict[str, Registration] = {}
        self._asker: Asker | None = None

    def connect(self, asker: Asker) -> None:
        """Give the service what it asks others with; `manage.py serve` and `InMemoryBus` do."""
        self._asker = asker

    def ask(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R:
        """The reply of another service; blocks, so only slow handlers may. Give the `call` that is being answered:
        its actor, request id and deadline go along. Raises WarrenError as `bus.caller` says."""
        if self._asker is None:
            raise RuntimeError(f"The {self.owner} service was not connected.")
        return self._asker.call(request, call=call, deadline_ms=deadline_ms)

    def rpc(self, handler: H) -> H:
        """Register `handler(request: SomeRequest, call: Call) -> ItsReply`."""
        hints = get_type_hints(handler)
        request = _first_parameter(handler, hints)
        operation = self._operation(request, handler)
        _expect(hints.get("return") == operation.reply, handler, f"should return {operation.reply.__name__}")
        self._add(Registration(operation=operation, handle=handler), handler)
        return handler

    def rpc_batch(self, *, limit: int) -> Callable[[H], H]:
        """Register `handler(calls: Sequence[tuple[SomeRequest, Call]]) -> Sequence[ItsReply | WarrenError]`.

        It gets what already waits, at most `limit` requests, and answers each in its place, all or nothing committed
        before it returns; an exception fails them all.
        """

        def register(handler: H) -> H:
            hints = get_type_hints(handler)
            request = get_args(get_args(_first_parameter(handler, hints))[0])[0]
            operation = self._operation(request, handler)
            answers = set(get_args(get_args(hints["return"])[0]))
            _expect(
                answers == {operation.reply, WarrenError},
                handler,
                f"should return {operation.reply.__name__} | WarrenError",
            )
            self._add(Registration(operation=operation, handle_many=handler, batch=limit), handler)
            return handler

        return register

    def _operation(self, request: Any, handler: Callable[..., Any]) -> Operation:
        operation = getattr(request, "operation", None)
        _expect(
            isinstance(operation, Operation) and get_origin(request) is None,
            handler,
            "should take a contract",
        )
        assert isinstance(operation, Operation)  # noqa: S101  for mypy; checked on the line above
        _expect(operation.owner == self.owner, handler, f"belongs to the {operation.owner} service")
        return operation

    def _add(self, registration: Registration, handler: Callable[..., Any]) -> None:
        name = registration.operation.name
        _expect(name not in self.registrations, handler, f"is the second handler of {name}")
        _expect(handler.__name__ == name.replace(".", "_"), handler, f"should be named {name.replace('.', '_')}")
        self.registrations[name] = registration

    def missing(self) -> list[str]:
        """Operations of this owner that have a contract but no handler here."""
        return [name for name, op in OPERATIONS.items() if op.owner == self.owner and name not in self.registrations]


def _first_parameter(handler: Callable[..., Any], hints: dict[str, Any]) -> Any:
    names = handler.__code__.co_varnames[: handler.__code__.co_argcount]
    _expect(bool(names) and names[0] in hints, handler, "should declare its request's type")
    return hints[names[0]]


def _expect(condition: bool, handler: Callable[..., Any], sentence: str) -> None:
    if not condition:
        raise TypeError(f"{handler.__module__}.{handler.__qualname__} {sentence}.")
