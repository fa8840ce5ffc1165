"""REST: one DRF view a path, made from the table of routes. They run in the server's loop, not in threads, so that a
long poll costs no thread. They translate HTTP to contracts and back and hold no rule (docs/gateway.md)."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from apigateway.asking import Trace, answer, authorize, call_for, client_id_of
from apigateway.errors import MethodNotAllowed
from apigateway.gateway import Gateway
from apigateway.rest import cookies
from apigateway.rest.problems import problem_response
from apigateway.rest.schema import RouteSchema, in_query
from apigateway.routes import Route
from bus import codec
from bus.envelope import Actor
from contracts.base import Done
from contracts.errors import InvalidRequest


class JsonParser(BaseParser):
    """A JSON object, by msgspec."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002  DRF's signature
        return codec.decode(stream.read(), dict)


class OnlyJson(DefaultContentNegotiation):
    """There is one representation: an Accept header that wants another gets JSON all the same."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002  DRF's signature
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class RouteView(APIView):
    """All lines of one path; `routes` maps methods to lines. Subclasses are made by `view_of`."""

    routes: ClassVar[Mapping[str, Route]] = {}
    schema = RouteSchema()
    parser_classes = [JsonParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OnlyJson

    async def dispatch(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponseBase:  # type: ignore[override]
        """As DRF's own, but without a thread."""
        self.args, self.kwargs, self.headers = args, names, {}
        self.request = asked = self.initialize_request(request, *args, **names)
        try:
            response: HttpResponseBase = await self.respond(asked, names)
        except Exception as error:  # noqa: BLE001  DRF's own way: the handler of exceptions names, logs and answers it
            response = self.handle_exception(error)
        if isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
        self.response = self.finalize_response(asked, response, *args, **names)  # type: ignore[arg-type]
        return self.response

    async def respond(self, request: Request, names: Mapping[str, Any]) -> HttpResponse:
        """The answer to one request; raises WarrenError and DRF's exceptions."""
        line = self.routes.get("GET" if request.method == "HEAD" else request.method or "")
        if line is None:
            raise MethodNotAllowed(allowed=sorted(self.routes))
        http = request._request  # noqa: SLF001  DRF offers no other way to the request below
        gateway: Gateway = http.scope["gateway"]  # type: ignore[attr-defined]
        trace: Trace = http.scope["trace"]  # type: ignore[attr-defined]
        address: str = http.scope["address"]  # type: ignore[attr-defined]
        actor = await authorize(gateway, line, token=bearer(http), address=address)
        asked = read(request, line, names, actor)
        call = call_for(actor=actor, address=address, device=http.headers.get("User-Agent", ""), trace=trace)
        if line.cookie is not None:
            return await cookies.respond(gateway, line, asked, http, call)
        reply = await answer(gateway, line, asked, body=None, call=call)
        return HttpResponse(
            b"" if line.gives is Done else reply, status=_status(line, reply), content_type="application/json"
        )

    async def handle(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponseBase:
        """Only its being a coroutine counts: Django then awaits `dispatch` in the loop."""
        return await self.dispatch(request, *args, **names)


def view_of(path: str, lines: Iterable[Route]) -> type[RouteView]:
    """The view class of a path."""
    routes = {line.method: line for line in lines}
    handlers = {method.lower(): RouteView.handle for method in routes}
    name = "".join(part.strip("{}").title() for part in path.replace("-", "_").split("/")) + "View"
    return type(name, (RouteView,), {"routes": routes, **handlers})


def handle_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's `EXCEPTION_HANDLER`."""
    trace: Trace = context["request"]._request.scope["trace"]  # noqa: SLF001
    return problem_response(error, request_id=trace.request_id)


def bearer(request: HttpRequest) -> str:
    """The token of `Authorization: Bearer ...`, empty if there is none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def read(request: Request, line: Route, names: Mapping[str, Any], actor: Actor | None) -> Any:
    """What the client sent, as `line.takes`; raises InvalidRequest."""
    if in_query(line):
        fields = _query_fields(request, line.takes)
    else:
        fields = dict(request.data)
        _add_key(request, line, fields, actor)
    return codec.convert({**fields, **names, **line.fixed}, line.takes, strict=not in_query(line))


def _query_fields(request: Request, takes: type) -> dict[str, Any]:
    """A field that is a list may be given several times; any other only once."""
    fields: dict[str, Any] = {}
    lists = _list_fields(takes)
    for name, values in request.query_params.lists():
        if name not in lists and len(values) > 1:
            raise InvalidRequest(f"{name}: Expected one value", field=name)
        fields[name] = values if name in lists else values[0]
    return fields


def _list_fields(takes: type) -> set[str]:
    hints = get_type_hints(takes)
    return {
        name for name, hint in hints.items() if list in (get_origin(hint), *(get_origin(p) for p in get_args(hint)))
    }


def _add_key(request: Request, line: Route, fields: dict[str, Any], actor: Actor | None) -> None:
    """`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) stands in for a missing `client_id`."""
    key = request.headers.get("Idempotency-Key", "").strip('"')
    if not key or "client_id" in fields or "client_id" not in get_type_hints(line.takes):
        return
    fields["client_id"] = str(client_id_of(key, actor=actor, operation=line.name))


def _status(line: Route, reply: bytes) -> int:
    if line.gives is Done:
        return 204
    if line.repeated is None:
        return line.status
    name, value = line.repeated
    return 200 if msgspec.json.decode(reply).get(name) is value else line.status
