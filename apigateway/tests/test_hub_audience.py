"""Who hears what, live: changed by membership events only, in the order of their positions."""

from uuid import uuid4

from apigateway.tests.world import Served
from contracts.audience import Audience
from contracts.message import ConversationReadMoved


async def test_a_member_that_is_added_hears_from_his_own_adding_on(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(uuid4())
    async with served.logged_in(ann) as frames:
        world.say(ours, "before")
        added = world.add(ours, ann)
        after = world.say(ours, "after")
        assert await frames.events(2) == [added, after]


async def test_a_member_that_is_removed_hears_his_own_removal_and_then_nothing(served: Served) -> None:
    ann, bob, world = uuid4(), uuid4(), served.world
    ours, other = world.conversation(ann, bob), world.conversation(ann)
    async with served.logged_in(ann) as frames, served.logged_in(bob) as witness:
        first = world.say(ours)
        removed = world.remove(ours, ann)
        behind = world.say(ours, "without her")
        last = world.say(other)
        assert await frames.events(3) == [first, removed, last]
        assert await witness.events(3) == [first, removed, behind]


async def test_the_members_of_a_new_conversation_hear_its_creation_and_what_follows(served: Served) -> None:
    ann, bob, world = uuid4(), uuid4(), served.world
    async with served.logged_in(ann) as frames, served.logged_in(bob) as other:
        made = world.create(ann, bob)
        said = world.say(made)
        assert await frames.events(2) == [1, said]
        assert await other.events(2) == [1, said]


async def test_what_concerns_one_user_reaches_all_his_sockets_and_nobody_elses(served: Served) -> None:
    ann, bob, world = uuid4(), uuid4(), served.world
    ours = world.conversation(ann, bob)
    async with served.logged_in(ann) as one, served.logged_in(ann) as two, served.logged_in(bob) as other:
        event = ConversationReadMoved(conversation_id=ours, user_id=ann, read_seq=1)
        moved = world.record(event, Audience(user_id=ann))
        said = world.say(ours)
        assert await one.events(2) == await two.events(2) == [moved, said]
        assert await other.events(1) == [said]


async def test_memberships_that_change_while_hello_reads_them_are_applied_on_top(served: Served) -> None:
    """The list was read before the removal that arrives while it travels."""
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    person = served.gateway.hub.people.enter(ann.hex)
    world.remove(ours, ann)
    world.add(kept := world.conversation(), ann)
    person.load({ours.hex: 0})
    assert person.conversations == {kept.hex: 0}


async def test_a_list_of_memberships_that_is_ahead_of_the_bus_tells_nothing_from_before_he_joined(
    served: Served,
) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(uuid4())
    early = world.say(ours, "not for ann", publish=False)
    added = world.add(ours, ann, publish=False)
    async with served.logged_in(ann) as frames:
        for pos in (early, added):
            world.publish(pos)
        after = world.say(ours)
        assert await frames.events(2) == [added, after]


async def test_nothing_is_kept_of_users_that_have_gone(served: Served) -> None:
    ann, world = uuid4(), served.world
    world.conversation(ann)
    people = served.gateway.hub.people
    async with served.logged_in(ann):
        assert people._persons
        assert people._rooms
    await served.until(lambda: not people._persons and not people._rooms and not served.gateway.sockets)
    assert not people._everybody.ears
