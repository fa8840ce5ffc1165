import pytest

from contracts import errors
from contracts.base import ALWAYS, OPERATIONS, load_all
from contracts.errors import ERRORS, WarrenError, error_from

load_all()


@pytest.mark.parametrize("code", ERRORS)
def test_every_code_has_a_sentence_for_people(code):
    sentence = ERRORS[code]().message
    assert sentence[0].isupper()
    assert sentence.endswith(".")


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_the_same_after_its_way_over_the_wire(code):
    original = ERRORS[code]("A sentence.", field="x")
    copy = error_from(original.code, original.message, original.data)
    assert type(copy) is type(original)
    assert (copy.message, copy.data) == ("A sentence.", {"field": "x"})


def test_a_code_of_a_newer_peer_keeps_its_code_and_sentence():
    error = error_from("not_invented_yet", "Wait for it.", {"a": 1})
    assert isinstance(error, WarrenError)
    assert (error.code, error.message, error.data) == ("not_invented_yet", "Wait for it.", {"a": 1})
    again = error_from("not_invented_yet", "Wait for it.", {})
    assert again.code == "not_invented_yet"
    assert "not_invented_yet" not in ERRORS


def test_two_errors_cannot_share_a_code():
    with pytest.raises(TypeError, match="share the code 'busy'"):
        type("SecondBusy", (WarrenError,), {"code": "busy"})
    assert ERRORS["busy"] is errors.Busy


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_an_operation_lists_only_errors_of_its_own(operation):
    assert not set(operation.errors) & set(ALWAYS)
    assert all(ERRORS[error.code] is error for error in operation.errors)
