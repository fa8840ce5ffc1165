"""An example of every contract as the JSON that travels, kept in tests/contracts/golden (docs/bus.md, "Golden files").

A change of such a file is a change of what others have to understand. `python -m contracts.golden --write` makes them
anew; the tests fail while they differ.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from contracts.base import EVENTS, KINDS, OPERATIONS, load_all

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "contracts" / "golden"
ID = "0192f0c0-7e1e-7000-8000-00000000000{}"
COLOR = "#336699"
DIGEST = "0123456789abcdef" * 4
MOMENT = "2026-03-01T12:30:45.123456Z"


def files() -> dict[str, bytes]:
    """File name → content, for every registered contract of this package."""
    load_all()
    made = {}
    for name, operation in OPERATIONS.items():
        if _ours(operation.request):
            made[f"{name}.json"] = _pretty({"request": _both(operation.request), "reply": _both(operation.reply)})
    for name, event in EVENTS.items():
        if _ours(event.body):
            made[f"event.{name}.json"] = _pretty(_both(event.body))
    for name, kind in KINDS.items():
        made[f"kind.{name}.json"] = _pretty({"params": _both(kind.params), "result": _both(kind.result)})
    return made


def _ours(contract: type) -> bool:
    return contract.__module__.startswith("contracts.")


def _both(contract: type) -> dict[str, msgspec.Raw]:
    """With every field, and with nothing that has a default or may be null."""
    return {"full": _example(contract, full=True), "least": _example(contract, full=False)}


def _example(contract: type, *, full: bool) -> msgspec.Raw:
    built = _sample(inspect.type_info(contract), "", full=full)
    value: Any = msgspec.json.decode(msgspec.json.encode(built), type=contract)
    return msgspec.Raw(msgspec.json.encode(value))


def _pretty(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _sample(kind: inspect.Type, name: str, *, full: bool) -> Any:
    """A value of the type that its contract allows; texts say which field they are in."""
    match kind:
        case inspect.Metadata(type=inner):
            return _sample(inner, name, full=full)
        case inspect.DataclassType(fields=fields):
            return {
                field.encode_name: _sample(field.type, field.name, full=full)
                for field in fields
                if full or field.required
            }
        case inspect.UnionType(types=types):
            return _sample_of_union(types, name, full=full)
        case inspect.ListType(item_type=item, min_length=least):
            return [_sample(item, name, full=full)] * (1 if full else least or 0)
        case inspect.DictType():
            return {"key": "value"} if full else {}
        case inspect.EnumType(cls=cls):
            return next(iter(cls)).value
        case _:
            return _plain(kind, name)


def _sample_of_union(types: tuple[inspect.Type, ...], name: str, *, full: bool) -> Any:
    something = next(kind for kind in types if not isinstance(kind, inspect.NoneType))
    nullable = any(isinstance(kind, inspect.NoneType) for kind in types)
    return None if nullable and not full else _sample(something, name, full=full)


def _plain(kind: inspect.Type, name: str) -> Any:
    match kind:
        case inspect.StrType(pattern=pattern) if pattern and pattern.startswith("^#"):
            return COLOR
        case inspect.StrType(pattern=pattern) if pattern and pattern.endswith("{64}$"):
            return DIGEST
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.StrType(min_length=least, max_length=most):
            return (name * (least or 1))[:most]
        case inspect.IntType(ge=least):
            return max(7, least or 0)
        case inspect.BoolType():
            return True
        case inspect.FloatType():
            return 0.5
        case inspect.UUIDType():
            return ID.format(len(name) % 10)
        case inspect.DateTimeType():
            return MOMENT
        case inspect.RawType() | inspect.AnyType():
            return {"any": "JSON"}
    raise TypeError(f"No example of {kind} is known.")


def differences() -> Iterator[str]:
    """What is not as it should be in the folder, a sentence each."""
    wanted = files()
    for name, content in wanted.items():
        file = FOLDER / name
        if not file.exists():
            yield f"{name} is missing."
        elif file.read_bytes() != content:
            yield f"{name} differs: the JSON of a contract changed."
    for file in FOLDER.glob("*.json"):
        if file.name not in wanted:
            yield f"{file.name} belongs to no contract."


def write() -> None:
    """Make the files anew; those of contracts that are gone are removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = files()
    for file in FOLDER.glob("*.json"):
        if file.name not in wanted:
            file.unlink()
    for name, content in wanted.items():
        (FOLDER / name).write_bytes(content)


def main(arguments: list[str]) -> int:
    """`--write` makes the files; without it says what differs and returns 1 when anything does."""
    if arguments == ["--write"]:
        write()
        return 0
    found = list(differences())
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
