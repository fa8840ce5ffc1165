"""One request for bytes: its headers, who sent it, and what the job service says to it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from apigateway.asgi import Scope
from apigateway.asking import call_for, client_id_of, identify
from bus import codec
from bus.envelope import Call
from contracts.base import Request
from contracts.errors import NotAuthenticated

if TYPE_CHECKING:
    from uuid import UUID

    from apigateway.gateway import Gateway

R = TypeVar("R")


class Asked:
    """`headers`: by their lower-case names; of several of one name the first."""

    def __init__(self, scope: Scope) -> None:
        self.gateway: Gateway = scope["gateway"]
        self.scope = scope
        self.headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])
        }
        self._call: Call | None = None

    @property
    def token(self) -> str:
        """Of `Authorization: Bearer ...`, empty if there is none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    async def identify(self) -> None:
        """Who asks, by his token. Raises NotAuthenticated, TokenExpired, RateLimited."""
        actor = await identify(self.gateway, token=self.token, address=self.scope["address"])
        self._call = call_for(
            actor=actor,
            address=self.scope["address"],
            device=self.headers.get("user-agent", ""),
            trace=self.scope["trace"],
        )

    def stay_nobody(self) -> None:
        """A signed link speaks for itself."""
        self._call = call_for(actor=None, address=self.scope["address"], device="", trace=self.scope["trace"])

    async def ask(self, request: Request[R]) -> R:
        """The job service's reply; raises WarrenError."""
        body = await self.gateway.ask(request.operation.name, codec.encode(request), self._identified)
        reply: R = codec.decode_reply(body, request.operation.reply)
        return reply

    def client_id(self, operation: str, number: int = 0) -> "UUID":
        """From the `Idempotency-Key` if there is one, for the request's file of that number."""
        key = self.headers.get("idempotency-key", "").strip('"')
        if not key:
            return uuid4()
        return client_id_of(f"{key}/{number}" if number else key, actor=self._identified.actor, operation=operation)

    @property
    def _identified(self) -> Call:
        if self._call is None:
            raise NotAuthenticated
        return self._call
