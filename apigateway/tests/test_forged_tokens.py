"""Tokens that somebody else made, or made wrongly, open neither REST nor a socket."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apigateway import auth
from apigateway.tests.http import bearer, http
from apigateway.tests.world import Served, World

Forge = Callable[[World], str]


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {
        "iss": "http://localhost:8000", "aud": "warren", "exp": now + 600, "iat": now, "sub": str(uuid4()),
        "jti": "j", "sid": str(uuid4()), "staff": True,
    }  # fmt: skip
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def signed(world: World, *, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
    """With the right key unless another is given."""
    headers = {"typ": "at+jwt", "kid": world.kid, **(header or {})}
    if headers["kid"] is None:
        del headers["kid"]
    return jwt.encode(claims(**changes), key or world.key, algorithm="EdDSA", headers=headers)


def _part(value: Any) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def unsigned(world: World, algorithm: str) -> str:
    head = _part({"typ": "at+jwt", "kid": world.kid, "alg": algorithm})
    return (head + b"." + _part(claims()) + b".").decode()


def confused(world: World, secret: bytes) -> str:
    """HMAC with the public key as its secret: RFC 8725, section 2.1."""
    told = _part({"typ": "at+jwt", "kid": world.kid, "alg": "HS256"}) + b"." + _part(claims())
    mac = hmac.new(secret, told, hashlib.sha256).digest()
    return (told + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def rsa(world: World) -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims(), key, algorithm="RS256", headers={"typ": "at+jwt", "kid": world.kid})


def own_key(world: World, name: str) -> str:
    """Signed by a stranger, whose key the header offers."""
    stranger = Ed25519PrivateKey.generate()
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(stranger.public_key()))
    offered = {"jwk": jwk, "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/cert"}[name]
    return signed(world, header={name: offered}, key=stranger)


def tampered(world: World) -> str:
    head, _, mac = signed(world).split(".")
    return f"{head}.{_part(claims()).decode()}.{mac}"


def _public(world: World, encoding: Encoding, kind: PublicFormat) -> bytes:
    return world.key.public_key().public_bytes(encoding, kind)


FORGED: dict[str, Forge] = {
    "alg none": lambda world: unsigned(world, "none"),
    "alg None": lambda world: unsigned(world, "None"),
    "alg EdDSA without a signature": lambda world: unsigned(world, "EdDSA"),
    "HMAC with the raw public key": lambda world: confused(world, _public(world, Encoding.Raw, PublicFormat.Raw)),
    "HMAC with the PEM public key": lambda world: confused(
        world, _public(world, Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ),
    "RSA": rsa,
    "a stranger's key": lambda world: signed(world, key=Ed25519PrivateKey.generate()),
    "a stranger's jwk": lambda world: own_key(world, "jwk"),
    "a stranger's jku": lambda world: own_key(world, "jku"),
    "a stranger's x5u": lambda world: own_key(world, "x5u"),
    "changed claims": tampered,
    "typ JWT": lambda world: signed(world, header={"typ": "JWT"}),
    "typ of a refresh token": lambda world: signed(world, header={"typ": "rt+jwt"}),
    "no typ": lambda world: signed(world, header={"typ": None}),
    "unknown kid": lambda world: signed(world, header={"kid": "k2"}),
    "no kid": lambda world: signed(world, header={"kid": None}),
    "kid that is a path": lambda world: signed(world, header={"kid": "../../dev/null"}),
    "critical header": lambda world: signed(world, header={"crit": ["exp"]}),
    "another audience": lambda world: signed(world, aud="other"),
    "audiences without ours": lambda world: signed(world, aud=["a", "b"]),
    "another issuer": lambda world: signed(world, iss="https://evil.example"),
    "a user that is no id": lambda world: signed(world, sub="root"),
    "a session that is no id": lambda world: signed(world, sid="1"),
    "an expiry that is no number": lambda world: signed(world, exp="tomorrow"),
    "issued in the future": lambda world: signed(world, iat=int(time.time()) + 3600),
    **{f"no {name}": lambda world, name=name: signed(world, **{name: None}) for name in auth.REQUIRED},
    "nothing": lambda _: "",
    "no token at all": lambda _: "hello",
    "three dots": lambda _: "...",
    "not ASCII": lambda _: "é.é.é",
    "very long": lambda _: "a" * 4000,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_token_is_refused_by_rest_and_socket(served: Served, forge: Forge) -> None:
    token = forge(served.world)
    answer = await http(served.url, "GET", "/api/v1/users/me", headers={"Authorization": f"Bearer {token}".encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    async with served.socket() as frames:
        await frames.send({"id": 1, "op": "hello", "data": {"v": 1, "token": token}})
        assert await frames.close_code() == 4401


async def test_the_good_token_that_the_forged_ones_are_made_from_is_accepted(served: Served) -> None:
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(signed(served.world)))
    assert answer.status_code == 200


async def test_an_expired_token_says_so(served: Served) -> None:
    token = signed(served.world, exp=int(time.time()) - auth.LEEWAY - 1)
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    async with served.socket() as frames:
        await frames.send({"id": 1, "op": "hello", "data": {"v": 1, "token": token}})
        assert await frames.close_code() == 4101


async def test_clocks_may_differ_by_ten_seconds(served: Served) -> None:
    token = signed(served.world, exp=int(time.time()) - auth.LEEWAY + 3)
    assert (await http(served.url, "GET", "/api/v1/users/me", headers=bearer(token))).status_code == 200


async def test_a_token_that_was_good_is_refused_once_it_has_expired_or_its_session_has_ended(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = uuid4()
    first, second = signed(served.world), signed(served.world, sid=str(session))
    for token in (first, second):
        assert (await http(served.url, "GET", "/api/v1/users/me", headers=bearer(token))).status_code == 200
    served.world.revoke(uuid4(), session)
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(second))
    assert answer.json()["code"] == "not_authenticated"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 700)
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(first))
    assert answer.json()["code"] == "token_expired"


async def test_a_token_of_a_new_key_is_accepted_after_one_fetch_and_unknown_ones_cause_no_storm(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REFETCH_AFTER", 0.0)
    served.world.key, served.world.kid = Ed25519PrivateKey.generate(), "k2"
    answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(signed(served.world)))
    assert answer.status_code == 200
    monkeypatch.setattr(auth, "REFETCH_AFTER", 60.0)
    before = served.world.calls.count("key.list")
    for number in range(5):
        token = signed(served.world, header={"kid": f"none{number}"})
        assert (await http(served.url, "GET", "/api/v1/users/me", headers=bearer(token))).status_code == 401
    assert served.world.calls.count("key.list") == before


async def test_while_the_keys_cannot_be_fetched_nobody_is_told_to_log_in_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REFETCH_AFTER", 0.0)
    with served.world.bus.absent("key.list"):
        token = signed(served.world, header={"kid": "k9"})
        answer = await http(served.url, "GET", "/api/v1/users/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
