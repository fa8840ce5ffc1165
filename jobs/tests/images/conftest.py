"""A context without worker, database and broker; and short ways to have a picture processed."""

import hashlib
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from PIL import Image

from contracts.image import ImageProcess, ImageResult, InspectResult
from jobs.images.checking import check
from jobs.images.inspecting import inspect
from jobs.images.processing import process
from jobs.kinds.base import Cancelled, Input, Picture, Saved, Stored


@dataclass(kw_only=True)
class FakeContext:
    """Keeps what was saved, and what was told. `cancel_at`: percent at which the job is cancelled."""

    folder: Path
    storage: Path
    job_id: UUID = field(default_factory=uuid4)
    attempt: int = 1
    log: logging.LoggerAdapter[logging.Logger] = field(
        default_factory=lambda: logging.LoggerAdapter(logging.getLogger("test"))
    )
    inputs: dict[UUID, Input] = field(default_factory=dict)
    saved: list[Saved] = field(default_factory=list)
    percents: list[float] = field(default_factory=list)
    cancel_at: float = 101

    def add(self, data: bytes, name: str = "picture.jpg") -> UUID:
        file_id = uuid4()
        path = self.storage / file_id.hex
        path.write_bytes(data)
        self.inputs[file_id] = Input(
            id=file_id, path=path, name=name, size=len(data), media_type="application/octet-stream", sha256=""
        )
        return file_id

    def input(self, file_id: UUID) -> Input:
        return self.inputs[file_id]

    def progress(self, percent: float | None = None, *, note: str = "", **_: object) -> None:
        if percent is not None:
            self.percents.append(percent)
            if percent >= self.cancel_at:
                raise Cancelled

    def check(self) -> None:
        pass

    def save(self, path: Path, *, name: str, media_type: str, picture: Picture | None = None) -> Saved:
        stored = self.store(path)
        self.saved.append(
            Saved(
                id=uuid4(),
                name=name,
                size=stored.size,
                media_type=media_type,
                sha256=stored.sha256,
                picture=picture,
            )
        )
        return self.saved[-1]

    def store(self, path: Path) -> Stored:
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        path.replace(self.storage / sha256)
        return Stored(sha256=sha256, size=len(data))

    def bytes_of(self, number: int = 0) -> bytes:
        return (self.storage / self.saved[number].sha256).read_bytes()

    def shown(self, sha256: str) -> Image.Image:
        """What is stored, read by Pillow."""
        image = Image.open(io.BytesIO((self.storage / sha256).read_bytes()))
        image.load()
        return image

    def opened(self, number: int = 0) -> Image.Image:
        """A result."""
        return self.shown(self.saved[number].sha256)

    def thumbnail(self, number: int = 0) -> Image.Image:
        return self.shown(self.saved[number].picture.thumbnail.sha256)


@pytest.fixture
def context(tmp_path):
    folder, storage = tmp_path / "folder", tmp_path / "storage"
    folder.mkdir()
    storage.mkdir()
    return FakeContext(folder=folder, storage=storage)


@pytest.fixture
def processed(context) -> Callable[..., ImageResult]:
    """`processed(data, {"op": ...}, preset=...)`: as a client would ask for it. `outputs`: several."""

    def run(data: bytes, *operations: dict, name: str = "picture.jpg", outputs: list | None = None, **output):
        wanted = {"operations": list(operations), "output": output, "outputs": outputs or []}
        params = msgspec.convert({"file_id": str(context.add(data, name)), **wanted}, ImageProcess)
        check(params)
        return process(params, context)

    return run


@pytest.fixture
def inspected(context) -> Callable[[bytes], InspectResult]:
    return lambda data, name="file": inspect(context.input(context.add(data, name)), context)
