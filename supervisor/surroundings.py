"""What `bin/up` finds around itself: the environment, a `.env` file, and the secrets and ports that it adds."""

import os
import shlex
from collections.abc import Callable, Mapping
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


def value(environment: Mapping[str, str], name: str) -> str:
    """What a variable holds, itself or in the file that is named; empty when it was not set."""
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name, "")
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise SetupFault(f"{name}_FILE names {file}, which cannot be read: {error.strerror}.") from None


def completed(environment: Mapping[str, str], *, folder: Path) -> dict[str, str]:
    """The environment with everything that every role needs; what was given stays as it is."""
    added = {"PYTHONUNBUFFERED": "1", "WARREN_LOG_FORMAT": "json", "WARREN_LOCAL": str(folder)}
    for names, make in GENERATED.items():
        if not any(given(environment, name) for name in names):
            added |= make(folder)
    return {**added, **environment}


def _secret_key(folder: Path) -> dict[str, str]:
    secrets = make_folder(folder / "secrets")
    local.secret(secrets, "secret-key", length=48)
    return {"WARREN_SECRET_KEY_FILE": str(secrets / "secret-key")}


def _admin_port(folder: Path) -> dict[str, str]:
    return {"WARREN_ADMIN_PORT": str(remembered(folder / "role-ports.json", ["admin"])["admin"])}


GENERATED: Mapping[tuple[str, ...], Callable[[Path], dict[str, str]]] = {
    ("WARREN_SECRET_KEY",): _secret_key,
    ("WARREN_ADMIN_PORT", "WARREN_ADMIN_URL"): _admin_port,
    ("WARREN_SPOOL",): lambda folder: {"WARREN_SPOOL": str(make_folder(folder / "spool"))},
    ("WARREN_STORAGE_URL",): lambda folder: {"WARREN_STORAGE_URL": f"file://{make_folder(folder / 'storage')}"},
}
"""Variables of which one has to be there → what provides it."""


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
    return value(environment, f"WARREN_AMQP_URL_{role.upper()}") or value(environment, "WARREN_AMQP_URL")
