"""The refresh token as a cookie (docs/tokens.md): only logins set it, only refresh and logout read it, and those take
JSON from an origin of ours and nothing else, so another site cannot use it."""

from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apigateway.origins import is_ours
from apigateway.routes import PREFIX, Cookie, Route
from bus import codec
from bus.envelope import Call
from contracts.errors import Forbidden, NotAuthenticated, RefreshRejected
from contracts.user import SessionEnd, SessionRefresh

if TYPE_CHECKING:
    from apigateway.gateway import Gateway

PATH = f"{PREFIX}/auth"


def name() -> str:
    """The prefix makes browsers refuse a copy that an insecure page wrote (RFC 6265bis)."""
    return "__Secure-warren_refresh" if settings.SECURE else "warren_refresh"


async def respond(gateway: "Gateway", line: Route, asked: Any, request: HttpRequest, call: Call) -> HttpResponse:
    """Answer a line that sets, uses or clears the cookie."""
    if line.cookie is Cookie.SETS:
        contract = codec.convert(msgspec.to_builtins(asked), line.request)
        reply = await gateway.ask(line.name, codec.encode(contract), call)
        return _logged_in(reply, status=line.status, as_cookie=asked.session == "cookie")
    as_cookie = asked.refresh_token is None
    token = _from_cookie(request) if as_cookie else asked.refresh_token
    if line.cookie is Cookie.CLEARS:
        await gateway.ask(line.name, codec.encode(SessionEnd(refresh_token=token)), call)
        return _forget(HttpResponse(status=204))
    reply = await gateway.ask(line.name, codec.encode(SessionRefresh(refresh_token=token)), call)
    return _logged_in(reply, status=line.status, as_cookie=as_cookie)


def _from_cookie(request: HttpRequest) -> str:
    """Raises Forbidden (not one of our pages) or NotAuthenticated (no cookie)."""
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    origin = request.headers.get("Origin")
    if not same_site or origin is None or not is_ours(origin, host=request.headers.get("Host", "")):
        raise Forbidden
    token = request.COOKIES.get(name(), "")
    if not token:
        raise NotAuthenticated
    if len(token) > 256:
        raise RefreshRejected
    return token


def _logged_in(reply: bytes, *, status: int, as_cookie: bool) -> HttpResponse:
    if not as_cookie:
        return HttpResponse(reply, status=status, content_type="application/json")
    told = msgspec.json.decode(reply)
    token, seconds = told.pop("refresh_token"), told["refresh_expires_in"]
    response = HttpResponse(msgspec.json.encode(told), status=status, content_type="application/json")
    response.set_cookie(
        name(), token, max_age=seconds, path=PATH, httponly=True, samesite="Strict", secure=settings.SECURE
    )
    return response


def _forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(name(), path=PATH, samesite="Strict")
    return response
