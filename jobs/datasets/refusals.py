"""What PostgreSQL takes no better however often it is tried, as failures that say what to do."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, IntegrityError

from jobs.kinds.base import JobFailure

MAX_SHOWN = 200
_DATA, _TOO_LARGE = "22", "54000"
"""PostgreSQL manual, appendix A: a class of codes; program_limit_exceeded."""


@contextmanager
def final() -> Iterator[None]:
    """Raises JobFailure for what is wrong with the rows; what is wrong with the server passes."""
    try:
        yield
    except DatabaseError as error:
        failure = _failure(error)
        if failure is None:
            raise
        raise failure from error


@contextmanager
def unique(key: Sequence[str]) -> Iterator[None]:
    """Two rows with one key are no crash, but an answer."""
    try:
        yield
    except IntegrityError as error:
        found = re.search(r"\(.*\)=\(.*\)", _diagnosis(error).message_detail or "", re.DOTALL)
        shown = found[0] if found else ", ".join(key)
        raise JobFailure("key_not_unique", f"The key is not unique: {shown[:MAX_SHOWN]!r} is there twice.") from error


def _failure(error: DatabaseError) -> JobFailure | None:
    code = getattr(error.__cause__, "pgcode", None) or ""
    if code.startswith(_DATA):
        return JobFailure("refused", f"The database does not take a value: {_said(error)}")
    if code != _TOO_LARGE:
        return None
    if "index row" in _said(error):
        return JobFailure("key_too_long", "A value of the key is too long to be looked up. Choose shorter columns.")
    return JobFailure("row_too_wide", "A row has too many values to be stored in one piece. Leave columns out.")


def _said(error: DatabaseError) -> str:
    """Its first line, with the column where COPY names it."""
    column = re.search(r"column (\S+?):", _diagnosis(error).context or "")
    said = str(error).strip().partition("\n")[0]
    return f"{said} (in the column {column[1]})"[:MAX_SHOWN] if column else said[:MAX_SHOWN]


def _diagnosis(error: DatabaseError) -> Any:
    return error.__cause__.diag  # type: ignore[union-attr]
