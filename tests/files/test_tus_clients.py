"""A client that others wrote works unchanged. (tus-js-client is the page's: tests/browser.)"""

import hashlib
import io

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.files.office import random_bytes


@pytest.fixture
def source():
    return random_bytes(1_000_000)


def uploader(person, source, **options):
    client = TusClient(f"{person.url}/api/v1/uploads/", headers=person.auth)
    # A stream: tuspy leaves files open that it opened itself.
    return client.uploader(
        file_stream=io.BytesIO(source), chunk_size=300_000, metadata={"filename": "picture.bin"}, **options
    )


def file_of(person, upload):
    return person.file(upload.url.rpartition("/")[2])


@pytest.mark.parametrize("checksums", [False, True])
def test_tuspy_uploads_in_chunks(ada, source, checksums):
    upload = uploader(ada, source, upload_checksum=checksums)
    upload.upload()
    told = file_of(ada, upload)
    assert (told["name"], told["sha256"]) == ("picture.bin", hashlib.sha256(source).hexdigest())


def test_tuspy_goes_on_where_another_run_ended(ada, source):
    first = uploader(ada, source)
    first.upload(stop_at=600_000)
    second = uploader(ada, source, url=first.url)
    assert second.offset == first.offset == 600_000
    second.upload()
    assert file_of(ada, second)["sha256"] == hashlib.sha256(source).hexdigest()


def test_tuspy_tries_a_chunk_again_whose_checksum_did_not_fit(ada, source, monkeypatch):
    upload = uploader(ada, source, upload_checksum=True, retries=1, retry_delay=0)
    spoiled = []
    whole = requests.Session.request

    def spoil_once(session, method, url, **options):
        if method.upper() == "PATCH" and not spoiled:
            spoiled.append(options["headers"])
            options["headers"] = {**options["headers"], "upload-checksum": "sha1 " + "A" * 27 + "="}
        return whole(session, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", spoil_once)
    upload.upload()
    assert spoiled
    assert file_of(ada, upload)["sha256"] == hashlib.sha256(source).hexdigest()


def test_tuspy_hears_that_it_may_not(ada, source):
    ada.token = "no token"
    with pytest.raises(TusCommunicationError) as refused:
        uploader(ada, source).upload()
    assert refused.value.status_code == 401
