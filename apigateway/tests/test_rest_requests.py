"""What REST answers to what it cannot take: always a problem document with a code and a request id."""

import asyncio
from ipaddress import ip_network
from uuid import uuid4

import pytest

from apigateway.tests.http import bearer, http, raw
from apigateway.tests.world import Served, World, serving
from contracts.message import MessageSend

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("GET", "/api/v1/nothing", {}, b"", 404, "not_found"),
        ("GET", "/api/v1/users/me/", {}, b"", 404, "not_found"),
        ("DELETE", "/api/v1/users/me", {}, b"", 405, "method_not_allowed"),
        ("PROPFIND", "/api/v1/users/me", {}, b"", 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/users/me", {}, b"", 405, "method_not_allowed"),
        ("PATCH", "/api/v1/users/me", {"Content-Type": "text/plain"}, b"{}", 415, "unsupported_media_type"),
        ("PATCH", "/api/v1/users/me", FORM, b"--x--", 415, "unsupported_media_type"),
        ("PATCH", "/api/v1/users/me", {}, b'{"display_name":"A"}', 415, "unsupported_media_type"),
        ("PATCH", "/api/v1/users/me", JSON, b"{", 400, "invalid_request"),
        ("PATCH", "/api/v1/users/me", JSON, b"[]", 400, "invalid_request"),
        ("PATCH", "/api/v1/users/me", JSON, b"\xff\xfe", 400, "invalid_request"),
        ("PATCH", "/api/v1/users/me", JSON, b"[" * 100_000, 400, "invalid_request"),
        ("PATCH", "/api/v1/users/me", JSON, b'{"display_name":5}', 400, "invalid_request"),
        ("PATCH", "/api/v1/users/me", JSON, b"{}", 400, "invalid_request"),
        ("PATCH", "/api/v1/users/me", JSON, b"", 400, "invalid_request"),
        ("GET", "/api/v1/users/not-an-id", {}, b"", 400, "invalid_request"),
        ("GET", "/api/v1/users?limit=0", {}, b"", 400, "invalid_request"),
        ("GET", "/api/v1/users?limit=1&limit=2", {}, b"", 400, "invalid_request"),
        ("GET", "/api/v1/events?wait=61", {}, b"", 400, "invalid_request"),
        ("GET", "/api/v1/events?after=-1", {}, b"", 400, "invalid_request"),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_refused_as_a_problem(
    served: Served, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = await http(served.url, method, path, headers={**bearer(served.world.token(uuid4())), **headers}, data=body)
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert told["detail"]


async def test_the_field_at_fault_is_named(served: Served) -> None:
    answer = await http(
        served.url, "PATCH", "/api/v1/users/me", headers=bearer(served.world.token(uuid4())), json={"display_name": ""}
    )
    assert answer.json()["field"] == "display_name"


async def test_methods_that_a_path_takes_are_named(served: Served) -> None:
    answer = await http(served.url, "PUT", "/api/v1/users/me")
    assert answer.headers["Allow"] == "GET, PATCH"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("abcdef0123456789", True), ("short", False), ("x" * 65, False), ("evil\tid and more", False), ("", False)],
)
async def test_a_sane_request_id_is_kept_and_any_other_replaced(served: Served, sent: str, kept: bool) -> None:
    answer = await http(served.url, "GET", "/health/live", headers={"X-Request-ID": sent})
    assert (answer.headers["X-Request-ID"] == sent) is kept
    assert len(answer.headers["X-Request-ID"]) >= 8


async def test_an_absent_service_is_503_with_a_time_to_come_back(served: Served) -> None:
    with served.world.bus.absent("user.me"):
        answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(served.world.token(uuid4())))
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")


async def test_a_fault_of_ours_is_500_without_its_inside(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> bytes:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(served.gateway.client, "call_raw", broken)
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(served.world.token(uuid4())))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


async def test_staff_only_paths_refuse_everybody_else(served: Served) -> None:
    answer = await http(served.url, "GET", "/api/v1/admin/users", headers=bearer(served.world.token(uuid4())))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_too_many_requests_are_refused_with_a_time_to_come_back(served: Served) -> None:
    ann = uuid4()
    for _ in range(served.gateway.limits._users.per_minute):
        served.gateway.limits.user(ann)
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(served.world.token(ann)))
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_logins_of_one_address_are_limited_before_any_password_is_looked_at(served: Served) -> None:
    limit = served.gateway.limits._logins.per_minute
    for _ in range(limit):
        served.gateway.limits.login("127.0.0.1")
    answer = await http(served.url, "POST", "/api/v1/auth/login", json={"username": "a", "password": "b"})
    assert answer.status_code == 429
    assert "user.login" not in served.world.calls


@pytest.mark.parametrize("key", ["0b7a2f4e-53c1-4b0a-9d7e-0a1b2c3d4e5f", "any text at all"])
async def test_an_idempotency_key_stands_in_for_the_client_id(served: Served, key: str) -> None:
    ann, world = uuid4(), served.world
    ours = world.conversation(ann)
    headers = {**bearer(world.token(ann)), "Idempotency-Key": key}
    path = f"/api/v1/conversations/{ours}/messages"
    answers = [await http(served.url, "POST", path, headers=headers, json={"text": "hi"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [answer.json()["duplicate"] for answer in answers] == [False, True]
    (sent,) = world.sent
    assert isinstance(sent, MessageSend)
    assert (str(sent.client_id) == key) is (len(key) == 36)


async def test_the_same_text_as_key_of_two_users_makes_two_ids(served: Served) -> None:
    world = served.world
    ours = world.conversation(ann := uuid4(), bob := uuid4())
    for user in (ann, bob):
        headers = {**bearer(world.token(user)), "Idempotency-Key": "order 66"}
        await http(served.url, "POST", f"/api/v1/conversations/{ours}/messages", headers=headers, json={"text": "hi"})
    assert len({sent.client_id for sent in world.sent}) == 2


async def test_a_long_poll_is_held_until_something_happens(served: Served) -> None:
    ann, world = uuid4(), served.world
    ours, theirs = world.conversation(ann), world.conversation(uuid4())
    asking = asyncio.create_task(http(served.url, "GET", "/api/v1/events?wait=10", headers=bearer(world.token(ann))))
    await served.until(lambda: world.calls.count("log.read") == 1)
    world.say(theirs)
    pos = world.say(ours)
    answer = await asking
    assert [event["pos"] for event in answer.json()["events"]] == [pos]
    assert answer.elapsed.total_seconds() < 5


async def test_a_long_poll_ends_when_its_time_is_up_or_the_gateway_stops(served: Served) -> None:
    ann, world = uuid4(), served.world
    headers = bearer(world.token(ann))
    answer = await http(served.url, "GET", "/api/v1/events?wait=1", headers=headers)
    assert (answer.status_code, answer.json()["events"]) == (200, [])
    asking = asyncio.create_task(http(served.url, "GET", "/api/v1/events?wait=30", headers=headers))
    await served.until(lambda: served.gateway._polls)
    await served.gateway.drain()
    assert (await asking).status_code == 200


async def test_every_answer_has_a_length_and_is_not_kept_by_caches(served: Served) -> None:
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(served.world.token(uuid4())))
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


async def test_head_is_answered_like_get_without_a_body(served: Served) -> None:
    answer = await http(served.url, "HEAD", "/api/v1/users/me", headers=bearer(served.world.token(uuid4())))
    assert (answer.status_code, answer.content) == (200, b"")


async def test_the_access_log_has_the_request_id_and_no_query(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="apigateway.http"):
        answer = await http(served.url, "GET", "/api/v1/users?q=private", headers=bearer(served.world.token(uuid4())))
        await served.until(lambda: any(record.name == "apigateway.http" for record in caplog.records))
    (line,) = [record for record in caplog.records if record.name == "apigateway.http"]
    assert line.request_id == answer.headers["X-Request-ID"]
    assert line.path == "/api/v1/users"
    assert "private" not in str(vars(line))


async def test_proxy_headers_are_believed_only_from_trusted_proxies(world: World, settings: object) -> None:
    for trusted, seen in (([], "127.0.0.1"), ([ip_network("127.0.0.0/8")], "203.0.113.7")):
        settings.TRUSTED_PROXIES = trusted  # type: ignore[attr-defined]
        async with serving(world) as served:
            for _ in range(3):
                await http(
                    served.url,
                    "POST",
                    "/api/v1/auth/login",
                    json={},
                    headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"},
                )
            assert list(served.gateway.limits._logins._levels) == [seen]


async def test_nonsense_instead_of_http_is_400(served: Served) -> None:
    assert (await raw(served.port, b"nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400")
