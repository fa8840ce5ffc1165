"""Bytes by their hash, in a folder and in S3: the same suite for both (moto plays S3, in this process)."""

import hashlib
import os
from uuid import uuid4

import pytest
import requests
from django.conf import DEFAULT_STORAGE_ALIAS
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from config.env import BadSetting
from config.storages import S3Storage, storage_setting
from jobs.files import storage
from tests.files.office import stored_under

CONTENT = b"some bytes" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "s3"])
def place(request, settings, tmp_path):
    url = request.getfixturevalue("s3")() if request.param == "s3" else f"file://{tmp_path}/storage"
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(url)}
    return request.param


@pytest.fixture
def source(tmp_path):
    def make(content=CONTENT):
        path = tmp_path / uuid4().hex
        path.write_bytes(content)
        return path

    return make


def test_what_was_put_can_be_fetched(place, source, tmp_path):
    path = source()
    stored = storage.put(path)
    assert (stored.sha256, stored.size) == (SHA256, len(CONTENT))
    assert not path.exists()
    storage.fetch(SHA256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert storages[DEFAULT_STORAGE_ALIAS].size(storage.key_of(SHA256)) == len(CONTENT)


def test_the_same_bytes_twice_are_there_once(place, source):
    assert storage.put(source()) == storage.put(source())
    assert storage.exists(SHA256)


def test_a_source_that_is_to_be_kept_is_kept(place, source):
    path = source()
    storage.put(path, keep=True)
    storage.put(path, keep=True)
    assert path.read_bytes() == CONTENT


def test_what_was_deleted_is_gone_and_may_be_deleted_again(place, source, tmp_path):
    storage.put(source())
    for _ in range(2):
        storage.delete(SHA256)
    assert not storage.exists(SHA256)
    with pytest.raises(FileNotFoundError):
        storage.fetch(SHA256, tmp_path / "copy")


def test_only_a_folder_has_paths(place, source):
    storage.put(source())
    path = storage.local_path(SHA256)
    assert (path is not None and path.read_bytes() == CONTENT) == (place == "folder")


def test_django_reads_and_writes_it_too(place):
    own = storages[DEFAULT_STORAGE_ALIAS]
    name = own.save("report.txt", ContentFile(b"text"))
    with own.open(name) as file:
        assert file.read() == b"text"


def test_bytes_that_become_nobody_s_are_not_told_before_their_time(place, source):
    storage.put(source())
    now = os.stat(storage.local_path(SHA256)).st_mtime if place == "folder" else 0
    assert list(storage.stored_before(now, folder=SHA256[:2])) == []
    assert list(storage.stored_before(now + 1, folder=SHA256[:2])) == ([SHA256] if place == "folder" else [])


def test_bytes_are_copied_whole_where_no_second_name_is_possible(settings, source, tmp_path, monkeypatch):
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(f"file://{tmp_path}/storage")}

    def refuse(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    storage.put(source())
    assert stored_under(tmp_path / "storage") == [SHA256]
    assert storage.local_path(SHA256).read_bytes() == CONTENT


def test_a_gateway_sends_readers_to_s3_with_the_headers_of_its_own(s3, served, ada, settings):
    url = s3()
    settings.STORAGES = {**settings.STORAGES, "default": storage_setting(url)}
    file = ada.upload(CONTENT, "häuser.txt")
    answer = ada.call("GET", f"/files/{file['id']}/content")
    assert answer.status_code == 302
    there = requests.get(answer.headers["Location"], timeout=20)
    assert (there.content, there.headers["Content-Type"]) == (CONTENT, "application/octet-stream")
    assert there.headers["Content-Disposition"].startswith("attachment")
    part = requests.get(answer.headers["Location"], headers={"Range": "bytes=0-3"}, timeout=20)
    assert (part.status_code, part.content) == (206, b"some")


def test_credentials_may_come_from_where_aws_looks(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "from the environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    made = storage_setting("s3://files?region=eu-west-1")
    link = S3Storage(**made["OPTIONS"]).link("name", headers={})
    assert "from%20the%20environment" in link
    assert "https://files.s3" in link


@pytest.mark.parametrize(
    "url",
    [
        "file://relative",
        "file:",
        "s3://",
        "s3:///no-bucket",
        "s3://bucket?endpoint=http://x",
        "ftp://key:secret@bucket",
    ],
)
def test_an_address_that_is_none_stops_the_boot_without_being_shown(url):
    with pytest.raises(BadSetting) as refused:
        storage_setting(url)
    assert "WARREN_STORAGE_URL" in str(refused.value)
    assert "secret" not in str(refused.value)
