"""What goes when its time has passed, and what stays."""

import os
import time
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db.transaction import atomic
from django.utils import timezone

from contracts.message import ConversationCreate, ConversationKind
from jobs.files import retention, services, storage
from jobs.kinds.base import Picture, Stored
from jobs.models import Blob, File, Job, Upload, Usage
from tests.files.office import stored_under


@pytest.fixture
def sweep(ask):
    return partial(retention.sweep, partial(ask, by=None, role="scheduler"))


@pytest.fixture
def sweep_folders(sweep, monkeypatch):
    """These folders, not the one whose turn it is."""

    def run(*folders):
        for folder in folders:
            monkeypatch.setattr(retention, "_folder_in_turn", lambda folder=folder: folder)
            sweep()

    return run


def long_ago(days=1):
    return timezone.now() - timedelta(days=days)


def test_an_upload_that_nobody_continued_gives_back_what_it_held(ada, folders, sweep):
    upload = ada.begin(10)
    ada.append(upload, b"01234", 0)
    sweep()
    assert Upload.objects.exists()
    Upload.objects.update(expires_at=long_ago())
    sweep()
    assert not Upload.objects.exists()
    usage = Usage.objects.get(owner_id=ada.id)
    assert (usage.bytes, usage.files, usage.uploads) == (0, 0, 0)
    assert stored_under(folders) == []


def test_a_finished_upload_is_forgotten_and_its_file_stays(ada, sweep):
    file = ada.upload()
    Upload.objects.update(expires_at=long_ago())
    sweep()
    assert not Upload.objects.exists()
    assert ada.file(file["id"])["expires_at"] == file["expires_at"]


def test_a_file_that_was_never_posted_expires_and_is_told_gone(ada, sweep, recorded):
    file = ada.upload()
    File.objects.update(expires_at=long_ago())
    sweep()
    assert ada.call("GET", f"/files/{file['id']}").status_code == 404
    assert [(key, told) for _, key, told in recorded("file.deleted")] == [
        (f"u.{ada.id.hex}", {"file_id": file["id"], "rev": 2})
    ]
    assert Usage.objects.get(owner_id=ada.id).files == 0


def test_a_file_that_was_posted_is_kept_from_then_on(ada, ask, sweep):
    file = ada.upload()
    group = ConversationCreate(kind=ConversationKind.GROUP, member_ids=[ada.id], client_id=uuid4())
    conversation = ask(group, by=ada.id).conversation.id
    body = {"client_id": str(uuid4()), "file_ids": [file["id"]]}
    assert ada.call("POST", f"/conversations/{conversation}/messages", json=body).status_code == 201
    File.objects.update(expires_at=long_ago())
    sweep()
    assert ada.file(file["id"])["expires_at"] is None


def test_bytes_go_an_hour_after_the_last_file_that_has_them(ada, bob, folders, sweep):
    one, other = ada.upload(b"shared"), bob.upload(b"shared")
    ada.call("DELETE", f"/files/{one['id']}")
    assert Blob.objects.get().unused_since is None
    bob.call("DELETE", f"/files/{other['id']}")
    sweep()
    assert len(stored_under(folders / "storage")) == 1
    Blob.objects.update(unused_since=timezone.now() - timedelta(minutes=61))
    sweep()
    assert stored_under(folders / "storage") == []
    assert not Blob.objects.exists()
    assert not File.objects.exists()


def test_bytes_that_somebody_uploaded_again_meanwhile_stay(ada, folders, sweep):
    first = ada.upload(b"again")
    ada.call("DELETE", f"/files/{first['id']}")
    second = ada.upload(b"again")
    assert Blob.objects.get().unused_since is None
    Blob.objects.update(unused_since=long_ago())
    sweep()
    assert Blob.objects.get().unused_since is None
    assert ada.call("GET", f"/files/{second['id']}/content").content == b"again"


def test_a_thumbnail_goes_with_its_picture(ada, folders, sweep, tmp_path):
    file, small = ada.upload(b"large"), tmp_path / "small"
    small.write_bytes(b"small")
    with atomic():
        picture = Picture(width=1, height=1, thumbnail=storage.put(small))
        services.file_inspected(file_id=UUID(file["id"]), media_type="image/png", picture=picture, problem=None)
    ada.call("DELETE", f"/files/{file['id']}")
    Blob.objects.update(unused_since=long_ago())
    sweep()
    assert not Blob.objects.exists()
    assert stored_under(folders / "storage") == []


def test_bytes_that_were_swept_away_under_a_writer_are_noticed(ada):
    with pytest.raises(services.BytesGone), atomic():
        services.file_create(owner_id=ada.id, stored=Stored(sha256="0" * 64, size=1), name="x", media_type="text/plain")
    assert not File.objects.exists()


def test_what_killed_processes_left_is_found(ada, folders, sweep_folders, tmp_path):
    kept = ada.upload(b"kept")
    paths = {name: tmp_path / name for name in ("orphan", "young")}
    for name, path in paths.items():
        path.write_bytes(name.encode())
    orphan, _ = (storage.local_path(storage.put(path).sha256) for path in paths.values())
    half = orphan.with_name(f"{orphan.name}.{uuid4().hex}")
    half.write_bytes(b"half a copy")
    part = folders / "spool" / "aa" / f"{uuid4().hex[:-2]}aa"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"of a form that broke off")
    running = ada.begin(10)
    ada.append(running, b"01234", 0)
    for path in (orphan, half, part, *(folders / "spool").rglob("*"), storage.local_path(kept["sha256"])):
        os.utime(path, (0, time.time() - 2 * 24 * 3600))
    sweep_folders(orphan.name[:2], "aa", running[-2:], kept["sha256"][:2])
    assert not orphan.exists()
    assert not half.exists()
    assert not part.exists()
    assert len(stored_under(folders / "storage")) == 2
    assert ada.append(running, b"56789", 5).status_code == 204
    assert set(Blob.objects.values_list("size", flat=True)) == {4, 10}


def test_a_file_that_a_job_needs_cannot_be_deleted(ada):
    file = ada.upload()
    job = Job.objects.create(
        kind="probe.noop", queue="job.image", rank=0, subject="", owner_id=ada.id, client_id=uuid4(), params={},
        file_ids=[file["id"]],
    )  # fmt: skip
    answer = ada.call("DELETE", f"/files/{file['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now())
    assert ada.call("DELETE", f"/files/{file['id']}").status_code == 204


def test_two_sweeps_at_once_do_everything_once(ada, sweep, at_once):
    for number in range(4):
        ada.upload(str(number).encode())
    File.objects.update(expires_at=long_ago())
    assert [outcome for outcome in at_once(sweep, sweep) if outcome is not None] == []
    usage = Usage.objects.get(owner_id=ada.id)
    assert (usage.bytes, usage.files) == (0, 0)
