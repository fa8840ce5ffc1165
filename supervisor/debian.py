"""Debian packages without installing them: resolved and downloaded by apt as any user, unpacked into a folder."""

import fnmatch
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from supervisor.cache import in_cache, run
from supervisor.faults import Unavailable


def unpack(packages: Sequence[str], *, place: Path, only: Sequence[str] = ()) -> Path:
    """`place`, with `packages` and what they need unpacked below it; downloaded at first use."""
    return in_cache(place, lambda fresh: fill(packages, fresh, only=only))


def fill(packages: Sequence[str], folder: Path, *, only: Sequence[str] = ()) -> None:
    """Download `packages` with what they need and unpack all below `folder`.

    `only` holds patterns: packages that match come from Debian even if the machine has them installed, because the
    unpacked copies must find each other; of the rest only shared libraries that the machine lacks are taken.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Unavailable("This is not a Debian or Ubuntu machine.")
    with tempfile.TemporaryDirectory(prefix="warren-apt-") as work:
        apt = _Apt(Path(work))
        apt.run("update")
        apt.run("download", *_wanted(apt.needed(packages), only))
        for archive in sorted(apt.downloads.glob("*.deb")):
            run(["dpkg", "-x", archive, folder], what=f"Unpacking {archive.name}")


def install(packages: Sequence[str]) -> bool:
    """Install packages the ordinary way, as root; False when that is not possible here."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    steps = (["update"], ["install", "-y", "--no-install-recommends", *packages])
    return all(_apt_get(step, environment) for step in steps)


def library_path(place: Path) -> str:
    """The folders of shared libraries below an unpacked tree, for LD_LIBRARY_PATH."""
    main = [folder for root in (place / "usr/lib", place / "lib") for folder in sorted(root.glob("*-linux-gnu"))]
    nested = sorted({file.parent for folder in main for file in folder.glob("*/lib*.so*")})
    return ":".join(map(str, [*main, *nested]))


def _apt_get(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    done = subprocess.run(["apt-get", "-qq", *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def _wanted(needed: Sequence[str], only: Sequence[str]) -> list[str]:
    if not only:
        return list(needed)
    present = _installed()
    chosen = [name for name in needed if any(fnmatch.fnmatch(name, pattern) for pattern in only)]
    libraries = [name for name in needed if name.startswith("lib") and name not in present and name not in chosen]
    return chosen + libraries


def _installed() -> set[str]:
    listed = run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"], what="Listing Debian packages")
    return {line.split()[1] for line in listed.splitlines() if line.startswith("installed ")}


class _Apt:
    """apt with package lists of its own, so that it needs no root and leaves the machine's lists alone."""

    def __init__(self, work: Path) -> None:
        for folder in ("lists/partial", "cache/archives/partial", "debs"):
            (work / folder).mkdir(parents=True)
        self.downloads = work / "debs"
        self._options = [
            f"Dir::State::lists={work}/lists",
            f"Dir::Cache={work}/cache",
            "Dir::State::status=/dev/null",  # as if nothing were installed: the closure is then complete
            "Debug::NoLocking=1",
            "APT::Sandbox::User=root",
        ]

    def run(self, *arguments: str) -> str:
        """Run apt-get quietly in the folder for downloads."""
        options = [part for option in self._options for part in ("-o", option)]
        return run(["apt-get", "-q", *options, *arguments], what="Fetching Debian packages", cwd=self.downloads)

    def needed(self, packages: Sequence[str]) -> list[str]:
        """The packages and everything that they depend on, by name."""
        planned = self.run("--simulate", "--no-install-recommends", "install", *packages)
        return [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
