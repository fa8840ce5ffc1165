"""Where the bytes of an upload lie until it is a file: gateways write there, the job service takes them from there."""

from pathlib import Path
from uuid import UUID

from django.conf import settings


def part_of(upload_id: UUID) -> Path:
    """The upload's spool file; its folder is made by who writes first."""
    folder: Path = settings.SPOOL
    return folder / upload_id.hex[-2:] / upload_id.hex
