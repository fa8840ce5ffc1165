"""Which requests carry bytes, and what becomes of their failures. The rest goes on to the guarded application."""

from apigateway.asgi import App, Headers, Receive, Scope, Send, respond_problem
from apigateway.bodies import refuse
from apigateway.errors import TusVersion
from apigateway.files import content, export, multipart, tus
from apigateway.files.asked import Asked
from apigateway.files.body import Body, Disconnected
from contracts.errors import WarrenError


def with_files(app: App) -> App:
    """The application behind the paths for bytes: those take bodies of any length, the others small ones."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        await (_answer if _carries_bytes(scope["path"], scope["method"]) else app)(scope, receive, send)

    return choose


def _carries_bytes(path: str, method: str) -> bool:
    if path == multipart.PATH:
        return method == "POST"
    if path == tus.PATH or path.startswith(f"{tus.PATH}/"):
        return True
    return content.PATH.fullmatch(path) is not None or export.PATH.fullmatch(path) is not None


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    asked, body = Asked(scope), Body(receive)
    try:
        if scope["path"].startswith(tus.PATH):
            await tus.tus(asked, body, send)
        elif scope["path"] == multipart.PATH:
            await multipart.upload(asked, body, send)
        elif export.PATH.fullmatch(scope["path"]):
            await export.export(asked, receive, send)
        else:
            await content.content(asked, receive, send)
    except Disconnected:
        return
    except WarrenError as error:
        await _refuse(asked, body, receive, send, error)


async def _refuse(asked: Asked, body: Body, receive: Receive, send: Send, error: WarrenError) -> None:
    """A client that is still sending must be able to read why nobody listens any more."""
    headers = _headers(asked, error)
    if body.complete or not _has_body(asked):
        await respond_problem(asked.scope, send, error, headers=headers)
    else:
        await refuse(asked.scope, receive, send, error, headers=headers)


def _has_body(asked: Asked) -> bool:
    return asked.headers.get("content-length", "0") != "0" or "transfer-encoding" in asked.headers


def _headers(asked: Asked, error: WarrenError) -> Headers:
    headers = []
    if asked.scope["path"].startswith(tus.PATH):
        headers.append(tus.RESUMABLE)
    if isinstance(error, TusVersion):
        headers.append((b"tus-version", tus.VERSION.encode()))
    if error.code == "range_not_satisfiable":
        headers.append((b"content-range", b"bytes */%d" % error.data["size"]))
    return headers
