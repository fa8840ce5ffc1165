"""The user service as processes behind RabbitMQ: what several of them have to agree on."""

import asyncio

import jwt
import pytest

from bus.envelope import Actor, Call, Client
from contracts.errors import Busy, DeadlineExceeded, InvalidCredentials, RateLimited, WarrenError
from contracts.user import (
    KeyListPublic,
    SessionEndAll,
    SessionRefresh,
    UserList,
    UserLogin,
    UserMe,
    UserRegister,
)
from tests.users.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


def by(somebody):
    return Call(actor=Actor(user_id=somebody.user.id, session_id=somebody.session_id))


def come_from(number):
    return Call(client=Client(address=f"198.51.100.{number}", device="Test"))


@pytest.fixture
async def two_services(transactional_db, rpc, serve):
    return [await asyncio.to_thread(serve, "userservice", WARREN_LOGINS_PER_MINUTE="100000") for _ in range(2)]


@pytest.fixture
async def people(rpc, two_services):
    return [  # one after the other: on a busy machine hashes of six at once would be refused as `busy`
        await rpc.call(UserRegister(username=f"user{n}", password=PASSWORD), call=come_from(n), deadline_ms=20_000)
        for n in range(PEOPLE)
    ]


async def test_all_processes_sign_with_one_key(rpc, people):
    (key,) = (await rpc.call(KeyListPublic())).keys
    assert {jwt.get_unverified_header(one.access_token)["kid"] for one in people} == {key["kid"]}
    for one in people:
        verified = jwt.decode(one.access_token, jwt.PyJWK(key, algorithm="EdDSA").key, ["EdDSA"], audience="warren")
        assert verified["sub"] == str(one.user.id)


async def test_one_token_refreshed_many_times_at_once_in_two_processes_has_one_successor(rpc, people):
    token = people[0].refresh_token
    answers = await asyncio.gather(*(rpc.call(SessionRefresh(refresh_token=token)) for _ in range(30)))
    assert len({one.refresh_token for one in answers}) == 1


async def test_a_refresh_whose_answer_was_lost_is_repeated_and_goes_on(rpc, people, two_services):
    """A process dies in the middle of refreshes; each client repeats its own with the token that it has."""
    tokens = {one.session_id: one.refresh_token for one in people}

    async def refresh_often(session_id):
        for _ in range(25):
            answer = await repeated(lambda: rpc.call(SessionRefresh(refresh_token=tokens[session_id])))
            assert answer.session_id == session_id
            tokens[session_id] = answer.refresh_token

    working = asyncio.gather(*(refresh_often(session_id) for session_id in tokens))
    await asyncio.sleep(0)
    two_services[0].kill()
    await working
    for one in people:
        assert await rpc.call(UserMe(), call=by(one)) == one.user


async def repeated(call):
    """As a client does it: again, while the reason may pass. Longer than ten seconds would end the session."""
    async with asyncio.timeout(9):
        while True:
            try:
                return await call()
            except WarrenError as error:
                if error.code not in ("unavailable", "busy", "deadline_exceeded"):
                    raise


async def test_a_flood_of_logins_holds_up_nothing_else(rpc, people):
    logins = [
        rpc.call(UserLogin(username=f"user{number % PEOPLE}", password="wrong"), call=come_from(number))
        for number in range(150)
    ]
    waiting = [asyncio.ensure_future(login) for login in logins]
    listed = await rpc.call(UserList(), call=by(people[0]))
    assert len(listed.users) == PEOPLE
    assert not all(login.done() for login in waiting)
    outcomes = {type(outcome) for outcome in await asyncio.gather(*waiting, return_exceptions=True)}
    assert outcomes <= {InvalidCredentials, RateLimited, Busy, DeadlineExceeded}


async def test_ending_sessions_is_heard_by_who_listens_to_the_outbox(rpc, people, recorded):
    await rpc.call(SessionEndAll(), call=by(people[0]))
    ((_, key, body),) = await asyncio.to_thread(recorded, "session.revoked")
    assert key == f"u.{people[0].user.id.hex}"
    assert body["session_ids"] == [str(people[0].session_id)]
