"""Many people who process pictures at once, good and bad mixed: the ancestors' volume test, made to measure.

`Volume(url=..., people=50, pictures=2000).run()` uploads and queues everything, waits until every job is over, and
says what did not end as it should. Used by `tests/jobs/test_volume.py`, with workers killed meanwhile.
"""

import io
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests
from PIL import Image

PASSWORD = "correct horse battery staple 7"
OVER = {"succeeded", "failed", "cancelled"}
TRIES = 40
PAUSE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A file to process; `good`: whether it is a picture that can be processed."""

    name: str
    content: bytes
    good: bool


@dataclass(kw_only=True)
class Volume:
    """`faults`: sentences about what went wrong; empty after a good run."""

    url: str
    people: int = 50
    pictures: int = 2000
    patience: float = 900.0
    faults: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> "Volume":
        shares = [samples(number, self.pictures // self.people) for number in range(self.people)]
        with ThreadPoolExecutor(self.people) as pool:
            list(pool.map(self._one_person, shares))
        return self

    def _one_person(self, own: Iterator[Sample]) -> None:
        person = Person.register(self.url)
        queued = {person.process(sample): sample for sample in own}
        deadline = time.monotonic() + self.patience
        while queued and time.monotonic() < deadline:
            for job in person.jobs(list(queued)):
                if job["state"] in OVER:
                    self._note(job, queued.pop(job["id"]))
            time.sleep(PAUSE)
        self._complain([f"{sample.name}: job {job_id} is stuck" for job_id, sample in queued.items()])

    def _note(self, job: dict[str, Any], sample: Sample) -> None:
        with self._lock:
            self.ended[job["state"]] += 1
        wanted = "succeeded" if sample.good else "failed"
        if job["state"] != wanted:
            self._complain([f"{sample.name}: {job['state']} and not {wanted}: {job['error']}"])
        elif sample.good and len(job["result"]["files"]) != 1:
            self._complain([f"{sample.name}: {len(job['result']['files'])} results"])
        elif not sample.good and not (job["error"]["code"] and job["error"]["message"]):
            self._complain([f"{sample.name}: failed without an explanation"])

    def _complain(self, sentences: Sequence[str]) -> None:
        with self._lock:
            self.faults += sentences


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account over REST that repeats what a part that was killed did not answer, as clients should."""

    url: str
    session: requests.Session

    @classmethod
    def register(cls, url: str) -> "Person":
        session = requests.Session()
        person = cls(url=url, session=session)
        told = person._ask("POST", "/auth/register", json=new_account)
        session.headers["Authorization"] = f"Bearer {told['access_token']}"
        return person

    def process(self, sample: Sample) -> str:
        """The id of the job that compresses the sample."""
        stored = self._ask("POST", "/files", files={"file": (sample.name, sample.content)})
        return self.queue("image.process", {"file_id": stored["id"], "output": {"preset": "fast"}})

    def queue(self, kind: str, params: dict[str, Any]) -> str:
        """The id of a new job; its `client_id` makes a repeat harmless."""
        body = {"kind": kind, "params": params, "client_id": str(uuid4())}
        return str(self._ask("POST", "/jobs", json=body)["job"]["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        """With its timeline."""
        found: dict[str, Any] = self._ask("GET", f"/jobs/{job_id}")
        return found

    def jobs(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/jobs", params={"ids": ids[:100]})["jobs"]
        return found

    def _ask(self, method: str, path: str, *, json: Any = None, **options: Any) -> Any:
        """`json`: a body, or what makes one for each try."""
        for _ in range(TRIES):
            body = json() if callable(json) else json
            try:
                answer = self.session.request(method, f"{self.url}/api/v1{path}", timeout=60, json=body, **options)
            except requests.ConnectionError:
                time.sleep(PAUSE)
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                answer.raise_for_status()
                return answer.json()
            time.sleep(PAUSE)
        raise TimeoutError(f"{method} {path} was not answered in {TRIES} tries")


def new_account() -> dict[str, str]:
    """A name of its own for each try: one that was not answered may have been registered all the same."""
    return {"username": f"v-{uuid4().hex[:12]}", "password": PASSWORD}


def samples(seed: int, count: int) -> Iterator[Sample]:
    """One in five cannot be processed; no two are alike."""
    chance = random.Random(seed)
    bad = itertools.cycle(BAD)
    for number in range(count):
        good = number % 5 != 4
        made = picture(chance) if good else next(bad)(chance)
        yield Sample(name=f"{seed}-{number}.{'jpg' if good else 'broken.jpg'}", content=made, good=good)


def picture(chance: random.Random) -> bytes:
    kind = chance.choice(["JPEG", "JPEG", "PNG", "WEBP"])
    size = chance.choice([(320, 240), (640, 480), (800, 200)])
    small = Image.frombytes("RGB", (16, 12), chance.randbytes(16 * 12 * 3))
    target = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(target, kind, quality=95)
    return target.getvalue()


def truncated(chance: random.Random) -> bytes:
    whole = picture(chance)
    return whole[: len(whole) // 3]


def text(chance: random.Random) -> bytes:
    return b"This is no picture. " + chance.randbytes(8).hex().encode()


def svg(chance: random.Random) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" id="a{chance.random()}"><script>1</script></svg>'.encode()


BAD = (truncated, text, svg)
