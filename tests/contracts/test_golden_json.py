"""What travels is written down: a contract without its example, or with another JSON than before, fails here."""

import json

import msgspec
import pytest

from bus import codec
from contracts import golden
from contracts.base import EVENTS, OPERATIONS, load_all

load_all()
OURS = [operation for operation in OPERATIONS.values() if operation.request.__module__.startswith("contracts.")]


def test_every_contract_has_its_example_and_still_looks_like_it():
    assert list(golden.differences()) == [], "`python -m contracts.golden --write` makes them anew"


@pytest.mark.parametrize("operation", OURS, ids=lambda operation: operation.name)
def test_what_was_sent_before_is_still_understood(operation):
    example = json.loads((golden.FOLDER / f"{operation.name}.json").read_text())
    for side, kind in (("request", operation.request), ("reply", operation.reply)):
        for body in example[side].values():
            newer = body | {"field_of_a_newer_version": {"a": 1}}
            decoded = codec.decode(json.dumps(newer), kind)
            assert json.loads(codec.encode(decoded)) == body


@pytest.mark.parametrize(
    "event",
    [kind for kind in EVENTS.values() if kind.body.__module__.startswith("contracts.")],
    ids=lambda event: event.name,
)
def test_events_of_before_are_still_understood(event):
    example = json.loads((golden.FOLDER / f"event.{event.name}.json").read_text())
    for body in example.values():
        assert json.loads(codec.encode(codec.decode(json.dumps(body), event.body))) == body


@pytest.mark.parametrize("operation", OURS, ids=lambda operation: operation.name)
def test_every_operation_follows_the_grammar(operation):
    noun, verb = operation.name.split(".")
    assert noun.isidentifier()
    assert verb.isidentifier()
    assert operation.name == operation.name.lower()
    assert 0 < operation.deadline_ms <= 120_000
    assert operation.callers


def test_a_missing_a_changed_and_a_forgotten_example_are_each_named(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    golden.write()
    assert golden.main([]) == 0
    (tmp_path / "user.me.json").unlink()
    (tmp_path / "user.get.json").write_text("{}")
    (tmp_path / "user.gone.json").write_text("{}")
    found = sorted(golden.differences())
    assert [line.split()[0] for line in found] == ["user.get.json", "user.gone.json", "user.me.json"]
    assert golden.main([]) == 1
    assert golden.main(["--write"]) == 0
    assert list(golden.differences()) == []


def test_an_example_is_valid_json_of_its_contract_only(tmp_path):
    with pytest.raises(TypeError, match="No example"):
        golden._sample(msgspec.inspect.type_info(complex), "", full=True)
