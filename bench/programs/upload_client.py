"""Uploads to whatever listens, and says how fast it went.

`python -m bench.programs.upload_client parts KIND PORT TOKEN MIB`: one file in parts of 8 MiB, by tus (KIND `tus`) or
as plain bodies (`raw`). `... files KIND PORT TOKEN SECONDS`: 16 clients, files of 3 MB, each a request of its own:
`warren` or `form` (multipart), or `raw`.
"""

import http.client
import json
import os
import sys
import threading
import time
from typing import Any

PART = 8 * 1024 * 1024
FILE = 3_000_000
CLIENTS = 16
BOUNDARY = "bench-boundary-7f3d2a"
TUS = {"Tus-Resumable": "1.0.0"}


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path} was answered {answer.status}")
    return answer


def parts(kind: str, port: int, token: str, mib: int) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
    part, size = os.urandom(PART), mib * 1024 * 1024
    own = {"Authorization": f"Bearer {token}", **TUS}
    path = "/"
    began = time.perf_counter()
    if kind == "tus":
        made = ask(connection, "POST", "/api/v1/uploads", None, {**own, "Upload-Length": str(size)})
        path = made.getheader("Location")
        path = path[path.index("/api/") :]
    for offset in range(0, size, PART):
        body = offset.to_bytes(8, "big") + part[8 : min(PART, size - offset)]
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset), **own}
        ask(connection, "PATCH" if kind == "tus" else "POST", path, body, headers)
    return {"MB/s": size / (time.perf_counter() - began) / 1e6}


def files(kind: str, port: int, token: str, seconds: float) -> dict[str, float]:
    done: list[float] = []
    began = time.perf_counter()
    until = began + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
        while time.perf_counter() < until:
            path, body, headers = one_file(kind)
            ask(connection, "POST", path, body, {**headers, "Authorization": f"Bearer {token}"})
            done.append(time.perf_counter())

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"files/s": len(done) / (max(done) - began)}


def one_file(kind: str) -> tuple[str, bytes, dict[str, str]]:
    """Path, body and headers of a new file: no two are alike, or Warren would store them once."""
    content = os.urandom(64) + b"\x5a" * (FILE - 64)
    if kind == "raw":
        return "/", content, {"Content-Type": "application/octet-stream"}
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.bin"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    path = "/api/v1/files" if kind == "warren" else "/"
    return path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


if __name__ == "__main__":
    mode, kind, port, token, amount = sys.argv[1:]
    measured = (
        parts(kind, int(port), token, int(amount)) if mode == "parts" else files(kind, int(port), token, float(amount))
    )
    print(json.dumps(measured))
