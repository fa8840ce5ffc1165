"""The order of samples, and what happens to a contender that cannot run."""

from bench.model import Contender, Kind, Measured, NotMeasured, Sample
from bench.runner import take_turns


def test_every_other_repetition_goes_the_other_way_round() -> None:
    order: list[str] = []

    def contender(name: str) -> Measured:
        def sample() -> Sample:
            order.append(name)
            return {"calls/s": 1}

        return Measured(contender=Contender(name=name, kind=Kind.PEER, sample=sample))

    take_turns([contender("a"), contender("b")], 3)
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_who_fails_once_is_left_out_and_says_why() -> None:
    calls: list[int] = []

    def fail() -> Sample:
        calls.append(1)
        raise NotMeasured("there is no gcc")

    one = Measured(contender=Contender(name="a", kind=Kind.LIMIT, sample=fail))
    take_turns([one], 4)
    assert len(calls) == 1
    assert one.absent == "there is no gcc"
    assert one.samples == []
