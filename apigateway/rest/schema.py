"""OpenAPI of a route: drf-spectacular walks the views, msgspec tells the shapes, nothing is written twice."""

import re
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema

from apigateway.errors import STATUS
from apigateway.files.openapi import with_bytes
from apigateway.routes import Auth, Cookie, Route
from apigateway.shapes import Schema, components, reference, schema_of
from contracts.base import ALWAYS, Done
from contracts.errors import InvalidRequest, NotAuthenticated, RateLimited, TokenExpired, WarrenError
from contracts.gateway import Problem

_PLACEHOLDER = re.compile(r"{(\w+)}")


class RouteSchema(AutoSchema):
    """Describes a `RouteView` from its line in the table."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Schema:  # noqa: ARG002  drf-spectacular's signature
        line: Route = self.view.routes[method]  # type: ignore[attr-defined]  # only RouteViews have this schema
        return operation(line)


def operation(line: Route) -> Schema:
    """The OpenAPI operation object of one line."""
    described: Schema = {
        "operationId": _operation_id(line),
        "summary": line.name,
        "description": schema_of(line.takes).get("description", ""),
        "tags": [line.path.split("/")[1]],
        "security": [] if line.auth in (Auth.PUBLIC, Auth.LOGIN) else [{"bearer": []}],
        "parameters": [*_path_parameters(line), *_query_parameters(line), *_key_parameter(line)],
        "responses": {**_successes(line), **_failures(line)},
    }
    if body := _body(line):
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return described


def in_query(line: Route) -> bool:
    return line.method in ("GET", "DELETE")


def in_path(line: Route) -> list[str]:
    return _PLACEHOLDER.findall(line.path)


def finish(result: Schema, **_: Any) -> Schema:
    """Post-processing hook: the shapes, the scheme, the address, the paths that carry bytes."""
    result["components"]["schemas"] = components()
    result["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    result["servers"] = [{"url": "/"}]
    result["paths"] = with_bytes(result["paths"])
    return result


def _operation_id(line: Route) -> str:
    """The operation's name; where several paths lead to one, the last word of the path makes the difference."""
    name = line.name.replace(".", "_")
    return f"{name}_{line.path.rsplit('/', 1)[1]}" if line.fixed else name


def _path_parameters(line: Route) -> list[Schema]:
    properties = schema_of(line.takes)["properties"]
    return [{"name": name, "in": "path", "required": True, "schema": _bare(properties[name])} for name in in_path(line)]


def _query_parameters(line: Route) -> list[Schema]:
    if not in_query(line):
        return []
    schema = schema_of(line.takes)
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": _bare(part)}
        for name, part in schema["properties"].items()
        if name not in in_path(line)
    ]


def _key_parameter(line: Route) -> list[Schema]:
    if in_query(line) or "client_id" not in schema_of(line.takes)["properties"]:
        return []
    note = "Taken as `client_id` where the body has none; a text that is no UUID is turned into one."
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": note,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
    ]


def _body(line: Route) -> Schema | None:
    """The contract without what the path says; none when nothing remains."""
    if in_query(line):
        return None
    schema = schema_of(line.takes)
    said = {*in_path(line), *line.fixed}
    properties = {name: part for name, part in schema["properties"].items() if name not in said}
    if not properties:
        return None
    if not said and "client_id" not in properties:
        return reference(line.takes)
    required = [name for name in schema.get("required", ()) if name in properties and name != "client_id"]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _bare(schema: Schema) -> Schema:
    """A parameter is there or not; it is never null."""
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    options = [part for part in schema.get("anyOf", []) if part.get("type") != "null"]
    if schema.get("default") is not None:
        kept["default"] = schema["default"]
    return {**kept, **options[0]} if len(options) == 1 else {**kept, **({"anyOf": options} if options else {})}


def _successes(line: Route) -> Schema:
    if line.gives is Done or line.status == HTTPStatus.NO_CONTENT:
        return {str(int(HTTPStatus.NO_CONTENT)): {"description": "Done."}}
    described = {str(line.status): _answer(HTTPStatus(line.status).phrase, reference(line.gives))}
    if line.repeated:
        described["200"] = _answer("It was there before.", reference(line.gives))
    return described


def _failures(line: Route) -> Schema:
    """Statuses with the codes that each may carry."""
    codes: dict[int, list[str]] = {}
    for error in errors_of(line):
        codes.setdefault(STATUS.get(error.code, 500), []).append(error.code)
    return {
        str(status): _answer(", ".join(f"`{code}`" for code in sorted(found)), reference(Problem), problem=True)
        for status, found in sorted(codes.items())
    }


def errors_of(line: Route) -> list[type[WarrenError]]:
    """Every named failure that the line may answer with."""
    declared = line.request.operation.errors if hasattr(line.request, "operation") else ()
    tokens = (NotAuthenticated, TokenExpired) if line.auth in (Auth.USER, Auth.STAFF) else ()
    cookie = (NotAuthenticated,) if line.cookie in (Cookie.USES, Cookie.CLEARS) else ()
    found = {*ALWAYS, *declared, *tokens, *cookie, InvalidRequest, RateLimited}
    return sorted(found, key=lambda error: error.code)


def _answer(description: str, schema: Schema, *, problem: bool = False) -> Schema:
    kind = "application/problem+json" if problem else "application/json"
    return {"description": description, "content": {kind: {"schema": schema}}}
