"""Who may hear what, asked for many at once: while one question is on its way, those who come next gather for the next.

When a gateway starts again, thousands say hello in seconds; a question for each of them would be most of that work.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol, TypeVar
from uuid import UUID

from bus.envelope import Call
from contracts.base import Request
from contracts.errors import WarrenError
from contracts.message import MAX_MEMBERSHIP_USERS, MembershipListOf

R = TypeVar("R")
Conversations = Mapping[str, int]
"""Conversation, as 32 hex digits → seq after which the user may hear it."""


class Asks(Protocol):
    """The part of the bus's client that is needed here."""

    async def call(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R: ...


class Memberships:
    def __init__(self, client: Asks) -> None:
        self._client = client
        self._waiting: dict[UUID, asyncio.Future[Conversations]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def of(self, user_id: UUID, call: Call) -> Conversations:
        """Read after this call began. Raises what `membership.list` raises."""
        loop = asyncio.get_running_loop()
        future = self._waiting.get(user_id)
        if future is None:
            future = self._waiting[user_id] = loop.create_future()
        if self._asking is None:
            self._asking = loop.create_task(self._run(call))
        return await asyncio.shield(future)

    async def _run(self, call: Call) -> None:
        while self._waiting:
            asked = dict(list(self._waiting.items())[:MAX_MEMBERSHIP_USERS])
            for user_id in asked:
                del self._waiting[user_id]
            try:
                await self._ask(asked, call)
            except WarrenError as error:
                for future in asked.values():
                    future.set_exception(error)
        self._asking = None

    async def _ask(self, asked: Mapping[UUID, asyncio.Future[Conversations]], call: Call) -> None:
        told = await self._client.call(MembershipListOf(user_ids=list(asked)), call=call)
        for user in told.users:
            conversations = {member.conversation_id.hex: member.joined_seq for member in user.memberships}
            asked[user.user_id].set_result(conversations)
