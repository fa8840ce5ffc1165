"""Every line of the route table, on REST and (where it has one) as a WebSocket op, against the real services."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from apigateway.routes import ROUTES, Auth, Route
from apigateway.shapes import components
from tests.gateway.conftest import Scene
from tests.gateway.people import PASSWORD, Human, Json
from tests.live import LiveSystem

NEW = "another good passphrase 9"

Given = Callable[[Scene], Json]

CASES: dict[str, Given] = {
    "POST /auth/register": lambda s: {"username": f"new-{uuid4().hex[:10]}", "password": PASSWORD},
    "POST /auth/login": lambda s: {"username": s.ann.username, "password": PASSWORD},
    "POST /auth/refresh": lambda s: {"refresh_token": s.ann.refresh_token},
    "POST /auth/logout": lambda s: {"refresh_token": s.ann.refresh_token},
    "POST /auth/logout-everywhere": lambda s: {},
    "GET /users/me": lambda s: {},
    "PATCH /users/me": lambda s: {"display_name": "Ann the Great"},
    "POST /users/me/password": lambda s: {"old_password": PASSWORD, "new_password": NEW},
    "GET /users": lambda s: {"q": s.bob.username, "limit": 5},
    "GET /users/{user_id}": lambda s: {"user_id": s.bob.id},
    "GET /sessions": lambda s: {},
    "DELETE /sessions/{session_id}": lambda s: {"session_id": s.ann.again().session},
    "GET /conversations": lambda s: {"limit": 5},
    "POST /conversations": lambda s: {
        "kind": "group", "title": "T", "member_ids": [s.bob.id], "client_id": str(uuid4()),
    },
    "GET /conversations/{conversation_id}": lambda s: {"conversation_id": s.group},
    "PATCH /conversations/{conversation_id}": lambda s: {"conversation_id": s.group, "title": "Renamed"},
    "PUT /conversations/{conversation_id}/read": lambda s: {"conversation_id": s.group, "seq": 1},
    "GET /conversations/{conversation_id}/members": lambda s: {"conversation_id": s.group},
    "POST /conversations/{conversation_id}/members": lambda s: {"conversation_id": s.group, "user_ids": [s.eve.id]},
    "DELETE /conversations/{conversation_id}/members/{user_id}": lambda s: {
        "conversation_id": s.group, "user_id": s.bob.id,
    },
    "GET /conversations/{conversation_id}/messages": lambda s: {"conversation_id": s.group, "limit": 5},
    "POST /conversations/{conversation_id}/messages": lambda s: {
        "conversation_id": s.group, "client_id": str(uuid4()), "text": "Grüße 👋",
    },
    "GET /files": lambda s: {"limit": 5},
    "GET /files/{file_id}": lambda s: {"file_id": s.ann.file()},
    "DELETE /files/{file_id}": lambda s: {"file_id": s.ann.file()},
    "GET /jobs": lambda s: {"limit": 5},
    "POST /jobs": lambda s: {"kind": "probe.noop", "params": {"seconds": 0}, "client_id": str(uuid4())},
    "POST /jobs/batch": lambda s: {
        "kind": "probe.noop", "params": {}, "items": [{}, {"note": "2"}], "title": "Two", "client_id": str(uuid4()),
    },
    "GET /jobs/{job_id}": lambda s: {"job_id": s.ann.job()},
    "POST /jobs/{job_id}/cancel": lambda s: {"job_id": s.ann.job()},
    "POST /jobs/{job_id}/retry": lambda s: {"job_id": s.ann.job(over=True)},
    "POST /jobs/{job_id}/replay": lambda s: {"job_id": s.ann.job(over=True), "client_id": str(uuid4())},
    "POST /jobs/{job_id}/pause": lambda s: {"job_id": s.ann.job()},
    "POST /jobs/{job_id}/resume": lambda s: {"job_id": s.ann.job()},
    "DELETE /jobs/{job_id}": lambda s: {"job_id": s.ann.job(over=True)},
    "GET /batches/{batch_id}": lambda s: {"batch_id": s.ann.batch()},
    "POST /batches/{batch_id}/cancel": lambda s: {"batch_id": s.ann.batch()},
    "POST /batches/{batch_id}/retry": lambda s: {"batch_id": s.ann.batch()},
    "POST /batches/{batch_id}/pause": lambda s: {"batch_id": s.ann.batch()},
    "POST /batches/{batch_id}/resume": lambda s: {"batch_id": s.ann.batch()},
    "POST /tasks": lambda s: {
        "name": "holiday", "arg": "https://example.org/a", "taskType": "download", "client_id": str(uuid4()),
    },
    "GET /datasets": lambda s: {"limit": 5},
    "GET /datasets/{dataset_id}": lambda s: s.dataset("dataset_id"),
    "PATCH /datasets/{dataset_id}": lambda s: {**s.dataset("dataset_id"), "name": "Renamed"},
    "DELETE /datasets/{dataset_id}": lambda s: s.dataset("dataset_id"),
    "GET /datasets/{dataset_id}/rows": lambda s: {**s.dataset("dataset_id"), "filter": ["a:eq:x"], "sort": "-a"},
    "GET /datasets/{dataset_id}/count": lambda s: {**s.dataset("dataset_id"), "filter": ["a:eq:x"]},
    "GET /datasets/{dataset_id}/stats": lambda s: {**s.dataset("dataset_id"), "column": "a"},
    "GET /datasets/{dataset_id}/rejects": lambda s: s.dataset("dataset_id"),
    "POST /datasets/{dataset_id}/imports/{import_id}/undo": lambda s: s.dataset("dataset_id", "import_id"),
    "GET /imports/{import_id}": lambda s: s.dataset("import_id"),
    "GET /imports/{import_id}/rejects": lambda s: s.dataset("import_id"),
    "GET /events": lambda s: {"after": 0, "limit": 5},
    "GET /bootstrap": lambda s: {},
    "GET /admin/users": lambda s: {"q": s.bob.username},
    "POST /admin/users/{user_id}/disable": lambda s: {"user_id": s.eve.id},
    "POST /admin/users/{user_id}/enable": lambda s: {"user_id": s.eve.id},
    "POST /admin/users/{user_id}/end-sessions": lambda s: {"user_id": s.eve.id},
    "GET /admin/jobs": lambda s: {"limit": 5},
    "GET /admin/dead-letters": lambda s: {},
    "POST /admin/dead-letters/replay": lambda s: {"kind": "probe.fail"},
    "GET /admin/queues": lambda s: {},
    "POST /admin/queues/{name}/pause": lambda s: {"name": "probe"},
    "POST /admin/queues/{name}/resume": lambda s: {"name": "probe"},
    "GET /admin/workers": lambda s: {},
}  # fmt: skip


def name_of(line: Route) -> str:
    return f"{line.method} {line.path}"


def test_every_line_has_a_case() -> None:
    assert set(CASES) == {name_of(line) for line in ROUTES}


@pytest.mark.parametrize("line", ROUTES, ids=name_of)
def test_it_works_over_rest(line: Route, scene: Scene, request: pytest.FixtureRequest) -> None:
    given = CASES[name_of(line)](scene)
    who = request.getfixturevalue("staff") if line.auth is Auth.STAFF else scene.ann
    path, rest = _path(line, given)
    if line.method in ("GET", "DELETE"):
        answer = who.rest(line.method, path, params=rest)
    else:
        answer = who.rest(line.method, path, rest or None)
    assert answer.status_code == line.status, answer.text
    if line.status != 204:
        _has_the_shape(answer.json(), line.gives)


@pytest.mark.parametrize("line", [line for line in ROUTES if line.ws], ids=name_of)
async def test_it_works_over_a_socket(line: Route, scene: Scene, system: LiveSystem) -> None:
    given = CASES[name_of(line)](scene)
    async with scene.ann.socket() as socket:
        answer = await socket.ask(line.name, **given)
    assert "ok" in answer, answer
    _has_the_shape(answer["ok"], line.gives)


def test_the_ancestors_body_is_enough_for_a_download(ann: Human) -> None:
    body = {"name": "holiday", "arg": "https://example.org/a.zip", "taskType": "download"}
    answer = ann.rest("POST", "/tasks", body)
    assert (answer.status_code, answer.json()["job"]["subject"]) == (202, "holiday")
    assert ann.rest("POST", "/tasks", body).json()["job"]["id"] != answer.json()["job"]["id"], "it has no key"
    refused = ann.rest("POST", "/tasks", {**body, "taskType": "compress"})
    assert (refused.status_code, refused.json()["field"]) == (400, "taskType")


def _path(line: Route, given: Json) -> tuple[str, Json]:
    names = [part[1:-1] for part in line.path.split("/") if part.startswith("{")]
    return line.path.format(**given), {name: value for name, value in given.items() if name not in names}


def _has_the_shape(told: Any, shape: type) -> None:
    """What OpenAPI promises, checked by another library than the one that wrote it."""
    import jsonschema

    root = {"$ref": f"#/components/schemas/{shape.__name__}", "components": {"schemas": components()}}
    jsonschema.validate(told, root)
