"""Every field of every operation with values that do not belong there: refused by name or harmless, never a fault of
ours, and the service answers the next request."""

import json
from typing import Any

import pytest

from apigateway.routes import ROUTES, Auth, Route
from apigateway.shapes import schema_of
from tests.gateway.conftest import Scene
from tests.gateway.people import Human, Json
from tests.gateway.test_every_operation import CASES, name_of

WRONG: dict[str, Any] = {
    "null": None,
    "minus one": -1,
    "beyond 64 bits": 2**70,
    "the largest of 64 bits": 2**63 - 1,
    "a fraction": 0.5,
    "true": True,
    "empty": "",
    "spaces": "   ",
    "a NUL": "a\0b",
    "half a surrogate pair": "\ud800",
    "a direction override": "\u202ereversed",
    "long": "x" * 100_000,
    "SQL": "'; DROP TABLE messageservice_message; --",
    "wildcards": "%_%\\",
    "a list": [[]],
    "an object": {"$ne": None},
    "a word": "nonsense",
}
ALLOWED = {200, 201, 202, 204, 400, 401, 403, 404, 409, 413, 422, 429}


@pytest.mark.parametrize("line", [line for line in ROUTES if line.auth is not Auth.STAFF], ids=name_of)
def test_rest(line: Route, scene: Scene) -> None:
    given = CASES[name_of(line)](scene)
    for name in schema_of(line.takes)["properties"]:
        for what, value in WRONG.items():
            answer = _ask(scene.ann, line, {**given, name: value})
            assert answer.status_code in ALLOWED, (name, what, answer.status_code, answer.text)
            if line.path == "/users/me/password" and answer.status_code == 204:
                return  # an unusual password, but one; nobody knows it any more
    assert scene.bob.rest("GET", "/users/me").status_code == 200


@pytest.mark.parametrize("line", [line for line in ROUTES if line.ws], ids=name_of)
async def test_socket(line: Route, scene: Scene) -> None:
    given = CASES[name_of(line)](scene)
    codes = set()
    async with scene.bob.socket() as socket:
        for name in schema_of(line.takes)["properties"]:
            for what, value in WRONG.items():
                if what == "long":
                    continue  # beyond the frame's limit
                answer = await socket.ask(line.name, **{**given, name: value})
                codes.add(answer.get("error", {"code": "ok"})["code"])
    assert not codes & {"internal", "unavailable", "deadline_exceeded"}, codes


def test_several_ids_in_a_query(ann: Human, bob: Human) -> None:
    answer = ann.rest("GET", "/users", params={"ids": [ann.id, bob.id]})
    assert {user["id"] for user in answer.json()["users"]} == {ann.id, bob.id}


def _ask(who: Human, line: Route, given: Json) -> Any:
    names = [part[1:-1] for part in line.path.split("/") if part.startswith("{")]
    path = line.path.format(**{name: _as_path(given[name]) for name in names})
    rest = {name: value for name, value in given.items() if name not in names}
    if line.method in ("GET", "DELETE"):
        return who.rest(line.method, path, params={name: _as_query(value) for name, value in rest.items()})
    headers = {"Content-Type": "application/json"}
    return who.rest(line.method, path, data=json.dumps(rest), headers=headers)


def _as_path(value: Any) -> str:
    from urllib.parse import quote

    return quote(str(value).encode("utf-8", "replace"), safe="")[:5000] or "-"


def _as_query(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()[:5000]
