from uuid import uuid4

from apigateway.tests.world import Served


async def test_hello_is_welcomed_and_goes_live_at_the_position_of_the_hub(served: Served) -> None:
    user, session = uuid4(), uuid4()
    async with served.socket() as frames:
        welcome = await frames.hello(served.world.token(user, session=session))
        assert welcome["ok"]["session"] == str(session)
        assert welcome["ok"]["epoch"] == "e1"
        assert welcome["ok"]["resumed"] is False
        assert welcome["ok"]["ping_ms"] == 25000
        assert (await frames.next()) == {"event": "live", "pos": 0}


async def test_a_member_hears_his_conversation_and_nobody_elses(served: Served) -> None:
    ann, bob = uuid4(), uuid4()
    ours, theirs = served.world.conversation(ann), served.world.conversation(bob)
    async with served.logged_in(ann) as frames:
        served.world.say(theirs, "secret")
        pos = served.world.say(ours, "hello")
        told = await frames.next()
        assert (told["event"], told["pos"], told["data"]["text"]) == ("message.sent", pos, "hello")


async def test_a_send_is_answered_with_the_services_own_reply(served: Served) -> None:
    ann = uuid4()
    ours = served.world.conversation(ann)
    async with served.logged_in(ann) as frames:
        reply = await frames.ask("message.send", conversation_id=str(ours), client_id=str(uuid4()), text="hi")
        assert reply["ok"]["message"]["seq"] == 1
        assert reply["ok"]["duplicate"] is False
