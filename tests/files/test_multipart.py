"""`POST /api/v1/files`: what curl and forms send."""

import hashlib
from uuid import uuid4

from django.test import override_settings

from config.spool import part_of
from contracts.file import Arrived
from jobs.files import uploads
from jobs.models import File, Upload, Usage
from tests.files.office import random_bytes, stored_under


def test_a_file_of_a_form_is_stored_and_told(ada, folders):
    content = random_bytes(900_000)
    told = ada.upload(content, "Ünï code.jpg")
    assert (told["name"], told["size"]) == ("Ünï code.jpg", 900_000)
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["owner_id"] == str(ada.id)
    assert ada.file(told["id"]) == told
    assert stored_under(folders / "spool") == []
    usage = Usage.objects.get(owner_id=ada.id)
    assert (usage.bytes, usage.files, usage.uploads) == (900_000, 1, 0)


def test_several_files_come_as_a_list_in_their_order(ada):
    parts = [("file", ("a.txt", b"a")), ("title", (None, "not a file")), ("other", ("x", b"x")), ("file", ("b", b""))]
    answer = ada.call("POST", "/files", files=parts)
    assert answer.status_code == 201, answer.text
    assert [(file["name"], file["size"]) for file in answer.json()] == [("a.txt", 1), ("b", 0)]
    assert File.objects.count() == 2


def test_a_form_that_is_sent_again_under_its_key_makes_nothing_new(ada, folders):
    form = {"files": {"file": ("a.txt", b"once")}, "headers": {"Idempotency-Key": "form 1"}}
    first, second = (ada.call("POST", "/files", **form).json() for _ in range(2))
    assert first == second
    assert Usage.objects.get(owner_id=ada.id).files == 1
    assert stored_under(folders / "spool") == []


def test_a_form_that_has_more_under_its_key_makes_what_is_new(ada, folders):
    key = {"Idempotency-Key": "form 2"}
    first = ada.call("POST", "/files", files=[("file", ("a", b"one"))], headers=key).json()
    both = [("file", ("a", b"one")), ("file", ("b", b"two"))]
    again, second = ada.call("POST", "/files", files=both, headers=key).json()
    assert again == first
    assert (second["name"], second["size"]) == ("b", 3)
    usage = Usage.objects.get(owner_id=ada.id)
    assert (usage.bytes, usage.files, usage.uploads) == (6, 2, 0)
    assert stored_under(folders / "spool") == []


def test_a_form_with_more_files_than_one_may_have_leaves_nothing(ada, folders):
    with override_settings(QUOTA_FILES=1):
        answer = ada.call("POST", "/files", files=[("file", ("a", b"a")), ("file", ("b", b"b"))])
    assert (answer.status_code, answer.json()["code"]) == (409, "limit_exceeded")
    usage = Usage.objects.get(owner_id=ada.id)
    assert (usage.bytes, usage.files, usage.uploads) == (0, 0, 0)
    assert stored_under(folders / "spool") == []
    assert not File.objects.exists()


def test_taking_what_was_taken_finds_it(ada, folders):
    reserved = uploads.upload_create(owner_id=ada.id, client_id=uuid4(), name="", size=9, metadata="")
    part = part_of(reserved.id)
    part.parent.mkdir(parents=True)
    part.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    arrived = [Arrived(id=reserved.id, client_id=uuid4(), name="a", size=7, sha256=digest)]
    first, again = (uploads.upload_take(owner_id=ada.id, upload_id=reserved.id, arrived=arrived) for _ in range(2))
    assert first == again
    assert first[0].id == reserved.id
    assert Usage.objects.get(owner_id=ada.id).files == 1


BROKEN = {
    "no end": b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc",
    "no file": b"--b\r\nContent-Disposition: form-data; name=text\r\n\r\nabc\r\n--b--\r\n",
    "no form": b"{}",
    "nothing": b"",
}


def test_a_form_that_is_none_leaves_nothing(ada, folders):
    for what, body in BROKEN.items():
        answer = ada.call("POST", "/files", data=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), what
    assert not File.objects.exists()
    assert not Upload.objects.exists()
    assert stored_under(folders) == []


def test_other_bodies_are_refused(ada):
    for kind in ("application/json", "multipart/form-data", "multipart/mixed; boundary=b", ""):
        assert ada.call("POST", "/files", data=b"{}", headers={"Content-Type": kind}).status_code == 415


def test_a_form_has_to_say_how_long_it_is(ada):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = ada.call("POST", "/files", data=iter([b"--b--"]), headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "Content-Length")


def test_a_file_that_is_too_large_is_refused(ada, settings, folders):
    settings.MAX_FILE_BYTES = 1000
    assert ada.call("POST", "/files", files={"file": ("a", b"x" * 2000)}).status_code == 413
    assert stored_under(folders) == []


def test_a_file_beyond_the_quota_is_refused_before_it_is_read(ada, settings, folders):
    settings.QUOTA_BYTES = 1000
    answer = ada.call("POST", "/files", files={"file": ("a", b"x" * 2000)})
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (409, "limit_exceeded", 1000)
    assert stored_under(folders) == []


def test_nobody_sends_files_without_a_token(ada):
    ada.token = ""
    assert ada.call("POST", "/files", files={"file": ("a", b"x")}).status_code == 401
