"""Those who come while a question is on its way are asked for together, in the next one."""

import asyncio
from uuid import UUID, uuid4

import pytest

from apigateway.memberships import Memberships
from bus.envelope import Actor, Call
from contracts.base import Request
from contracts.errors import Unavailable
from contracts.message import (
    MAX_MEMBERSHIP_USERS,
    Membership,
    MembershipList,
    MembershipListOf,
    UserMemberships,
)

CALL = Call(actor=Actor(user_id=uuid4(), session_id=uuid4()))
ROOM = uuid4()


class Service:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[list[UUID]] = []
        self.gate = asyncio.Event()
        self.away = False

    async def call(self, request: Request[object], *, call: Call | None = None, deadline_ms: int | None = None):
        assert isinstance(request, MembershipListOf)
        self.asked.append(request.user_ids)
        await self.gate.wait()
        if self.away:
            raise Unavailable
        one = [Membership(conversation_id=ROOM, joined_seq=3)]
        return MembershipList(users=[UserMemberships(user_id=user, memberships=one) for user in request.user_ids])


async def test_all_who_wait_are_in_the_next_question_each_once() -> None:
    service = Service()
    memberships = Memberships(service)  # type: ignore[arg-type]
    first, others = uuid4(), [uuid4() for _ in range(MAX_MEMBERSHIP_USERS + 1)]
    tasks = [asyncio.create_task(memberships.of(first, CALL))]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(memberships.of(user, CALL)) for user in [*others, others[0]]]
    await asyncio.sleep(0)
    service.gate.set()
    assert await asyncio.gather(*tasks) == [{ROOM.hex: 3}] * len(tasks)
    assert service.asked == [[first], others[:MAX_MEMBERSHIP_USERS], others[MAX_MEMBERSHIP_USERS:]]


async def test_who_comes_during_a_question_is_not_content_with_its_answer() -> None:
    service = Service()
    memberships = Memberships(service)  # type: ignore[arg-type]
    user = uuid4()
    before = asyncio.create_task(memberships.of(user, CALL))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    after = asyncio.create_task(memberships.of(user, CALL))
    await asyncio.sleep(0)
    service.gate.set()
    await asyncio.gather(before, after)
    assert service.asked == [[user], [user]]


async def test_a_question_that_fails_fails_for_those_in_it_and_the_next_is_asked() -> None:
    service = Service()
    memberships = Memberships(service)  # type: ignore[arg-type]
    service.away = True
    service.gate.set()
    with pytest.raises(Unavailable):
        await memberships.of(uuid4(), CALL)
    service.away = False
    assert await memberships.of(uuid4(), CALL) == {ROOM.hex: 3}
