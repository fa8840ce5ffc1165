"""Photographs through Warren: uploaded, processed with the preset `fast`, until the result's event is on a socket.

`python -m bench.programs.picture_jobs one PORT TOKEN COUNT PICTURE ...`: one after the other, from the upload's end.
`... many PORT TOKEN COUNT PICTURE ...`: a batch of so many at once, from the request on.
"""

import http.client
import json
import os
import sys
import time
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from websockets.sync.client import connect

PATIENCE = 100.0
BOUNDARY = "bench-boundary-7f3d2a"
Fields = dict[str, Any]


class Client:
    """One user on one socket."""

    def __init__(self, port: int, token: str) -> None:
        self.token = token
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.socket = connect(f"ws://127.0.0.1:{port}/ws", max_size=None, origin=f"http://localhost:{port}")
        self.frames: list[Fields] = []
        self.ids = count(1)
        self.ask("hello", {"v": 1, "token": token})

    def upload(self, picture: bytes, *, unique: bytes | None = None) -> str:
        """The file's id. What follows a JPEG's end makes each one different, or Warren would know it."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
        body = (
            head.encode()
            + picture
            + (os.urandom(16) if unique is None else unique)
            + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        self.http.request(
            "POST", "/api/v1/files", body, {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        )
        answer = self.http.getresponse()
        made = json.loads(answer.read())
        if answer.status != 201:
            sys.exit(f"the upload was answered {answer.status}: {made}")
        return str(made["id"])

    def ask(self, operation: str, data: Fields) -> Fields:
        number = next(self.ids)
        self.socket.send(json.dumps({"id": number, "op": operation, "data": data}))
        reply = self.frame(lambda frame: frame.get("id") == number)
        if "error" in reply:
            sys.exit(f"{operation}: {reply['error']}")
        answer: Fields = reply["ok"]
        return answer

    def frame(self, wanted: Any) -> Fields:
        """The next frame that is wanted; others are kept for those who ask later."""
        for kept in self.frames:
            if wanted(kept):
                self.frames.remove(kept)
                return kept
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until:
            for text in str(self.socket.recv(timeout=PATIENCE)).splitlines():
                self.frames.append(json.loads(text))
                self.acknowledge(self.frames[-1])
            for frame in self.frames:
                if wanted(frame):
                    self.frames.remove(frame)
                    return frame
        sys.exit(f"nothing came within {PATIENCE:.0f} s")

    def acknowledge(self, frame: Fields) -> None:
        if frame.get("event") == "ping":
            self.socket.send(json.dumps({"op": "pong"}))
        if "pos" in frame:
            self.socket.send(json.dumps({"op": "ack", "pos": frame["pos"]}))


def one(client: Client, pictures: list[bytes], rounds: int) -> dict[str, float]:
    """The first does not count: a child loads libvips for it."""
    taken = [processed(client, picture) for picture in islice(cycle(pictures), rounds + 2)][2:]
    return {"p50 ms": median(taken) * 1000}


def processed(client: Client, picture: bytes) -> float:
    file_id = client.upload(picture)
    began = time.perf_counter()
    params = {"file_id": file_id, "output": {"preset": "fast"}}
    job = client.ask("job.create", {"kind": "image.process", "params": params, "client_id": str(uuid4())})["job"]
    ended = client.frame(lambda frame: state(frame, "job", job["id"]) in {"succeeded", "failed", "cancelled"})
    if ended["data"]["job"]["state"] != "succeeded":
        sys.exit(f"the job failed: {ended['data']['job']['error']}")
    return time.perf_counter() - began


def many(client: Client, pictures: list[bytes], number: int) -> dict[str, float]:
    """Outputs with names of their own, so that no earlier result is used again."""
    files = [client.upload(picture) for picture in pictures]
    mark = uuid4().hex[:6]
    items = [
        {"file_id": file_id, "output": {"preset": "fast", "name": f"{mark}-{index}"}}
        for index, file_id in enumerate(islice(cycle(files), number))
    ]
    wanted = {"kind": "image.process", "params": {}, "items": items, "client_id": str(uuid4()), "title": "bench"}
    began = time.perf_counter()
    batch = client.ask("job.batch", wanted)["batch"]
    while not (now := client.ask("batch.get", {"batch_id": batch["id"]}))["finished_at"]:
        if time.perf_counter() - began > PATIENCE:
            sys.exit(f"not all of {number} were done within {PATIENCE:.0f} s: {now}")
        time.sleep(0.1)
    if now["succeeded"] != number:
        sys.exit(f"not all of {number} succeeded: {now}")
    return {"images/s": number / (time.perf_counter() - began)}


def state(frame: Fields, noun: str, id: str) -> str:
    about = frame.get("data", {}).get(noun, {}) if frame.get("event") == f"{noun}.changed" else {}
    return str(about.get("state")) if about.get("id") == id else ""


if __name__ == "__main__":
    mode, port, token, amount, *paths = sys.argv[1:]
    run = one if mode == "one" else many
    print(json.dumps(run(Client(int(port), token), [Path(path).read_bytes() for path in paths], int(amount))))
