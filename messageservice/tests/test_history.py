import pytest
from hypothesis import given
from hypothesis import strategies as st

from messageservice.history import Window

seqs = st.integers(min_value=0, max_value=40)


@given(joined=seqs, later=seqs, limit=st.integers(1, 15), side=st.sampled_from(["before", "after", None]), at=seqs)
def test_a_page_is_the_nearest_of_what_may_be_seen(joined, later, limit, side, at):
    window = Window(joined_seq=joined, last_seq=joined + later)
    visible = list(range(joined + 1, joined + later + 1))
    if side == "after":
        expected = [seq for seq in visible if seq > at][:limit]
    else:
        expected = [seq for seq in visible if side is None or seq < at][-limit:]
    page = window.page(before=at if side == "before" else None, after=at if side == "after" else None, limit=limit)
    assert list(page) == expected
    if expected:
        assert window.goes_on_before(page) == (expected[0] > visible[0])
        assert window.goes_on_after(page) == (expected[-1] < visible[-1])


@given(joined=seqs, later=seqs, limit=st.integers(1, 15), forward=st.booleans())
def test_walking_through_the_pages_shows_everything_once(joined, later, limit, forward):
    window = Window(joined_seq=joined, last_seq=joined + later)
    shown, position, more = [], 0 if forward else 10**9, True
    while more:
        page = window.page(after=position if forward else None, before=None if forward else position, limit=limit)
        shown = [*shown, *page] if forward else [*page, *shown]
        more = window.goes_on_after(page) if forward else window.goes_on_before(page)
        position = page.stop - 1 if forward else page.start
    assert shown == list(range(joined + 1, joined + later + 1))


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ({"after": 99}, True, False),
        ({"after": 9}, True, False),
        ({"before": 1}, False, True),
        ({"before": 6}, False, True),
    ],
)
def test_an_empty_page_says_on_which_side_there_are_messages(asked, before, after):
    window = Window(joined_seq=5, last_seq=9)
    page = window.page(**{"before": None, "after": None, "limit": 10, **asked})
    assert (list(page), window.goes_on_before(page), window.goes_on_after(page)) == ([], before, after)
