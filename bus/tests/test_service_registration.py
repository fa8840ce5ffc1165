"""A service that is put together wrongly does not start."""

from collections.abc import Sequence

import pytest

from bus.envelope import Call
from bus.service import Service
from contracts.errors import WarrenError
from contracts.log import Head, LogHead, LogPage
from contracts.user import User, UserMe


@pytest.fixture
def service():
    return Service("user")


def test_a_handler_is_found_by_its_type_hints(service):
    @service.rpc
    def user_me(request: UserMe, call: Call) -> User:
        raise NotImplementedError

    assert service.registrations["user.me"].handle is user_me
    assert "user.me" not in service.missing()
    assert "user.get" in service.missing()


def test_a_wrong_reply_type_fails_at_import(service):
    with pytest.raises(TypeError, match="should return User"):

        @service.rpc
        def user_me(request: UserMe, call: Call) -> LogPage:
            raise NotImplementedError


def test_a_second_handler_fails_at_import(service):
    def user_me(request: UserMe, call: Call) -> User:
        raise NotImplementedError

    service.rpc(user_me)
    with pytest.raises(TypeError, match=r"second handler of user\.me"):
        service.rpc(user_me)


def test_a_foreign_contract_fails_at_import(service):
    with pytest.raises(TypeError, match="belongs to the log service"):

        @service.rpc
        def log_head(request: LogHead, call: Call) -> Head:
            raise NotImplementedError


def test_a_handler_without_a_contract_fails_at_import(service):
    with pytest.raises(TypeError, match="should take a contract"):

        @service.rpc
        def user_me(request: dict, call: Call) -> User:
            raise NotImplementedError


def test_a_handler_of_another_name_fails_at_import(service):
    with pytest.raises(TypeError, match="should be named user_me"):

        @service.rpc
        def me(request: UserMe, call: Call) -> User:
            raise NotImplementedError


def test_a_batch_handler_answers_in_places(service):
    with pytest.raises(TypeError, match=r"should return User \| WarrenError"):

        @service.rpc_batch(limit=4)
        def user_me(calls: Sequence[tuple[UserMe, Call]]) -> Sequence[User]:
            raise NotImplementedError

    @service.rpc_batch(limit=4)
    def user_me(calls: Sequence[tuple[UserMe, Call]]) -> Sequence[User | WarrenError]:
        raise NotImplementedError

    assert service.registrations["user.me"].batch == 4


def test_a_service_that_was_not_connected_cannot_ask(service):
    with pytest.raises(RuntimeError, match="not connected"):
        service.ask(UserMe())
