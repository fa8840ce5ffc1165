"""Free TCP ports: picked once, remembered, picked anew only where the choice was ours."""

import itertools
import json
import os
import random
import socket
from collections.abc import Iterable
from pathlib import Path

from supervisor.faults import Temporary

LOOPBACK = "127.0.0.1"
OURS = range(20_000, 32_000)


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now; connections that are still closing do not count."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, *, host: str = LOOPBACK, seconds: float = 0.5) -> bool:
    """Whether somebody accepts connections on the port."""
    try:
        socket.create_connection((host, port), seconds).close()
    except OSError:
        return False
    return True


def says_well(port: int, *, path: str, host: str = LOOPBACK) -> bool:
    """Whether an HTTP server on the port answers `path` with status 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, port), 2) as connection:
            connection.sendall(request.encode())
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def pick(count: int, *, besides: Iterable[int] = ()) -> list[int]:
    """`count` different ports that are free now.

    Not from the kernel's range for outgoing connections (32768 and up): a client that keeps dialing a stopped
    server there can be given that very port as its own, connect to itself and keep the server from coming back.
    """
    avoided = set(besides)
    shuffled = random.sample(OURS, len(OURS))
    free = [port for port in itertools.islice(shuffled, 200) if port not in avoided and is_free(port)]
    if len(free) < count:
        raise Temporary(f"No free TCP ports were found between {OURS.start} and {OURS.stop} on {LOOPBACK}.")
    return free[:count]


def remembered(file: Path, names: Iterable[str]) -> dict[str, int]:
    """A port for each name, the same as last time wherever that one is still free."""
    wanted = list(names)
    before = _load(file)
    kept = {name: before[name] for name in wanted if name in before and is_free(before[name])}
    fresh = iter(pick(len(wanted) - len(kept), besides=kept.values()))
    chosen = {name: kept[name] if name in kept else next(fresh) for name in wanted}
    if chosen != before:
        _store(file, chosen)
    return chosen


def remembered_port(file: Path, name: str) -> int:
    """The port that `remembered` last gave to a name."""
    return _load(file)[name]


def require_free(port: int, *, host: str, variable: str) -> None:
    """Refuse with a sentence when a port that the user chose is taken."""
    if not is_free(port, host=host):
        raise Temporary(
            f"Port {port} of {host} is taken by another program. Stop that program, or choose another port: "
            f"{variable}={port + 10} bin/up"
        )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _load(file: Path) -> dict[str, int]:
    try:
        return {str(name): int(port) for name, port in dict(json.loads(file.read_text())).items()}
    except (OSError, ValueError, TypeError):
        return {}


def _store(file: Path, chosen: dict[str, int]) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(chosen, indent=1) + "\n")
    os.replace(fresh, file)
