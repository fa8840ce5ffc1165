"""Where downloaded programs are kept, shared by all clones of one user, and how one gets there whole or not at all."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from supervisor.faults import SetupFault

ROOT = Path(__file__).resolve().parent.parent


def cache_folder() -> Path:
    """The folder for downloads. Root's is where the unprivileged accounts of the servers can read it."""
    if os.getuid() == 0:
        return Path("/var/cache/warren")
    home = os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME") or "/nonexistent") / ".cache"
    folder = Path(home) / "warren"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ROOT / ".cache"
    return folder if os.access(folder, os.W_OK) else ROOT / ".cache"


def in_cache(place: Path, fill: Callable[[Path], None]) -> Path:
    """`place`, filled through a temporary folder that is renamed, so that a killed or second filler harms nothing."""
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as work:
        fresh = Path(work) / "fresh"
        fresh.mkdir(mode=0o755)
        fill(fresh)
        try:
            os.rename(fresh, place)
        except OSError:
            if not place.exists():
                raise
    return place


def run(
    command: Sequence[str | Path], *, what: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> str:
    """Run a step of the set-up and return what it printed; raises with that when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise SetupFault(f"{what} failed: {' '.join(map(str, command))}\n{done.stdout.strip()}")
    return done.stdout
