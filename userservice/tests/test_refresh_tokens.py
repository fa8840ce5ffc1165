import base64
from uuid import uuid4

import pytest

from contracts.errors import RefreshRejected
from userservice.models import Session
from userservice.refresh import Presented, token_hash, token_of, token_read


@pytest.fixture
def session(settings):
    settings.SECRET_KEY = "one"
    return Session(id=uuid4(), seed=b"s" * 16)


def test_a_token_says_its_session_and_generation_and_proves_them(session):
    presented = token_read(token_of(session, generation=7))
    assert (presented.session_id, presented.generation) == (session.id, 7)
    assert presented.proves(session)


def test_every_generation_has_a_token_of_its_own_and_always_the_same(session):
    tokens = [token_of(session, generation=number) for number in range(100)]
    assert len({*tokens}) == 100
    assert tokens == [token_of(session, generation=number) for number in range(100)]


def test_a_token_takes_256_bits_to_guess(session):
    secrets = [base64.urlsafe_b64decode(token_of(session, generation=n) + "==")[20:] for n in range(2)]
    assert [len(secret) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1]


def test_neither_the_key_nor_the_table_alone_makes_a_token(session, settings):
    token = token_of(session, generation=1)
    assert token_of(Session(id=session.id, seed=b"t" * 16), generation=1) != token
    settings.SECRET_KEY = "two"
    assert token_of(session, generation=1) != token


def test_a_token_of_another_generation_or_session_proves_nothing(session):
    presented = token_read(token_of(session, generation=1))
    assert not Presented(session_id=session.id, generation=2, token=presented.token).proves(session)
    assert not presented.proves(Session(id=uuid4(), seed=session.seed))


def test_a_token_that_is_written_otherwise_is_the_same_token(session):
    token = token_of(session, generation=1)
    assert token_hash(token_read(token + "==").token) == token_hash(token)


@pytest.mark.parametrize("token", ["", "=", "====", "A", "A" * 69, "A" * 71, "é" * 70, " " * 70, "\0" * 70])
def test_what_is_no_token_is_rejected(token):
    with pytest.raises(RefreshRejected):
        token_read(token)
