"""Finding pip, installing locked requirements, and bringing in programs that are published as wheels."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

from supervisor import debian
from supervisor.cache import ROOT, in_cache, run
from supervisor.faults import SetupFault, Unavailable

REQUIREMENTS = ROOT / "requirements"
ONLY_WHEELS = ["--only-binary=:all:", "--no-binary=pyvips"]
"""pyvips 3 is published as a source archive alone: Python that needs no compiler, since libvips is in pyvips-binary."""
OPTIONS = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", *ONLY_WHEELS]


def install(*, name: str, python: Path, cache: Path) -> None:
    """Install `requirements/NAME.txt` for the given interpreter, hashes checked."""
    command = [*pip(cache), "--python", str(python), "install", *OPTIONS, "-r", str(REQUIREMENTS / f"{name}.txt")]
    run(command, what=f"Installing requirements/{name}.txt")


def unpack(name: str, *, cache: Path, finish: Callable[[Path], None] = lambda _: None) -> Path:
    """The folder in `cache` with the wheels of `requirements/NAME.txt`, installed and finished there at first use."""
    source = REQUIREMENTS / f"{name}.txt"

    def fill(fresh: Path) -> None:
        run([*pip(cache), "install", *OPTIONS, "--no-deps", "--target", fresh, "-r", source], what=f"Fetching {name}")
        finish(fresh)

    return in_cache(cache / f"{name}-{_pinned(source)}", fill)


def pip(cache: Path) -> list[str]:
    """The command that runs pip, which Debian does not install with Python: a module, a wheel, or a wheel fetched."""
    python = str(getattr(sys, "_base_executable", sys.executable))
    if _has_pip(python):
        return [python, "-m", "pip"]
    wheel = next(iter(_bundled_wheels()), None) or _fetched_wheel(cache)
    return [python, f"{wheel}/pip"]


def _pinned(source: Path) -> str:
    first = next(line for line in source.read_text().splitlines() if "==" in line)
    return first.split("==")[1].split()[0]


def _has_pip(python: str) -> bool:
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _bundled_wheels() -> list[Path]:
    standard_library = Path(sysconfig.get_paths()["stdlib"])
    folders: Sequence[Path] = [standard_library / "ensurepip" / "_bundled", Path("/usr/share/python-wheels")]
    return [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]


def _fetched_wheel(cache: Path) -> Path:
    try:
        unpacked = debian.unpack(["python3-pip-whl"], place=cache / "pip", only=["python3-pip-whl"])
        return next((unpacked / "usr/share/python-wheels").glob("pip-*.whl"))
    except (SetupFault, StopIteration):
        raise Unavailable(
            "Python's installer pip is missing. Install it and start again: sudo apt-get install python3-venv"
        ) from None
