"""The two API documents: OpenAPI of the routes and AsyncAPI of the socket. `manage.py export_schema` writes them."""

from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator

from apigateway.asyncapi import document


@cache
def openapi() -> bytes:
    return _pretty(SchemaGenerator(urlconf="apigateway.urls").get_schema(public=True))  # type: ignore[no-untyped-call]


@cache
def asyncapi() -> bytes:
    return _pretty(document())


async def openapi_view(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    return HttpResponse(openapi(), content_type="application/vnd.oai.openapi+json")


async def asyncapi_view(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    return HttpResponse(asyncapi(), content_type="application/vnd.aai.asyncapi+json")


def _pretty(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
