"""The tus resumable upload protocol 1.0.0 (https://tus.io/protocols/resumable-upload) on /api/v1/uploads.

Extensions: creation, creation-with-upload, termination, checksum, expiration.
"""

import base64
import binascii
from email.utils import format_datetime
from uuid import UUID

from django.conf import settings

from apigateway.asgi import Headers, Send
from apigateway.errors import MethodNotAllowed, TusVersion, UnsupportedMediaType
from apigateway.files.asked import Asked
from apigateway.files.body import Body
from apigateway.files.checksum import ALGORITHMS, Checksum
from apigateway.files.writing import finish, write
from contracts.errors import InvalidRequest, NotFound
from contracts.file import Upload, UploadCreate, UploadDelete, UploadGet

PATH = "/api/v1/uploads"
VERSION = "1.0.0"
RESUMABLE = (b"tus-resumable", VERSION.encode())
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
BYTES = "application/offset+octet-stream"
LONGEST_METADATA = 4096
"""Characters of `Upload-Metadata`."""
_AT_ALL, _OF_ONE = ("OPTIONS", "POST"), ("OPTIONS", "HEAD", "PATCH", "DELETE")


class Tus:
    """One request."""

    def __init__(self, asked: Asked, body: Body, send: Send) -> None:
        self._asked = asked
        self._headers = asked.headers
        self._body = body
        self._send = send
        self._id = asked.scope["path"].removeprefix(PATH).strip("/")
        self._method = self._headers.get("x-http-method-override", asked.scope["method"]).upper()

    async def answer(self) -> None:
        """Raises WarrenError, Disconnected."""
        if self._method == "OPTIONS":
            await self._tell(204, _options())
            return
        if self._headers.get("tus-resumable") != VERSION:
            raise TusVersion
        await self._asked.identify()
        if self._method not in (_OF_ONE if self._id else _AT_ALL):
            raise MethodNotAllowed(allowed=list(_OF_ONE if self._id else _AT_ALL))
        await getattr(self, f"_{self._method.lower()}")()

    async def _post(self) -> None:
        size = self._number("upload-length")
        metadata = self._headers.get("upload-metadata", "")
        checksum = self._checksum()
        request = UploadCreate(
            client_id=self._asked.client_id("upload.create"),
            name=name_in(metadata),
            size=size,
            metadata=metadata,
        )
        upload = await self._asked.ask(request)
        headers = [(b"location", f"{PATH}/{upload.id}".encode()), _expires(upload)]
        if self._brings_bytes() and not upload.file:
            written = await self._write(upload.id, offset=upload.offset, checksum=checksum)
            headers.append(_offset(written.offset))
        elif size == 0:
            await finish(self._asked, upload.id)
        await self._tell(201, headers)

    async def _head(self) -> None:
        upload = await self._asked.ask(UploadGet(upload_id=self._upload_id))
        if upload.offset == upload.size and upload.file is None:
            await finish(self._asked, upload.id)  # its last writer died before he could
        headers = [_offset(upload.offset), (b"upload-length", str(upload.size).encode()), _expires(upload)]
        if upload.metadata:
            headers.append((b"upload-metadata", upload.metadata.encode("latin-1", "replace")))
        await self._tell(200, headers)

    async def _patch(self) -> None:
        if self._headers.get("content-type") != BYTES:
            raise UnsupportedMediaType(f"Send bytes, with Content-Type: {BYTES}.")
        offset, checksum = self._number("upload-offset"), self._checksum()
        upload = await self._write(self._upload_id, offset=offset, checksum=checksum)
        await self._tell(204, [_offset(upload.offset), _expires(upload)])

    async def _delete(self) -> None:
        await self._asked.ask(UploadDelete(upload_id=self._upload_id))
        await self._tell(204, [])

    async def _write(self, upload_id: UUID, *, offset: int, checksum: Checksum | None) -> Upload:
        upload = await write(self._asked, upload_id, offset=offset, body=self._body, checksum=checksum)
        if upload.offset == upload.size:
            await finish(self._asked, upload_id)
        return upload

    @property
    def _upload_id(self) -> UUID:
        try:
            return UUID(self._id)
        except ValueError:
            raise NotFound from None

    def _brings_bytes(self) -> bool:
        """A creation may bring the first of them (creation-with-upload)."""
        return self._headers.get("content-type") == BYTES and self._headers.get("content-length") != "0"

    def _checksum(self) -> Checksum | None:
        header = self._headers.get("upload-checksum")
        return None if header is None else Checksum(header)

    def _number(self, name: str) -> int:
        """Of a header that must be there. Raises InvalidRequest."""
        text = self._headers.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise InvalidRequest(f"{name.title()}: Expected a number of bytes", field=name.title())
        return int(text)

    async def _tell(self, status: int, headers: Headers) -> None:
        own = [RESUMABLE, *headers]
        await self._send({"type": "http.response.start", "status": status, "headers": own})
        await self._send({"type": "http.response.body", "body": b""})


async def tus(asked: Asked, body: Body, send: Send) -> None:
    """Raises WarrenError, Disconnected."""
    await Tus(asked, body, send).answer()


def name_in(metadata: str) -> str:
    """The file's name in an `Upload-Metadata` header, empty if there is none. Raises InvalidRequest."""
    if len(metadata) > LONGEST_METADATA:
        raise InvalidRequest(f"Upload-Metadata: at most {LONGEST_METADATA} characters", field="Upload-Metadata")
    pairs = dict(_pair(part) for part in metadata.split(",") if part.strip())
    return (pairs.get("filename") or pairs.get("name") or "")[:1024]


def _pair(part: str) -> tuple[str, str]:
    key, _, value = part.strip().partition(" ")
    try:
        return key, base64.b64decode(value, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise InvalidRequest(f"Upload-Metadata: the value of {key!r} is no base64.", field="Upload-Metadata") from None


def _options() -> Headers:
    return [
        (b"tus-version", VERSION.encode()),
        (b"tus-extension", EXTENSIONS.encode()),
        (b"tus-max-size", str(settings.MAX_FILE_BYTES).encode()),
        (b"tus-checksum-algorithm", ",".join(ALGORITHMS).encode()),
    ]


def _offset(offset: int) -> tuple[bytes, bytes]:
    return b"upload-offset", str(offset).encode()


def _expires(upload: Upload) -> tuple[bytes, bytes]:
    return b"upload-expires", format_datetime(upload.expires_at, usegmt=True).encode()
