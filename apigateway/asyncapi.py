"""The AsyncAPI 3 document of `/ws`, from the table of routes, the events and the gateway's own frames."""

from typing import Any

from django.conf import settings

from apigateway.routes import OPS
from apigateway.shapes import Schema, components, events, reference
from contracts.base import Done
from contracts.gateway import Ack, AuthRefresh, AuthRefreshed, Failure, Hello, Live, Ping, Pong, Welcome

_CHANNEL = {"$ref": "#/channels/ws"}


def document() -> Schema:
    """The whole document."""
    asks, answers = _asks(), _answers()
    heard = {**_durable(), **_signals()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Warren", "version": "1", "description": _DESCRIPTION},
        "servers": {"gateway": _server()},
        "defaultContentType": "application/json",
        "channels": {"ws": {"address": "/ws", "messages": _references({**asks, **answers, **heard})}},
        "operations": _operations(list(asks), list(answers), list(heard)),
        "components": {"messages": {**asks, **answers, **heard}, "schemas": {**components(), "Done": _nothing()}},
    }


_DESCRIPTION = (
    "JSON text frames, several may be joined by newlines. The first is `hello`, within 10 s. A frame with an `id` is "
    'answered by one with the same `id` and either `ok` or `error`. Events with a `pos` are durable and acknowledged '
    "with `ack`; those without one are signals, which may be dropped."
)  # fmt: skip


def _server() -> Schema:
    scheme, _, host = settings.PUBLIC_URL.partition("://")
    if f"http://localhost:{settings.PORT}" == settings.PUBLIC_URL:
        host = "localhost:8000"  # the committed document does not change with the port of who exports it
    return {"host": host, "protocol": "wss" if scheme == "https" else "ws"}


def ops() -> list[tuple[str, type, type | None]]:
    """Name, what the client sends, and what `ok` holds; none where no answer comes."""
    told: list[tuple[str, type, type | None]] = [
        ("hello", Hello, Welcome),
        ("auth.refresh", AuthRefresh, AuthRefreshed),
        ("ack", Ack, None),
        ("pong", Pong, None),
    ]
    return told + [(name, line.takes, line.gives) for name, line in OPS.items()]


def _asks() -> dict[str, Schema]:
    return {name: _message(name, _ask(name, takes, answered=gives is not None)) for name, takes, gives in ops()}


def _ask(name: str, takes: type, *, answered: bool) -> Schema:
    if takes is Ack:  # the one op whose fields stand beside it, for brevity
        return _frame({"op": {"const": name}, "pos": {"type": "integer", "minimum": 0}}, ["op", "pos"])
    if takes is Pong:
        return _frame({"op": {"const": name}}, ["op"])
    fields: Schema = {"id": {"type": "integer"}, "op": {"const": name}, "data": reference(takes)}
    return _frame(fields, ["id", "op", "data"] if answered else ["op", "data"])


def _answers() -> dict[str, Schema]:
    told = {
        f"{name}.ok": _message(f"{name}.ok", _ok(gives)) for name, _, gives in ops() if gives is not None
    }  # fmt: skip
    failure = _frame({"id": {"type": ["integer", "null"]}, "error": reference(Failure)}, ["id", "error"])
    return {**told, "error": _message("error", failure)}


def _ok(gives: type) -> Schema:
    shape = _nothing() if gives is Done else reference(gives)
    return _frame({"id": {"type": "integer"}, "ok": shape}, ["id", "ok"])


def _durable() -> dict[str, Schema]:
    told = {}
    for name, body, signal in events():
        if not signal:
            fields = {"event": {"const": name}, "pos": {"type": "integer"}, "at": _time(), "data": reference(body)}
            told[f"event.{name}"] = _message(name, _frame(fields, ["event", "pos", "at", "data"]))
    return told


def _signals() -> dict[str, Schema]:
    told = {
        "event.live": _message("live", reference(Live)),
        "event.ping": _message("ping", reference(Ping)),
    }
    for name, body, signal in events():
        if signal:
            fields = {"event": {"const": name}, "data": reference(body)}
            told[f"event.{name}"] = _message(name, _frame(fields, ["event", "data"]))
    return told


def _operations(asks: list[str], answers: list[str], heard: list[str]) -> Schema:
    """Seen from the gateway: it receives what clients ask and sends answers and events."""
    listed = {name: _operation("receive", [name], reply=_reply(name, answers)) for name in asks}
    return {**listed, "events": _operation("send", heard)}


def _reply(name: str, answers: list[str]) -> Schema | None:
    if f"{name}.ok" not in answers:
        return None
    return {"channel": _CHANNEL, "messages": [_message_reference(f"{name}.ok"), _message_reference("error")]}


def _operation(action: str, names: list[str], *, reply: Schema | None = None) -> Schema:
    described: Schema = {
        "action": action,
        "channel": _CHANNEL,
        "messages": [_message_reference(name) for name in names],
    }
    return {**described, "reply": reply} if reply else described


def _message_reference(name: str) -> Schema:
    return {"$ref": f"#/channels/ws/messages/{name}"}


def _references(messages: dict[str, Schema]) -> dict[str, Schema]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in messages}


def _message(name: str, payload: Schema) -> Schema:
    return {"name": name, "payload": payload}


def _frame(properties: dict[str, Any], required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _nothing() -> Schema:
    return {"type": "object"}


def _time() -> Schema:
    return {"type": "string", "format": "date-time"}
