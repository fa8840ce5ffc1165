"""A job before it is made: everything about it that can be checked without a transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from bus import codec
from contracts.errors import InvalidRequest
from jobs.files.access import files_readable
from jobs.kinds import load_all
from jobs.kinds.base import Kind
from jobs.models import File, Job

Ask = Callable[[Any], Any]
NOBODY = UUID(int=0)
MAX_SUBJECT = 300
INPUT, INPUTS = "file_id", "file_ids"
"""The parameter that a step of a chain may leave out: the first file of the step before, or all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """`params`: as JSON values. `file_ids`: files that the job reads; of a later step those that are known already.

    `follows`: it gets its files from the step before. `peer`: whom it talks to outside.
    """

    kind: Kind
    params: dict[str, Any]
    file_ids: Sequence[UUID]
    subject: str
    follows: bool = False
    peer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody asked for, decoded. `follows`: the parameter that it gets from the step before."""

    kind: Kind
    params: Any
    follows: str | None = None

    @property
    def file_ids(self) -> list[UUID]:
        return [file_id for file_id in self.kind.files(self.params) if file_id != NOBODY]

    def draft(self, files: Mapping[UUID, File]) -> Draft:
        """`files`: at least those that it names."""
        names = [files[file_id].name for file_id in self.file_ids]
        params = msgspec.to_builtins(self.params)
        if self.follows is not None:
            del params[self.follows]
        return Draft(
            kind=self.kind,
            params=params,
            file_ids=self.file_ids,
            subject=(self.kind.subject(self.params, names) or self.kind.name)[:MAX_SUBJECT],
            follows=self.follows is not None,
            peer=self.kind.peer(self.params),
        )


def kind_named(name: str, *, field: str = "kind") -> Kind:
    """A kind that people may ask for. Raises InvalidRequest."""
    kind = load_all().get(name)
    if kind is None or kind.internal:
        raise InvalidRequest(f"{field}: there is no kind of job named {name!r}.", field=field)
    return kind


def wish(kind: Kind, params: Mapping[str, Any], *, field: str = "params") -> Wish:
    """Raises InvalidRequest, with the place below `field`, for parameters that the kind does not take."""
    with _below(field):
        decoded: Any = codec.convert(dict(params), kind.contract.params)
        kind.validate(decoded)
    return Wish(kind=kind, params=decoded)


def wish_step(kind: Kind, params: Mapping[str, Any], *, field: str) -> Wish:
    """As `wish`, for a later step of a chain."""
    name = missing_input(kind, params)
    made = wish(kind, params if name is None else filled(params, name, [str(NOBODY)]), field=field)
    return Wish(kind=kind, params=made.params, follows=name)


def missing_input(kind: Kind, params: Mapping[str, Any]) -> str | None:
    """The parameter that the step before has to give."""
    known = kind.contract.params.__annotations__
    return next((name for name in (INPUT, INPUTS) if name in known and name not in params), None)


def filled(params: Mapping[str, Any], name: str, file_ids: Sequence[str]) -> dict[str, Any]:
    """The parameters with these files, or the first of them, as the input of that name."""
    return {**params, name: file_ids[0] if name == INPUT else list(file_ids)}


def drafts(wishes: Sequence[Wish], *, actor: UUID, ask: Ask) -> list[Draft]:
    """Raises NotFound where one of them names what the actor may not read. Asks others: in no transaction."""
    for one in wishes:
        one.kind.permit(one.params, actor, ask)
    wanted = list({file_id for one in wishes for file_id in one.file_ids})
    files = files_readable(actor=actor, file_ids=wanted, ask=ask) if wanted else {}
    return [one.draft(files) for one in wishes]


def permit(job: Job, actor: UUID, ask: Ask) -> None:
    """Raises NotFound where the job's kind reads something, besides files, that is not the actor's to read."""
    kind = load_all().get(job.kind)
    if kind is not None and missing_input(kind, job.params) is None:
        kind.permit(codec.convert(job.params, kind.contract.params), actor, ask)


@contextmanager
def _below(place: str) -> Iterator[None]:
    """Name what is wrong inside as seen from the whole request."""
    try:
        yield
    except InvalidRequest as error:
        inner = error.data.get("field")
        field = f"{place}.{inner}" if inner else place
        sentence = error.message.removeprefix(f"{inner}: ")
        raise InvalidRequest(f"{field}: {sentence}", **error.data | {"field": field}) from error
