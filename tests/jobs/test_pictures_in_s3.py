"""A worker whose files are in S3: its children bring what they read, and send what they make."""

import io

from PIL import Image

from config.storages import storage_setting
from contracts.job import JobState
from jobs.files import storage
from jobs.models import File
from tests.files.conftest import s3  # noqa: F401


def picture() -> bytes:
    """Noise compresses badly: what a job makes of it is smaller."""
    made = io.BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(made, "JPEG", quality=98)
    return made.getvalue()


def test_a_picture_in_s3_is_made_smaller_and_stored_there(
    s3,  # noqa: F811
    settings,
    scheduler,
    worker,
    create,
    upload,
    over,
    ada,
    tmp_path,
):
    url = s3()
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(url)}
    source = upload(ada, picture())
    scheduler()
    worker("image", processes=1, WARREN_STORAGE_URL=url)
    done = over(create(by=ada, kind="image.process", params={"file_id": str(source.id)}).job)
    assert done.state is JobState.SUCCEEDED, done.error
    (made,) = done.result["files"]
    assert made["size"] < source.blob.size
    target = tmp_path / "made"
    storage.fetch(File.objects.get(pk=made["id"]).blob_id, target)
    with Image.open(target) as seen:
        assert seen.size == (400, 300)
