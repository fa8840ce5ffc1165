from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.message import MessageSend, MessageSent
from messageservice.drafts import Draft

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text("abé\"\\", max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    lambda text: not text.isspace()
)


@given(
    text=texts,
    data=st.none() | st.dictionaries(st.text("ab", max_size=2), json_values, max_size=3),
    reply=st.booleans(),
    files=st.lists(st.uuids(), max_size=2),
)
def test_the_event_is_the_contract_s_own_json_once_seq_and_time_are_in(text, data, reply, files):
    request = MessageSend(
        conversation_id=uuid4(),
        client_id=uuid4(),
        text=text,
        data=data,
        reply_to=uuid4() if reply else None,
        file_ids=files,
    )
    draft = Draft.of(request, sender=uuid4())
    at = datetime(2026, 11, 21, 3, 4, 5, 600, tzinfo=UTC)
    message = draft.message(seq=311, created_at=at)
    event = MessageSent(**{name: getattr(message, name) for name in MessageSent.__dataclass_fields__})
    body = f'{draft.head}{311}{draft.tail}2026-11-21T03:04:05.000600Z"}}'
    assert body.encode() == msgspec.json.encode(event)


def test_two_drafts_of_one_request_are_two_messages():
    request, sender = MessageSend(conversation_id=uuid4(), client_id=uuid4(), text="hi"), uuid4()
    first, second = Draft.of(request, sender=sender), Draft.of(request, sender=sender)
    assert first.id != second.id
    assert first.key == second.key


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb"])
def test_the_event_has_the_text_as_it_is_stored(text):
    draft = Draft.of(MessageSend(conversation_id=uuid4(), client_id=uuid4(), text=text), sender=uuid4())
    assert draft.text == "a\nb"
    assert r'"text":"a\nb"' in draft.tail
