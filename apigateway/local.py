"""Operations that the gateway puts together itself, because they need its position or its view of the log."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from bus import codec
from bus.envelope import Call
from contracts.errors import NotAuthenticated
from contracts.gateway import Bootstrap, BootstrapReply, EventsRead
from contracts.log import Hearing, LogPage, LogRead
from contracts.message import ConversationList, MembershipListOwn
from contracts.user import UserMe

if TYPE_CHECKING:
    from apigateway.gateway import Gateway


async def bootstrap(gateway: "Gateway", asked: Bootstrap, call: Call) -> bytes:  # noqa: ARG001  the one form of these
    """The position is read before the state: an event behind it can only repeat what the state has."""
    epoch, pos = await gateway.hub.position()
    me, page = await asyncio.gather(
        gateway.client.call(UserMe(), call=call), gateway.client.call(ConversationList(), call=call)
    )
    reply = BootstrapReply(epoch=epoch, pos=pos, me=me, conversations=page.conversations, next=page.next)
    return codec.encode(reply)


async def events(gateway: "Gateway", asked: EventsRead, call: Call) -> bytes:
    """A page of the log; with `wait`, held open until something comes that the caller may hear."""
    if call.actor is None:
        raise NotAuthenticated
    epoch, pos = await gateway.hub.position()
    after = asked.after
    if after is None:
        after = 0 if asked.since is not None else pos
    loop = asyncio.get_running_loop()
    until = loop.time() + asked.wait
    with gateway.hub.listen(call.actor.user_id) as news:
        while True:
            news.clear()
            page = await read_page(gateway, asked, after, call)
            left = until - loop.time()
            if page.events or left <= 0 or gateway.draining:
                return codec.encode(page)
            after = max(after, page.pos)
            if page.pos >= page.head:
                await _wait(news, left)


async def read_page(gateway: "Gateway", asked: EventsRead, after: int, call: Call) -> LogPage:
    """What the caller may hear is asked anew for each page: he may have been removed meanwhile."""
    told = await gateway.client.call(MembershipListOwn(), call=call)
    hearings = [Hearing(conversation_id=m.conversation_id, joined_seq=m.joined_seq) for m in told.memberships]
    return await gateway.client.call(
        LogRead(after=after, since=asked.since, limit=asked.limit, hearings=hearings), call=call
    )


async def _wait(news: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        pass


Function = Callable[["Gateway", "object", Call], Awaitable[bytes]]
FUNCTIONS: Mapping[str, Callable[..., Awaitable[bytes]]] = {"bootstrap": bootstrap, "events": events}
