"""Row 15: one large file from another server on the same machine to the disk."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from itertools import count

from bench import system
from bench.lab import FOLDER, Lab, free_port
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least

ROLES = ("gateway", "userservice", "messageservice", "jobs", "scheduler", "worker", "eventlog", "relay")


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    mib = 256 if lab.quick else 1024
    port = free_port()
    server = [lab.python, "-m", "bench.programs.file_server", str(port), str(mib)]
    urls = (f"http://127.0.0.1:{port}/{number}" for number in count())
    with lab.running(server, name="file-server", port=port), system.running(lab, roles=ROLES) as warren:
        token = warren.crowd(users=1).users[0]["token"]
        yield [
            Contender(name="curl, then a sync", kind=Kind.LIMIT, sample=lambda: curl(lab, next(urls), mib)),
            Contender(
                name="Warren, download.fetch", kind=Kind.WARREN, sample=lambda: fetch(lab, warren, token, next(urls))
            ),
        ]


def curl(lab: Lab, url: str, mib: int) -> Sample:
    """To the same disk, synced like Warren's; and how fast it was when nothing had to be on it yet."""
    program, target = shutil.which("curl"), FOLDER / "curl-file"
    if program is None:
        raise NotMeasured("curl is missing: sudo apt-get install curl")
    target.unlink(missing_ok=True)
    began = time.perf_counter()
    lab.run([program, "--silent", "--fail", "--output", target, "--write-out", "{}", url])
    unsynced = time.perf_counter() - began
    with target.open("rb") as file:
        os.fsync(file.fileno())
    size = mib * 1024 * 1024 / 1e6
    return {"MB/s": size / (time.perf_counter() - began), "MB/s before the sync": size / unsynced}


def fetch(lab: Lab, warren: system.System, token: str, url: str) -> Sample:
    return lab.measure("download_job", warren.port, token, url)


ROW = Row(
    number=15,
    title="A download of 1 GiB from loopback",
    note="From the request until the event of the job's success is on a socket. Warren hashes, tells its progress, "
    "notes what it has every 32 MiB, syncs, and stores the file under its hash; curl writes, then the file is synced: "
    "both are on the disk in the end. What curl alone does, without that, is shown beside it. Each run fetches "
    "another file, so that none is stored already.",
    start=start,
    budgets=[at_least(0.7, "MB/s", against=Kind.LIMIT)],
    repetitions=3,
)
