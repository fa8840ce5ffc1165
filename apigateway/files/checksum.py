"""`Upload-Checksum` of tus: an algorithm and a digest in base64."""

import base64
import binascii
import hashlib

from contracts.errors import InvalidRequest

ALGORITHMS = ("sha1", "sha256")


class Checksum:
    """Raises InvalidRequest on a header that is none, or of another algorithm."""

    def __init__(self, header: str) -> None:
        name, _, digest = header.strip().partition(" ")
        if name not in ALGORITHMS:
            raise InvalidRequest(f"Upload-Checksum: one of {', '.join(ALGORITHMS)}.", field="Upload-Checksum")
        try:
            self._expected = base64.b64decode(digest, validate=True)
        except binascii.Error:
            raise InvalidRequest("Upload-Checksum: the digest is no base64.", field="Upload-Checksum") from None
        self._hash = hashlib.new(name, usedforsecurity=False)
        if len(self._expected) != self._hash.digest_size:
            raise InvalidRequest(f"Upload-Checksum: no digest of {name}.", field="Upload-Checksum")

    def add(self, piece: bytes) -> None:
        self._hash.update(piece)

    def fits(self) -> bool:
        return self._hash.digest() == self._expected
