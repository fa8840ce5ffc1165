"""Every operation with the id of something that belongs to others: 404, and nothing that tells whether it exists."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from apigateway.routes import ROUTES, Auth, Route
from tests.gateway.datasets import make_dataset
from tests.gateway.people import Human, Json
from tests.gateway.test_every_operation import name_of
from tests.live import LiveSystem

OPEN_TO_ALL = {"GET /users/{user_id}"}
"""Everybody may look at everybody's public profile."""

Given = Callable[[Human, str, str], Json]

CASES: dict[str, Given] = {
    "DELETE /sessions/{session_id}": lambda owner, conversation, session: {"session_id": session},
    "GET /conversations/{conversation_id}": lambda owner, conversation, _: {"conversation_id": conversation},
    "PATCH /conversations/{conversation_id}": lambda owner, conversation, _: {
        "conversation_id": conversation, "title": "Mine now",
    },
    "PUT /conversations/{conversation_id}/read": lambda owner, conversation, _: {
        "conversation_id": conversation, "seq": 1,
    },
    "GET /conversations/{conversation_id}/members": lambda owner, conversation, _: {"conversation_id": conversation},
    "POST /conversations/{conversation_id}/members": lambda owner, conversation, _: {
        "conversation_id": conversation, "user_ids": [owner.id],
    },
    "DELETE /conversations/{conversation_id}/members/{user_id}": lambda owner, conversation, _: {
        "conversation_id": conversation, "user_id": owner.id,
    },
    "GET /conversations/{conversation_id}/messages": lambda owner, conversation, _: {"conversation_id": conversation},
    "POST /conversations/{conversation_id}/messages": lambda owner, conversation, _: {
        "conversation_id": conversation, "client_id": str(uuid4()), "text": "let me in",
    },
    "POST /jobs/{job_id}/replay": lambda owner, conversation, _: {
        "job_id": _thing_of(owner, "job_id"), "client_id": str(uuid4()),
    },
    **{
        key: lambda owner, conversation, _, name=name: {name: _thing_of(owner, name)}
        for key, name in (
            ("GET /files/{file_id}", "file_id"),
            ("DELETE /files/{file_id}", "file_id"),
            ("GET /jobs/{job_id}", "job_id"),
            ("POST /jobs/{job_id}/cancel", "job_id"),
            ("POST /jobs/{job_id}/retry", "job_id"),
            ("POST /jobs/{job_id}/pause", "job_id"),
            ("POST /jobs/{job_id}/resume", "job_id"),
            ("DELETE /jobs/{job_id}", "job_id"),
            ("GET /batches/{batch_id}", "batch_id"),
            ("POST /batches/{batch_id}/cancel", "batch_id"),
            ("POST /batches/{batch_id}/retry", "batch_id"),
            ("POST /batches/{batch_id}/pause", "batch_id"),
            ("POST /batches/{batch_id}/resume", "batch_id"),
        )
    },
    **{
        key: lambda owner, conversation, _, more=more: {**_dataset_of(owner), **more}
        for key, more in (
            ("GET /datasets/{dataset_id}", {}),
            ("PATCH /datasets/{dataset_id}", {"name": "Mine now"}),
            ("DELETE /datasets/{dataset_id}", {}),
            ("GET /datasets/{dataset_id}/rows", {}),
            ("GET /datasets/{dataset_id}/count", {}),
            ("GET /datasets/{dataset_id}/stats", {"column": "a"}),
            ("GET /datasets/{dataset_id}/rejects", {}),
            ("POST /datasets/{dataset_id}/imports/{import_id}/undo", {}),
            ("GET /imports/{import_id}", {}),
            ("GET /imports/{import_id}/rejects", {}),
        )
    },
}  # fmt: skip

IDS = ("file_id", "job_id", "batch_id", "dataset_id", "import_id")
LINES = [line for line in ROUTES if name_of(line) in CASES]


_database: list[str] = []


@pytest.fixture(autouse=True)
def _known(system: LiveSystem) -> None:
    """Where the datasets are that the cases make."""
    _database[:] = [system.instances.database_url]


def test_every_line_with_an_id_in_its_path_has_a_case() -> None:
    named = {name_of(line) for line in ROUTES if "{" in line.path and line.auth is Auth.USER}
    assert named - OPEN_TO_ALL == set(CASES)


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_rest_answers_404_alike_for_what_is_anothers_and_what_is_not_there(
    line: Route, ann: Human, bob: Human, eve: Human
) -> None:
    real = CASES[name_of(line)](ann, ann.group(bob), ann.session)
    made_up = {**CASES[name_of(line)](ann, str(uuid4()), str(uuid4())), **_made_up(line)}
    told = [_rest(eve, line, given) for given in (real, made_up)]
    assert [status for status, _ in told] == [404, 404]
    assert told[0][1] == told[1][1]


@pytest.mark.parametrize("line", [line for line in LINES if line.ws], ids=name_of)
async def test_a_socket_answers_not_found_alike(line: Route, ann: Human, bob: Human, eve: Human) -> None:
    real = CASES[name_of(line)](ann, ann.group(bob), ann.session)
    made_up = {**CASES[name_of(line)](ann, str(uuid4()), str(uuid4())), **_made_up(line)}
    async with eve.socket() as socket:
        told = [await socket.ask(line.name, **given) for given in (real, made_up)]
    assert told[0]["error"] == told[1]["error"]
    assert told[0]["error"]["code"] == "not_found"


@pytest.mark.parametrize("line", [line for line in ROUTES if line.auth is Auth.STAFF], ids=name_of)
async def test_what_is_for_staff_is_for_nobody_else(line: Route, ann: Human, bob: Human) -> None:
    answer = ann.rest(line.method, line.path.format(user_id=bob.id, name="probe"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    async with ann.socket() as socket:
        assert (await socket.ask(line.name, user_id=bob.id, active=False))["error"]["code"] == "unknown_operation"
    assert bob.rest("GET", "/users/me").status_code == 200


@pytest.mark.parametrize("line", [line for line in ROUTES if line.auth in (Auth.USER, Auth.STAFF)], ids=name_of)
def test_without_a_token_nothing_is_told(line: Route, ann: Human) -> None:
    stranger = Human(base=ann.base, username="", id="", token="", refresh_token="", session="")
    names = ("conversation_id", *IDS, "name")
    path = line.path.format(user_id=ann.id, session_id=ann.session, **{name: uuid4() for name in names})
    answer = stranger.rest(line.method, path, headers={"Authorization": ""})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_replies_and_history_of_others_stay_theirs(ann: Human, bob: Human, eve: Human) -> None:
    """What a member was told before he was removed gives him nothing afterwards."""
    group = ann.group(bob, eve)
    ann.say(group, "for all three")
    assert eve.rest("GET", f"/conversations/{group}/messages").status_code == 200
    assert ann.rest("DELETE", f"/conversations/{group}/members/{eve.id}").status_code == 204
    ann.say(group, "for two")
    assert eve.rest("GET", f"/conversations/{group}/messages").status_code == 404
    told = eve.rest("GET", "/events", params={"after": 0, "limit": 500}).json()["events"]
    assert not [
        event for event in told if event["data"].get("conversation_id") == group and event["event"] == "message.sent"
    ]


def _thing_of(owner: Human, name: str) -> str:
    return {"file_id": owner.file, "job_id": owner.job, "batch_id": owner.batch}[name]()


def _dataset_of(owner: Human) -> Json:
    return make_dataset(_database[-1], owner=owner.id)


def _made_up(line: Route) -> Json:
    return {name: str(uuid4()) for name in IDS if f"{{{name}}}" in line.path}


def _rest(who: Human, line: Route, given: Json) -> tuple[int, Json]:
    names = [part[1:-1] for part in line.path.split("/") if part.startswith("{")]
    rest = {name: value for name, value in given.items() if name not in (*names, *IDS)}
    in_query = line.method in ("GET", "DELETE")
    answer = who.rest(
        line.method, line.path.format(**given), None if in_query else rest, params=rest if in_query else {}
    )
    told = answer.json() if answer.content else {}
    return answer.status_code, {name: value for name, value in told.items() if name != "request_id"}
