"""Row 10: files from a client to the disk: one large one in parts, many of a photograph's size."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import system, usage
from bench.lab import FOLDER, Lab, free_port
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least, at_most

PEERS = {
    "django": "Django multipart on uvicorn",
    "daphne": "Django multipart on Daphne",
    "flask": "the ancestor's Flask",
}


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    mib = 256 if lab.quick else 1024
    with contextlib.ExitStack() as stack:
        raw = serve(lab, stack, "raw")
        warren = stack.enter_context(system.running(lab, roles=("gateway", "userservice", "jobs", "eventlog", "relay")))
        token = warren.crowd(users=1).users[0]["token"]
        yield [
            Contender(name="raw ASGI body to the disk", kind=Kind.LIMIT, sample=lambda: limit(lab, raw, mib)),
            Contender(name="Warren", kind=Kind.WARREN, sample=lambda: measured(lab, warren, token, mib)),
            *[peer(lab, stack, kind, name) for kind, name in PEERS.items()],
        ]


def serve(lab: Lab, stack: contextlib.ExitStack, kind: str) -> int:
    """The port of a server without Warren."""
    folder = FOLDER / "uploads"
    folder.mkdir(exist_ok=True)
    port = free_port()
    python = lab.peers_python if kind == "flask" else lab.python
    command = [python, "-m", "bench.programs.upload_servers", kind, str(port)]
    environment = {"BENCH_UPLOADS": str(folder)}
    stack.enter_context(lab.running(command, name=f"uploads-{kind}", environment=environment, port=port))
    return port


def limit(lab: Lab, port: int, mib: int) -> Sample:
    return {
        **lab.measure("upload_client", "parts", "raw", port, "-", mib),
        **lab.measure("upload_client", "files", "raw", port, "-", lab.seconds * 2),
    }


def measured(lab: Lab, warren: system.System, token: str, mib: int) -> Sample:
    """With how much more memory the gateway holds than before."""
    gateway = warren.roles["gateway"].pid
    before = usage.resident_kib(gateway)
    sample = {
        **lab.measure("upload_client", "parts", "tus", warren.port, token, mib),
        **lab.measure("upload_client", "files", "warren", warren.port, token, lab.seconds * 2),
    }
    return {**sample, "gateway grew MB": (usage.peak_resident_kib(gateway) - before) * 1024 / 1e6}


def peer(lab: Lab, stack: contextlib.ExitStack, kind: str, name: str) -> Contender:
    try:
        port = serve(lab, stack, kind)
    except NotMeasured as reason:
        return Contender(name=name, kind=Kind.PEER, absent=str(reason))
    return Contender(
        name=name,
        kind=Kind.PEER,
        sample=lambda: lab.measure("upload_client", "files", "form", port, "-", lab.seconds * 2),
    )


ROW = Row(
    number=10,
    title="Uploads: 1 GiB by tus in 8 MiB parts; 16 clients with files of 3 MB",
    note="One client sends 1 GiB part by part; then 16 send files of 3 MB, a request each. Warren syncs, hashes, moves "
    "to the storage and writes rows; the limit writes the body to the same disk and syncs. Peers take the same "
    "multipart bodies. The gateway's growth is its peak memory less what it held before.",
    start=start,
    budgets=[
        at_least(0.5, "MB/s", against=Kind.LIMIT),
        at_least(0.5, "files/s", against=Kind.LIMIT),
        at_least(1.5, "files/s", against=Kind.PEER),
        at_most(40, "gateway grew MB", worst=True),
    ],
    repetitions=3,
)
