"""Ranges and conditions of RFC 9110, without a file."""

import pytest

from apigateway.errors import RangeNotSatisfiable
from apigateway.files.ranges import not_modified, wanted_range

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-9", range(10)),
        ("bytes=100-", range(100, 2560)),
        ("bytes=-10", range(2550, 2560)),
        ("bytes=0-999999", range(2560)),
        ("bytes=-999999", range(2560)),
        ("BYTES = 5 - 5", range(5, 6)),
    ],
)
def test_a_single_range_is_understood(asked: str, wanted: range) -> None:
    assert wanted_range({"range": asked}, ETAG, 2560) == wanted


@pytest.mark.parametrize("asked", ["bytes=2560-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(asked: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        wanted_range({"range": asked}, ETAG, 2560)
    assert refused.value.data == {"size": 2560}


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=9-2", "bytes=a-b", "bytes=-", "bytes", "bytes=\u0661-", ""]
)
def test_what_is_no_single_range_asks_for_everything(asked: str) -> None:
    assert wanted_range({"range": asked}, ETAG, 2560) is None


@pytest.mark.parametrize("known", ['"other"', 'W/"abc"', "Sat, 21 Nov 2026 03:04:05 GMT"])
def test_a_range_of_something_else_asks_for_everything(known: str) -> None:
    assert wanted_range({"range": "bytes=0-1", "if-range": known}, ETAG, 2560) is None
    assert wanted_range({"range": "bytes=0-1", "if-range": ETAG}, ETAG, 2560) == range(2)


@pytest.mark.parametrize(
    ("known", "same"),
    [(ETAG, True), (f"W/{ETAG}", True), (f'"x", {ETAG}', True), ("*", True), ('"x"', False), ("", False)],
)
def test_what_somebody_has_already_need_not_be_sent(known: str, same: bool) -> None:
    assert not_modified({"if-none-match": known}, ETAG) is same
