"""Where bytes are kept, from one URL (docs/files.md, "Storage"): a local folder, or S3 and what speaks like it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from config.env import BadSetting

LINK_SECONDS = 300
"""How long a link to an object of S3 is good for."""
_OPTIONS = ("endpoint_url", "region")


def storage_setting(url: str) -> dict[str, Any]:
    """One entry of Django's `STORAGES`. Raises BadSetting on what is neither of the two forms:

    `file:///srv/warren/storage`, `s3://[key:secret@]bucket[/prefix][?endpoint_url=https://...&region=...]`
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        location = unquote(parts.path)
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    if parts.scheme != "s3" or not parts.hostname or not options.keys() <= set(_OPTIONS):
        raise BadSetting("WARREN_STORAGE_URL should be file:///a/folder or s3://bucket (docs/files.md, Storage).")
    bucket = parts.netloc.rpartition("@")[2]
    keys = {name: unquote(value) for name, value in (("key", parts.username), ("secret", parts.password)) if value}
    return {
        "BACKEND": "config.storages.S3Storage",
        "OPTIONS": {"bucket": bucket, "prefix": unquote(parts.path).strip("/"), **options, **keys},
    }


@deconstructible(path="config.storages.S3Storage")
class S3Storage(Storage):
    """Objects in a bucket, by boto3. Without `key` and `secret`, boto3 finds credentials as AWS documents it."""

    def __init__(
        self,
        *,
        bucket: str,
        prefix: str = "",
        endpoint_url: str | None = None,
        region: str | None = None,
        key: str | None = None,
        secret: str | None = None,
    ) -> None:
        self.bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._session = {"region_name": region, "aws_access_key_id": key, "aws_secret_access_key": secret}
        self._endpoint_url = endpoint_url
        self._client: Any = None
        self._made_by = 0

    @property
    def client(self) -> Any:
        """Its own in each process: a forked one must not share its parent's connections. Threads may share it."""
        if self._client is None or self._made_by != os.getpid():
            self._client, self._made_by = self._connect(), os.getpid()
        return self._client

    def upload(self, path: Path, name: str) -> None:
        """A file as an object, in parts where it is large; what is there already is replaced."""
        self.client.upload_file(str(path), self.bucket, self._key(name))

    def download(self, name: str, path: Path) -> None:
        """Raises FileNotFoundError."""
        if not self.exists(name):
            raise FileNotFoundError(name)
        self.client.download_file(self.bucket, self._key(name), str(path))

    def link(self, name: str, *, headers: dict[str, str]) -> str:
        """A link that anybody may follow for `LINK_SECONDS`; S3 answers with these headers (only those that it lets be
        overridden: Content-Type, Content-Disposition, Cache-Control)."""
        overridden = {f"Response{key.title().replace('-', '')}": value for key, value in headers.items()}
        params = {"Bucket": self.bucket, "Key": self._key(name), **overridden}
        made: str = self.client.generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS)
        return made

    def exists(self, name: str) -> bool:
        return self._head(name) is not None

    def size(self, name: str) -> int:
        head = self._head(name)
        if head is None:
            raise FileNotFoundError(name)
        return int(head["ContentLength"])

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def names(self, prefix: str = "") -> Iterator[str]:
        """Names of objects, in order."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(prefix))
        for page in pages:
            for item in page.get("Contents", ()):
                yield item["Key"].removeprefix(self._prefix)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":  # noqa: ARG002  Django's signature
        body = self.client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"]
        return File(body, name=name)

    def _save(self, name: str, content: IO[bytes]) -> str:
        self.client.upload_fileobj(content, self.bucket, self._key(name))
        return name

    def _head(self, name: str) -> dict[str, Any] | None:
        from botocore.exceptions import ClientError

        try:
            head: dict[str, Any] = self.client.head_object(Bucket=self.bucket, Key=self._key(name))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return head

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _connect(self) -> Any:
        # boto3 costs 20 MiB and a third of a second: only who keeps files in S3 pays.
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
            signature_version="s3v4",
            # Other servers than Amazon's may not know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if self._endpoint_url else "auto"},
        )
        session = boto3.session.Session(**self._session)
        return session.client("s3", endpoint_url=self._endpoint_url, config=config)
