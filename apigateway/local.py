"""Operations that the gateway puts together itself, because they need its position or its view of the log."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from apigateway.people import Person
from apigateway.ring import Record
from bus import codec
from bus.envelope import Call
from contracts.gateway import Bootstrap, BootstrapReply, EventsRead
from contracts.log import LogPage, LogRead
from contracts.message import ConversationList
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


class Poll:
    """The ear of a request that waits."""

    __slots__ = ("news",)

    def __init__(self) -> None:
        self.news = asyncio.Event()

    def offer(self, record: Record) -> None:  # noqa: ARG002  any event is a reason to look
        self.news.set()

    def fail(self) -> None:
        self.news.set()


async def events(gateway: "Gateway", asked: EventsRead, call: Call) -> bytes:
    """A page of the log; with `wait`, held open until something comes that the caller may hear."""
    _, pos = await gateway.hub.position()
    after = asked.after if asked.after is not None else 0 if asked.since is not None else pos
    async with gateway.hub.person(call) as person:
        if not asked.wait:
            return codec.encode(await read_page(gateway, person, asked, after, call))
        with gateway.waiting(Poll()) as poll, gateway.hub.hearing(person, poll):
            return codec.encode(await _page_in_time(gateway, person, poll, asked, after, call))


async def read_page(gateway: "Gateway", person: Person, asked: EventsRead, after: int, call: Call) -> LogPage:
    request = LogRead(after=after, since=asked.since, limit=asked.limit, hearings=person.hearings())
    return await gateway.client.call(request, call=call)


async def _page_in_time(
    gateway: "Gateway", person: Person, poll: Poll, asked: EventsRead, after: int, call: Call
) -> LogPage:
    """The first page with events in it, or the last empty one when the time is up or the gateway is to stop."""
    loop = asyncio.get_running_loop()
    until = loop.time() + asked.wait
    while True:
        poll.news.clear()
        page = await read_page(gateway, person, asked, after, call)
        left = until - loop.time()
        if page.events or left <= 0 or gateway.draining:
            return page
        after = max(after, page.pos)
        if page.pos >= page.head:
            await _wait(poll.news, left)


async def _wait(news: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        pass


FUNCTIONS: Mapping[str, Callable[..., Awaitable[bytes]]] = {"bootstrap": bootstrap, "events": events}
