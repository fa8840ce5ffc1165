"""Reading the environment: every variable is named once, a bad value stops the boot with a sentence.

A secret may come from a file instead: `WARREN_SECRET_KEY_FILE` names a file that holds it.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class BadSetting(SystemExit):
    """A variable holds what it must not; the message names it and says what it should hold."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One documented variable; `default` is what an unset one means, as text."""

    name: str
    help: str
    default: str
    secret: bool


class Env:
    """Typed access to a mapping of environment variables; remembers which were asked for (`known`)."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.known: dict[str, Variable] = {}

    def text(self, name: str, default: str, *, help: str) -> str:
        return self._read(name, default, help, str)

    def integer(self, name: str, default: int, *, low: int, high: int, help: str) -> int:
        def parse(value: str) -> int:
            number = int(value)
            if not low <= number <= high:
                raise ValueError
            return number

        return self._read(name, str(default), help, parse, f"a whole number from {low} to {high}")

    def url(self, name: str, default: str, *, schemes: tuple[str, ...], help: str, secret: bool = False) -> str:
        def parse(value: str) -> str:
            if value and urlsplit(value).scheme not in schemes:
                raise ValueError
            return value

        return self._read(
            name,
            default,
            help,
            parse,
            "a URL that starts with " + " or ".join(f"{s}://" for s in schemes),
            secret=secret,
        )

    def secret(self, name: str, *, help: str) -> str:
        """Empty when unset: what needs it refuses by itself, so that commands which do not need it still run."""
        return self._read(name, "", help, str, secret=True)

    def path(self, name: str, default: Path, *, help: str) -> Path:
        return self._read(name, str(default), help, lambda value: Path(value).absolute())

    def networks(self, name: str, default: str, *, help: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        def parse(value: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
            return [ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()]

        return self._read(name, default, help, parse, "networks such as 10.0.0.0/8, separated by commas")

    def _read(
        self,
        name: str,
        default: str,
        note: str,
        parse: Callable[[str], T],
        wanted: str = "text",
        *,
        secret: bool = False,
    ) -> T:
        self.known[name] = Variable(name=name, help=note, default=default, secret=secret)
        value = self._raw(name, secret=secret)
        try:
            return parse(default if value is None else value)
        except ValueError:
            shown = "what it holds" if secret else repr(value)
            raise BadSetting(f"{name} should be {wanted}, not {shown}.") from None

    def _raw(self, name: str, *, secret: bool) -> str | None:
        file = self._values.get(f"{name}_FILE") if secret else None
        if file is None:
            return self._values.get(name)
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE names {file}, which cannot be read: {error.strerror}.") from None
