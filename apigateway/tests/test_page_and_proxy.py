"""What the gateway serves besides its API: the built page, the admin role's pages, health, metrics, documents."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from apigateway import page, proxy
from apigateway.routes import OPS, ROUTES
from apigateway.tests.http import http
from apigateway.tests.world import Served, World, serving


@pytest.fixture
def dist(tmp_path: Path, settings: object) -> Path:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    return tmp_path / "frontend" / "dist"


def build(dist: Path) -> None:
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<html><script>let theme = 1</script><script src='/a.js'></script></html>")
    (dist / "assets" / "index-Ab12Cd34.js").write_text("console.log(1)")
    (dist / "assets" / "index-Ab12Cd34.js.gz").write_bytes(gzip.compress(b"console.log(1)"))
    (dist / "robots.txt").write_text("x")


async def test_a_page_that_is_not_built_says_how_to_build_it(world: World, dist: Path) -> None:
    async with serving(world) as served:
        answer = await http(served.url, "GET", "/")
        assert answer.status_code == 503
        assert "bin/up" in answer.text
        build(dist)
        assert (await http(served.url, "GET", "/")).status_code == 200


async def test_every_address_that_only_the_page_knows_gets_its_index(world: World, dist: Path) -> None:
    build(dist)
    async with serving(world) as served:
        for path in ("/", "/c/123", "/settings"):
            answer = await http(served.url, "GET", path)
            assert answer.status_code == 200
            assert "theme" in answer.text
            assert answer.headers["Cache-Control"] == "no-cache"
        for path in ("/no.js", "/assets/gone-12345678.js", "/../secret.txt", "/%2e%2e/x.txt"):
            assert (await http(served.url, "GET", path)).status_code == 404
        assert (await http(served.url, "POST", "/")).status_code == 405


async def test_the_page_may_load_only_what_is_ours(world: World, dist: Path) -> None:
    build(dist)
    async with serving(world) as served:
        policy = (await http(served.url, "GET", "/")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 1


async def test_files_named_by_their_contents_are_kept_for_ever_and_compressed(world: World, dist: Path) -> None:
    build(dist)
    async with serving(world) as served:
        answer = await http(served.url, "GET", "/assets/index-Ab12Cd34.js")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "accept-encoding"
        assert answer.text == "console.log(1)"
        again = await http(
            served.url, "GET", "/assets/index-Ab12Cd34.js", headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        plain = await http(served.url, "GET", "/robots.txt", headers={"Accept-Encoding": "identity"})
        assert plain.headers["Cache-Control"] == "no-cache"


def test_an_encoding_that_the_client_excludes_is_not_used() -> None:
    file = page.File(kind="text/plain", etag=b"", bodies={"": b"", "gzip": b"", "br": b""}, headers=())
    assert page._best("gzip, br;q=0", file) == "gzip"
    assert page._best("br, gzip", file) == "br"
    assert page._best("", file) == ""


class Upstream:
    """An admin role that answers with what it was asked."""

    def __init__(self) -> None:
        self.asked = b""
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
        self.answer += b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked = await reader.readuntil(b"\r\n\r\n")
        if b"content-length: 3" in self.asked.lower():
            self.asked += await reader.readexactly(3)
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@pytest.fixture
async def upstream(settings: object) -> AsyncIterator[Upstream]:
    own = Upstream()
    server = await asyncio.start_server(own, "127.0.0.1", 0)
    settings.ADMIN_URL = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
    yield own
    server.close()
    await server.wait_closed()


async def test_the_admin_site_is_forwarded_with_who_asks_and_without_what_the_client_claims(
    served: Served, upstream: Upstream
) -> None:
    headers = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil", "Connection": "close", "Cookie": "s=1"}
    answer = await http(served.url, "POST", "/admin/login/?next=/a%20b", headers=headers, data=b"x=1")
    assert (answer.status_code, answer.text) == (200, "hello")
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    asked = upstream.asked.decode().lower()
    assert asked.startswith("post /admin/login/?next=/a%20b http/1.1\r\n")
    assert f"host: 127.0.0.1:{served.port}" in asked
    assert "x-forwarded-for: 127.0.0.1\r\n" in asked
    assert "6.6.6.6" not in asked
    assert "evil" not in asked
    assert "cookie: s=1" in asked
    assert asked.endswith("\r\n\r\nx=1")


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /admin/\r\nContent-Length: 0\r\n\r\n", 302, b""),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", 304, b""),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
    ],
)
async def test_every_way_of_ending_an_answer_is_understood(
    served: Served, upstream: Upstream, answer: bytes, status: int, body: bytes
) -> None:
    upstream.answer = answer
    told = await http(served.url, "GET", "/static/x.css")
    assert (told.status_code, told.content) == (status, body)


async def test_an_admin_role_that_is_away_is_a_problem_with_a_hint(served: Served, settings: object) -> None:
    settings.ADMIN_URL = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    answer = await http(served.url, "GET", "/admin/")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "admin" in answer.json()["detail"]


async def test_an_answer_that_breaks_off_is_not_passed_off_as_whole(served: Served, upstream: Upstream) -> None:
    import requests

    upstream.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    with pytest.raises(requests.exceptions.RequestException):
        await http(served.url, "GET", "/admin/")


def test_hop_by_hop_headers_are_dropped() -> None:
    assert {b"connection", b"transfer-encoding", b"te", b"upgrade"} <= proxy.HOP_BY_HOP


async def test_health_tells_what_is_missing(served: Served) -> None:
    assert (await http(served.url, "GET", "/health/live")).json() == {"live": True}
    assert (await http(served.url, "GET", "/health/ready")).json() == {"ready": True, "missing": []}
    served.world.bus.disconnect()
    answer = await http(served.url, "GET", "/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["bus"])


async def test_metrics_are_in_the_prometheus_format(served: Served) -> None:
    text = (await http(served.url, "GET", "/metrics")).text
    for name in ("warren_sockets", "warren_deliveries_total", "warren_rpc_seconds", "warren_ring_bytes", "warren_gaps"):
        assert f"# TYPE {name}" in text


async def test_the_public_keys_are_served(served: Served) -> None:
    answer = await http(served.url, "GET", "/.well-known/jwks.json")
    (key,) = answer.json()["keys"]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    assert "d" not in key


async def test_openapi_is_valid_and_has_every_route(served: Served) -> None:
    document = (await http(served.url, "GET", "/api/schema")).json()
    validate(document)
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(line.method, line.full_path) for line in ROUTES} | BYTES
    names = [method["operationId"] for methods in document["paths"].values() for method in methods.values()]
    assert len(set(names)) == len(names)


BYTES = {
    ("POST", "/api/v1/files"),
    ("GET", "/api/v1/datasets/{dataset_id}/export"),
    ("GET", "/api/v1/imports/{import_id}/rejects/content"),
    *((method, f"/api/v1/files/{{file_id}}/{part}") for method in ("GET", "HEAD") for part in ("content", "thumbnail")),
    *((method, "/api/v1/uploads") for method in ("OPTIONS", "POST")),
    *((method, "/api/v1/uploads/{upload_id}") for method in ("HEAD", "PATCH", "DELETE")),
}
"""No line of the table makes these (apigateway/files/openapi.py)."""


async def test_asyncapi_has_every_operation_and_every_reference_leads_somewhere(served: Served) -> None:
    document = (await http(served.url, "GET", "/asyncapi.json")).json()
    assert set(OPS) < set(document["operations"])
    for reference in _references(document):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [reference for part in value.values() for reference in _references(part)]
    return [reference for part in value for reference in _references(part)] if isinstance(value, list) else []


async def test_the_documentation_page_loads_only_what_is_ours(served: Served) -> None:
    answer = await http(served.url, "GET", "/api/docs")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in answer.text


def test_the_committed_documents_are_fresh() -> None:
    from django.conf import settings

    from apigateway.rest.documents import asyncapi, openapi

    folder = Path(settings.BASE_DIR) / "docs" / "api"
    assert json.loads((folder / "openapi.json").read_bytes()) == json.loads(openapi())
    assert json.loads((folder / "asyncapi.json").read_bytes()) == json.loads(asyncapi())
