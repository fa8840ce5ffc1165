"""URLs of the gateway's Django: the table of routes, the API's documentation. All else is raw ASGI (`app.py`)."""

from itertools import groupby
from operator import attrgetter

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from apigateway.rest.documents import asyncapi_view, openapi_view
from apigateway.rest.views import view_of
from apigateway.routes import ROUTES

handler400 = "apigateway.rest.problems.refused"
handler404 = "apigateway.rest.problems.not_found"
handler500 = "apigateway.rest.problems.failed"


def _pattern(full_path: str) -> str:
    return full_path.lstrip("/").replace("{", "<str:").replace("}", ">")


_by_path = groupby(sorted(ROUTES, key=attrgetter("full_path")), key=attrgetter("full_path"))
api: list[URLPattern | URLResolver] = [
    path(_pattern(full_path), view_of(full_path, lines).as_view()) for full_path, lines in _by_path
]
# A fixed path such as /users/me comes before /users/{user_id}.
api.sort(key=lambda pattern: "<" in str(pattern.pattern))

urlpatterns = [
    *api,
    path("api/schema", openapi_view, name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("asyncapi.json", asyncapi_view),
]
