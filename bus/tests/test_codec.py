from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import codec
from contracts.errors import InvalidRequest, WarrenError
from contracts.message import MessageSend
from contracts.user import UserList, UserPage, UserRegister

ID = UUID("0192f0c0-0000-7000-8000-000000000001")


def test_unknown_fields_are_ignored():
    assert codec.decode(b'{"q": "a", "newer": {}}', UserList).q == "a"


def test_what_is_wrong_is_named_by_its_field():
    with pytest.raises(InvalidRequest, match="username") as caught:
        codec.decode(b'{"username": "!", "password": "x"}', UserRegister)
    assert caught.value.data == {"field": "username"}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(body):
    try:
        codec.decode(body, MessageSend)
    except InvalidRequest:
        pass


@given(st.text(max_size=400).filter(lambda text: len(text) >= 1))
def test_any_text_survives_the_way_there_and_back(text):
    sent = MessageSend(conversation_id=ID, client_id=ID, text=text)
    try:
        assert codec.decode(codec.encode(sent), MessageSend) == sent
    except UnicodeEncodeError:
        assert any("\ud800" <= letter <= "\udfff" for letter in text)


def test_a_value_that_its_contract_forbids_is_not_sent():
    with pytest.raises(msgspec.ValidationError):
        codec.encode(UserList(limit=1000))


def test_a_reply_that_is_not_its_contract_is_no_fault_of_the_caller(caplog):
    with pytest.raises(WarrenError) as caught:
        codec.decode_reply(b'{"users": 5}', UserPage)
    assert caught.value.code == "internal"
    assert caplog.records[0].contract == "UserPage"


def test_query_strings_may_be_taken_for_numbers():
    assert codec.convert({"limit": "5"}, UserList, strict=False).limit == 5
    with pytest.raises(InvalidRequest):
        codec.convert({"limit": "5"}, UserList)
