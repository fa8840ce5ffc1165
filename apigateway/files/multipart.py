"""`POST /api/v1/files`: files in multipart/form-data, for curl and forms (RFC 7578). They are streamed as well."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.conf import settings
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from apigateway.asgi import Send, respond
from apigateway.errors import UnsupportedMediaType
from apigateway.files.asked import Asked
from apigateway.files.body import Body
from apigateway.files.part import NewPart
from apigateway.files.threads import Behind, in_thread
from config.spool import part_of
from contracts.errors import InvalidRequest, TooLarge, WarrenError
from contracts.file import Arrived, Upload, UploadCreate, UploadDelete, UploadTake
from contracts.ids import uuid7

PATH = "/api/v1/files"
MOST_PARTS = 100
FIELD = "file"
log = logging.getLogger("apigateway.files")


async def upload(asked: Asked, body: Body, send: Send) -> None:
    """Answers 201 with the file, or with a list where the request has several. Raises WarrenError, Disconnected."""
    await asked.identify()
    parser = _parser(asked)
    # How long each file is shows at its end; until then the length of the request is reserved in its place.
    reserved = await asked.ask(UploadCreate(client_id=uuid7(), name="", size=parser.content_length))
    incoming = Incoming(parser, first=reserved.id)
    try:
        await incoming.take(body)
        arrived = [one.arrived(asked.client_id("upload.create", number)) for number, one in enumerate(incoming.files)]
        files = (await asked.ask(UploadTake(upload_id=reserved.id, arrived=arrived))).files
    except BaseException:
        await incoming.forget()
        await _give_back(asked, reserved)
        raise
    told = msgspec.json.encode(files[0] if len(files) == 1 else files)
    await respond(send, status=201, body=told, kind="application/json")


@dataclass(kw_only=True, slots=True)
class Spooled:
    """A file of the request in the spool. `sha256` is there once it is whole."""

    id: UUID
    name: str
    size: int = 0
    sha256: str = ""

    def arrived(self, client_id: UUID) -> Arrived:
        return Arrived(id=self.id, client_id=client_id, name=self.name, size=self.size, sha256=self.sha256)


class Incoming:
    """The files of one body on their way into the spool. The `first` one gets this id."""

    def __init__(self, parser: PushMultipartParser, *, first: UUID) -> None:
        self.files: list[Spooled] = []
        self._parser = parser
        self._first = first
        self._part: NewPart | None = None
        self._behind = Behind()

    async def take(self, body: Body) -> None:
        """On return all are on the disk. Raises InvalidRequest, TooLarge, Disconnected, TooSlow."""
        try:
            async for piece in body.pieces():
                for event in self._parser.parse(piece) if piece else ():
                    await self._on(event)
            self._parser.close()
        except MultipartError as error:
            raise InvalidRequest(f"The multipart body is not well formed: {error}.") from None
        finally:
            await self._close()
        if not self.files:
            raise InvalidRequest(f"There is no part named {FIELD!r} with a file in it.", field=FIELD)

    async def forget(self) -> None:
        """Remove what is there."""
        for one in self.files:
            await in_thread(part_of(one.id).unlink, missing_ok=True)

    async def _on(self, event: MultipartSegment | bytes | None) -> None:
        if isinstance(event, MultipartSegment):
            await self._begin(event)
        elif event is None:
            await self._end()
        elif self._part is not None:
            await self._write(self._part, event)

    async def _begin(self, segment: MultipartSegment) -> None:
        """Parts of other names are passed over."""
        if segment.name != FIELD or segment.filename is None:
            return
        one = Spooled(id=uuid7() if self.files else self._first, name=segment.filename[:1024])
        self._part = await in_thread(NewPart, one.id)
        self.files.append(one)

    async def _write(self, part: NewPart, piece: bytes) -> None:
        one = self.files[-1]
        one.size += len(piece)
        if one.size > settings.MAX_FILE_BYTES:
            raise TooLarge(f"A file may have {settings.MAX_FILE_BYTES} bytes.", limit=settings.MAX_FILE_BYTES)
        await self._behind.begin(part.write, piece)

    async def _end(self) -> None:
        if self._part is not None:
            await self._behind.done()
            self.files[-1].sha256 = await in_thread(self._part.finish)
        await self._close()

    async def _close(self) -> None:
        part, self._part = self._part, None
        if part is not None:
            with suppress(OSError):  # of a body that is given up already, or it was raised by `_end`
                await self._behind.done()
            await in_thread(part.close)


async def _give_back(asked: Asked, reserved: Upload) -> None:
    """What cannot be given back now is when the reservation expires."""
    try:
        await asked.ask(UploadDelete(upload_id=reserved.id))
    except WarrenError as error:
        log.info("a reservation stays until it expires", extra={"code": error.code})


def _parser(asked: Asked) -> PushMultipartParser:
    """Raises UnsupportedMediaType, InvalidRequest, TooLarge."""
    kind, options = parse_options_header(asked.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise UnsupportedMediaType(f"Send multipart/form-data with a part named {FIELD!r}, or upload by tus.")
    length = asked.headers.get("content-length", "")
    if not length.isdecimal():
        raise InvalidRequest("Content-Length: Expected the length of the body", field="Content-Length")
    if int(length) > settings.MAX_FILE_BYTES:
        raise TooLarge(f"A file may have {settings.MAX_FILE_BYTES} bytes.", limit=settings.MAX_FILE_BYTES)
    try:
        return PushMultipartParser(
            options["boundary"], content_length=int(length), max_segment_count=MOST_PARTS, strict=True
        )
    except MultipartError as error:
        raise InvalidRequest(f"Content-Type: {error}.", field="Content-Type") from None
