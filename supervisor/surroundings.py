"""What `bin/up` finds around itself: the environment, a `.env` file, and the secrets and ports that it adds."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from supervisor import local
from supervisor.account import make_folder
from supervisor.faults import SetupFault
from supervisor.ports import LOOPBACK, remembered

DEFAULT_PORT = 8000


def read_environment(root: Path) -> dict[str, str]:
    """The environment, over what a `.env` file in the clone says. A variable that is set but empty counts as unset."""
    file = root / ".env"
    found = {**(parse(file.read_text()) if file.exists() else {}), **os.environ}
    return {name: value for name, value in found.items() if value or not name.startswith("WARREN_")}


def parse(text: str) -> dict[str, str]:
    """The lines `NAME=value` of a `.env` file; quotes around a value are taken off."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def given(environment: Mapping[str, str], name: str) -> bool:
    """Whether a variable was set, itself or as the name of a file."""
    return name in environment or f"{name}_FILE" in environment


def completed(environment: Mapping[str, str], *, folder: Path) -> dict[str, str]:
    """The environment with everything that every role needs; what was given stays as it is."""
    added = {"PYTHONUNBUFFERED": "1", "WARREN_LOG_FORMAT": "json"}
    if not given(environment, "WARREN_SECRET_KEY"):
        secrets = make_folder(folder / "secrets")
        local.secret(secrets, "secret-key", length=48)
        added["WARREN_SECRET_KEY_FILE"] = str(secrets / "secret-key")
    if not given(environment, "WARREN_ADMIN_PORT") and not given(environment, "WARREN_ADMIN_URL"):
        added["WARREN_ADMIN_PORT"] = str(remembered(folder / "role-ports.json", ["admin"])["admin"])
    return {**added, **environment}


def address(environment: Mapping[str, str]) -> tuple[str, int]:
    """Host and port that the gateway will listen on."""
    text = environment.get("WARREN_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupFault(f"WARREN_PORT should be a whole number from 1 to 65535, not {text!r}.")
    return environment.get("WARREN_HOST", LOOPBACK), int(text)


def write_for_people(folder: Path, values: Mapping[str, str]) -> None:
    """Write `.local/env`, with which `manage.py` reaches the private servers (docs/setup.md)."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(values.items()) if name.startswith("WARREN_")]
    local.write_private(folder / "env", "".join(lines))


def amqp_url(environment: Mapping[str, str], role: str) -> str:
    """The broker URL that was given for a role, or for all."""
    return environment.get(f"WARREN_AMQP_URL_{role.upper()}") or environment.get("WARREN_AMQP_URL", "")
