"""JSON Schemas of everything outside sees, made by msgspec from the contracts: both API documents refer to these."""

from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from inspect import cleandoc
from typing import Any, get_type_hints

import msgspec

from apigateway.routes import ROUTES
from contracts.base import EVENTS, KINDS, load_all
from contracts.gateway import Ack, AuthRefresh, AuthRefreshed, Failure, Hello, Live, Ping, Pong, Problem, Welcome

REF = "#/components/schemas/{name}"
Schema = dict[str, Any]

FRAMES = (Hello, Welcome, AuthRefresh, AuthRefreshed, Ack, Pong, Live, Ping, Failure, Problem)


@cache
def components() -> dict[str, Schema]:
    """Name → schema of every shape of a route, a frame or an event."""
    load_all()
    kinds = list(dict.fromkeys([*_of_routes(), *FRAMES, *_of_events(), *_of_kinds()]))
    _, named = msgspec.json.schema_components(kinds, ref_template=REF)
    by_name = {kind.__name__: kind for kind in _with_parents(kinds)}
    for name, schema in named.items():
        _polish(schema, by_name.get(name))
    return dict(sorted(named.items()))


def schema_of(kind: type) -> Schema:
    """The finished component of one shape."""
    return components()[kind.__name__]


def reference(kind: type) -> Schema:
    return {"$ref": REF.format(name=kind.__name__)}


def events() -> list[tuple[str, type, bool]]:
    """Name, body and whether it is a signal, of everything that a socket may hear."""
    return [(name, kind.body, kind.signal) for name, kind in sorted(EVENTS.items()) if name not in INTERNAL]


INTERNAL = frozenset({"log.head"})
"""Signals between our own processes."""


def _of_routes() -> list[type]:
    return [kind for line in ROUTES for kind in (line.takes, line.gives)]


def _of_events() -> list[type]:
    return [body for _, body, _ in events()]


def _of_kinds() -> list[type]:
    """What `params` and `result` of a job hold, for each kind."""
    return [shape for kind in KINDS.values() for shape in (kind.params, kind.result)]


def _with_parents(kinds: list[type]) -> list[type]:
    """The shapes and all that their fields mention."""
    found: dict[type, None] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind in found or not is_dataclass(kind):
            continue
        found[kind] = None
        for hint in get_type_hints(kind).values():
            waiting += [part for part in (hint, *getattr(hint, "__args__", ())) if isinstance(part, type)]
    return list(found)


def _polish(schema: Schema, kind: type | None) -> None:
    """What msgspec leaves out: times have a format; a text of several lines loses its indentation."""
    if "description" in schema:
        schema["description"] = cleandoc(schema["description"])
    if "enum" in schema:
        schema["type"] = "string"
    if kind is None:
        return
    for name, hint in get_type_hints(kind).items():
        if datetime in (hint, *getattr(hint, "__args__", ())):
            _give_format(schema["properties"][name])


def _give_format(schema: Schema) -> None:
    for part in [schema, *schema.get("anyOf", [])]:
        if part.get("type") == "string":
            part["format"] = "date-time"
