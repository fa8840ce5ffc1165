"""Servers that take files without Warren, for row 10.

`python -m bench.programs.upload_servers APPLICATION PORT`, where APPLICATION is one of
- `raw`: no framework; the body goes to the disk as it comes (the limit);
- `django`, `daphne`: a Django view with multipart, on uvicorn or on Daphne (peers);
- `flask`: the ancestor's way: Flask on its own threaded server (peer).
Files go to the folder BENCH_UPLOADS and are removed as soon as they are whole.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn

FOLDER = Path(os.environ.get("BENCH_UPLOADS", "."))
BOTH = b"content-type"


async def raw(scope: Any, receive: Any, send: Any) -> None:
    """As `asgi_sockets`, the least that a body's way to the disk can cost in Python; synced, as a promise needs."""
    if scope["type"] != "http":
        return
    place = FOLDER / uuid4().hex
    with place.open("wb", buffering=0) as file:
        more = True
        while more:
            message = await receive()
            file.write(message.get("body", b""))
            more = message.get("more_body", False)
        os.fsync(file.fileno())
    place.unlink()
    await send({"type": "http.response.start", "status": 201, "headers": [(BOTH, b"text/plain")]})
    await send({"type": "http.response.body", "body": b"done"})


def django() -> Any:
    from django.conf import settings

    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        LOGGING_CONFIG=None,
        FILE_UPLOAD_TEMP_DIR=str(FOLDER),
    )
    import django

    django.setup()
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


def receive_view(request: Any) -> Any:
    from django.http import HttpResponse

    place = FOLDER / uuid4().hex
    with place.open("wb") as file:
        for chunk in request.FILES["file"].chunks():
            file.write(chunk)
    place.unlink()
    return HttpResponse(b"done", status=201)


def __getattr__(name: str) -> Any:
    """`urlpatterns` and `application`, made when Django or Daphne asks for them."""
    if name == "application":
        return django()
    if name == "urlpatterns":
        from django.urls import re_path

        return [re_path("", receive_view)]
    raise AttributeError(name)


def flask(port: int) -> None:
    from flask import Flask, request

    app = Flask("ancestor")

    @app.post("/")
    def upload() -> tuple[str, int]:
        place = FOLDER / uuid4().hex
        request.files["file"].save(place)
        place.unlink()
        return "done", 201

    app.run(host="127.0.0.1", port=port, threaded=True)


def main(kind: str, port: int) -> None:
    if kind == "flask":
        flask(port)
    elif kind == "daphne":
        command = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "bench.programs.upload_servers:application"]
        subprocess.run([sys.executable, *command], check=True)
    else:
        application = raw if kind == "raw" else django()
        options = {"http": "httptools", "loop": "uvloop", "lifespan": "off", "log_level": "warning"}
        uvicorn.run(application, host="127.0.0.1", port=port, access_log=False, **options)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
