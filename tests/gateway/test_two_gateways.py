"""Two gateways side by side: what happens at one is told at the other, in order, once."""

import asyncio

import pytest

from tests.gateway.people import Human, Json
from tests.live import LiveSystem


def _said(events: list[Json]) -> list[int]:
    return [event["data"]["seq"] for event in events if event["event"] == "message.sent"]


async def test_a_message_sent_at_one_is_heard_at_the_other(system: LiveSystem, ann: Human, bob: Human) -> None:
    group = ann.group(bob)
    async with ann.socket() as here, bob.socket(system.url("gateway2")) as there:
        for number in range(20):
            data = {"conversation_id": group, "client_id": f"00000000-0000-4000-8000-{number:012}", "text": str(number)}
            assert "ok" in await here.ask("message.send", **data)
        await there.event("message.sent", text="19")
        assert _said(there.events) == list(range(1, 21))
        await here.event("message.sent", text="19")
        assert _said(here.events) == list(range(1, 21))


async def test_a_socket_resumes_at_the_other_gateway_with_nothing_missing(
    system: LiveSystem, ann: Human, bob: Human
) -> None:
    group = ann.group(bob)
    async with bob.socket() as line:
        ann.say(group, "heard")
        heard = await line.event("message.sent", text="heard")
        epoch = line.welcome["ok"]["epoch"]
    missed = [ann.say(group, f"missed {number}")["seq"] for number in range(5)]
    async with bob.socket(system.url("gateway2"), resume={"epoch": epoch, "pos": heard["pos"]}) as line:
        assert line.welcome["ok"]["resumed"] is True
        assert _said(line.events) == missed
        assert line.live_at >= line.events[-1]["pos"]


async def test_logout_everywhere_closes_the_sockets_of_every_gateway(
    system: LiveSystem, ann: Human, bob: Human
) -> None:
    async with ann.socket() as here, ann.again().socket(system.url("gateway2")) as there, bob.socket() as other:
        assert ann.rest("POST", "/auth/logout-everywhere").status_code == 204
        assert await here.close_code(5) == 4401
        assert await there.close_code(5) == 4401
        assert "ok" in await other.ask("user.me")
    for base in (system.url(), system.url("gateway2")):
        ann.base = base
        assert ann.rest("GET", "/users/me").status_code == 401


async def test_a_gateway_that_starts_after_the_logout_refuses_the_token_as_well(system: LiveSystem, ann: Human) -> None:
    assert ann.rest("POST", "/auth/logout-everywhere").status_code == 204
    system.restart_process("gateway2")
    await asyncio.to_thread(system.wait_ready)
    ann.base = system.url("gateway2")
    assert ann.rest("GET", "/users/me").status_code == 401
    async with ann.socket() as line:
        assert await line.close_code() == 4401


async def test_a_user_that_staff_disables_is_out_everywhere(system: LiveSystem, staff: Human, bob: Human) -> None:
    async with bob.socket() as here, bob.socket(system.url("gateway2")) as there:
        assert staff.rest("POST", f"/admin/users/{bob.id}/disable").json()["active"] is False
        assert [await here.close_code(5), await there.close_code(5)] == [4401, 4401]
    assert bob.rest("GET", "/users/me").status_code == 401
    assert staff.rest("POST", f"/admin/users/{bob.id}/enable").json()["active"] is True
    assert bob.again().rest("GET", "/users/me").status_code == 200


async def test_refresh_in_band_keeps_the_socket(ann: Human) -> None:
    async with ann.socket() as line:
        answer = ann.rest("POST", "/auth/refresh", {"refresh_token": ann.refresh_token})
        reply = await line.ask("auth.refresh", token=answer.json()["access_token"])
        assert reply["ok"]["expires_in"] > 500


async def test_members_come_and_go_while_they_are_connected(ann: Human, bob: Human, eve: Human) -> None:
    group = ann.group(bob)
    async with bob.socket() as member, eve.socket() as guest:
        ann.say(group, "before eve")
        assert ann.rest("POST", f"/conversations/{group}/members", {"user_ids": [eve.id]}).status_code == 200
        ann.say(group, "with eve")
        await guest.event("message.sent", text="with eve")
        assert ann.rest("DELETE", f"/conversations/{group}/members/{eve.id}").status_code == 204
        await guest.event("member.removed", user_id=eve.id)
        ann.say(group, "after eve")
        await member.event("message.sent", text="after eve")
        texts = [event["data"]["text"] for event in await guest.nothing_more() if event["event"] == "message.sent"]
        assert texts == ["with eve"]


async def test_a_new_conversation_is_heard_by_those_who_are_in_it(ann: Human, bob: Human, eve: Human) -> None:
    async with bob.socket() as member, eve.socket() as stranger:
        group = ann.group(bob, title="Fresh")
        ann.say(group, "first")
        await member.event("conversation.created", conversation_id=group)
        await member.event("message.sent", text="first")
        heard = [event for event in await stranger.nothing_more() if event["data"].get("conversation_id") == group]
        assert heard == []


@pytest.mark.parametrize("wait", [0, 5])
async def test_events_can_be_polled_from_a_position(ann: Human, bob: Human, wait: int) -> None:
    start = bob.rest("GET", "/bootstrap").json()["pos"]
    group = ann.group(bob)
    created = bob.rest("GET", "/events", params={"after": start, "wait": 20}).json()["events"]
    after = {"after": created[-1]["pos"], "wait": wait}
    asking = asyncio.create_task(asyncio.to_thread(bob.rest, "GET", "/events", params=after))
    message = await asyncio.to_thread(ann.say, group, "polled") if wait else None
    told = (await asking).json()["events"]
    assert [event["data"]["id"] for event in told] == ([message["id"]] if message else [])
