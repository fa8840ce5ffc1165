from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.audience import EVERYBODY_KEY, Audience

audiences = st.builds(
    Audience,
    conversation_id=st.uuids(),
    seq=st.integers(min_value=0, max_value=2**63 - 1),
    user_id=st.none() | st.uuids(),
) | st.builds(Audience, user_id=st.none() | st.uuids())


@given(audiences)
def test_a_routing_key_says_the_whole_audience(audience):
    key = audience.routing_key()
    assert Audience.from_routing_key(key) == audience
    assert len(key.encode()) <= 255


def test_an_event_for_everybody_says_so():
    assert Audience().routing_key() == EVERYBODY_KEY == "all"


@pytest.mark.parametrize("key", ["", "all.u", "u.", "u.x", "c.1", f"c.{UUID(int=1).hex}.x", "x.y.z", "u.1.2.3.4"])
def test_what_is_no_audience_is_refused(key):
    with pytest.raises(ValueError, match=r"."):
        Audience.from_routing_key(key)
