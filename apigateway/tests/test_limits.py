import pytest

from apigateway import limits
from apigateway.limits import Buckets, Sockets, network_of
from contracts.errors import RateLimited


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_a_minutes_worth_and_says_when_there_is_more() -> None:
    clock = Clock()
    buckets = Buckets(60, clock=clock)
    for _ in range(60):
        buckets.take("ann")
    with pytest.raises(RateLimited) as refused:
        buckets.take("ann")
    assert 900 < refused.value.data["retry_after_ms"] <= 1001
    clock.now += refused.value.data["retry_after_ms"] / 1000
    buckets.take("ann")
    buckets.take("bob")


def test_what_was_refused_costs_nothing() -> None:
    clock = Clock()
    buckets = Buckets(60, clock=clock)
    for _ in range(60):
        buckets.take("ann")
    for _ in range(1000):
        with pytest.raises(RateLimited):
            buckets.take("ann")
    clock.now += 1.1
    buckets.take("ann")


def test_full_buckets_are_forgotten_also_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    buckets = Buckets(60, clock=clock)
    monkeypatch.setattr(limits, "KEYS", 10)
    for key in range(10):
        buckets.take(key)
    clock.now += 60
    buckets.take("one more")
    assert list(buckets._levels) == ["one more"]


def test_sockets_are_counted_and_nothing_is_kept_of_those_that_left() -> None:
    sockets = Sockets(2)
    assert [sockets.enter("ann"), sockets.enter("ann"), sockets.enter("ann")] == [True, True, False]
    sockets.leave("ann")
    assert sockets.enter("ann")
    sockets.leave("ann")
    sockets.leave("ann")
    assert not sockets._open


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_an_ipv6_customer_is_one_whatever_address_he_takes(address: str, key: str) -> None:
    assert network_of(address) == key
