"""Every kind of job: a module here declares one with `@kind` (docs/howto/add-a-job-kind.md)."""

import importlib
import pkgutil
from functools import cache

from jobs.kinds import base
from jobs.kinds.base import KINDS, Kind


@cache
def load_all() -> dict[str, Kind]:
    """Import every module of kinds; returns name → kind."""
    for module in pkgutil.iter_modules(__path__):
        if module.name != base.__name__.rpartition(".")[2]:
            importlib.import_module(f"{__name__}.{module.name}")
    return KINDS
