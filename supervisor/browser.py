"""Chromium for the browser journeys: the machine's, else Debian's package, installed when root, else unpacked."""

import shutil
import subprocess
from pathlib import Path

from supervisor import debian
from supervisor.cache import in_cache
from supervisor.faults import SetupFault, Unavailable

VARIABLE = "WARREN_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def ensure(*, cache: Path) -> Path:
    """A Chromium that starts. Raises Unavailable with the command to type when there is none."""
    for candidate in (_installed, lambda: _from_apt(), lambda: _unpacked(cache)):
        program = candidate()
        if program and starts(program):
            return program
    raise Unavailable(
        "The browser tests need Chromium. Install it and start again: sudo apt-get install chromium\n"
        "Or leave those tests out: bin/test -m 'not browser'"
    )


def starts(program: Path) -> bool:
    """Whether the program runs at all, all its libraries found."""
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def _installed() -> Path | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def _from_apt() -> Path | None:
    return _installed() if debian.install(["chromium"]) else None


def _unpacked(cache: Path) -> Path | None:
    place = cache / "chromium"
    try:
        in_cache(place, lambda fresh: _fill(fresh, place))
    except SetupFault:
        return None
    return place / "run"


def _fill(fresh: Path, place: Path) -> None:
    debian.fill(["chromium", "fonts-dejavu-core"], fresh, only=["chromium*", "fonts-*", "fontconfig*"])
    libraries = debian.library_path(fresh).replace(str(fresh), str(place))
    script = fresh / "run"
    script.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={libraries}\n"
        f"export FONTCONFIG_PATH={place}/etc/fonts XDG_DATA_DIRS={place}/usr/share:/usr/share\n"
        f'exec {place}/usr/lib/chromium/chromium "$@"\n'
    )
    script.chmod(0o755)
