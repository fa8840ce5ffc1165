"""Identifiers of columns, from whatever a file calls them."""

import re
import unicodedata
from collections.abc import Iterable

MAX_BYTES = 59
"""PostgreSQL's 63, and room for a number."""
_SYSTEM = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"}
"""PostgreSQL manual, 5.5 System Columns."""


def identifiers(titles: Iterable[str]) -> list[str]:
    """For each title a name of lower-case letters, digits and underscores; no two alike, none that the system has."""
    taken: set[str] = set()
    made = []
    for number, title in enumerate(titles, 1):
        name = free(identifier(title) or f"column_{number}", taken)
        taken.add(name)
        made.append(name)
    return made


def identifier(title: str) -> str:
    """Empty where there is no letter and no digit in it."""
    plain = unicodedata.normalize("NFKC", title).lower()
    words = re.sub(r"[^\w]+", "_", plain).strip("_")
    name = f"n{words}" if words[:1].isdigit() else words
    name = name.encode()[:MAX_BYTES].decode(errors="ignore").rstrip("_")
    return f"{name}_" if name in _SYSTEM else name


def free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is taken."""
    used = set(taken)
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
