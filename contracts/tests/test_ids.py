import time
from datetime import UTC, datetime, timedelta

from contracts.ids import first_uuid7, uuid7


def test_an_id_says_its_version_and_variant():
    assert uuid7().version == 7
    assert uuid7().variant == "specified in RFC 4122"


def test_an_id_begins_with_the_millisecond_it_was_made_in():
    before = time.time_ns() // 1_000_000
    made = uuid7().int >> 80
    assert before <= made <= time.time_ns() // 1_000_000


def test_ids_of_one_millisecond_differ():
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_ids_of_one_process_rise_within_a_millisecond_and_when_the_clock_is_set_back(monkeypatch):
    first = [uuid7() for _ in range(1_000)]
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    made = first + [uuid7() for _ in range(1_000)]
    assert made == sorted(made)
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_the_first_id_of_a_time_divides_what_was_made_before_from_what_was_made_since():
    made = uuid7()
    now = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    assert first_uuid7(now) <= made < first_uuid7(now + timedelta(milliseconds=1))
    assert first_uuid7(now).version == 7
