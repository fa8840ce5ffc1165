"""The tus protocol, header by header (https://tus.io/protocols/resumable-upload, version 1.0.0)."""

import base64
import hashlib
from email.utils import parsedate_to_datetime

import pytest
from django.utils import timezone

from apigateway.files import body
from jobs.models import Upload, Usage
from tests.files.office import BYTES, TUS, SlowPatch, metadata, random_bytes, stored_under
from tests.servers import eventually


def test_what_the_server_can_is_told_without_a_token(served, ada):
    ada.token = ""
    answer = ada.call("OPTIONS", "/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "termination", "checksum", "expiration",
    }  # fmt: skip
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer.headers["Tus-Max-Size"]) == 5 * 1024**3


def test_an_upload_in_pieces_becomes_a_file_of_the_same_id(ada, folders):
    content = random_bytes(700_000)
    upload = ada.begin(len(content), "häuser.png")
    for start in range(0, len(content), 300_000):
        answer = ada.append(upload, content[start : start + 300_000], start)
        assert answer.status_code == 204, answer.text
        assert int(answer.headers["Upload-Offset"]) == min(len(content), start + 300_000) == ada.offset(upload)
    file = ada.file(upload.rpartition("/")[2])
    sha256 = hashlib.sha256(content).hexdigest()
    assert (file["name"], file["size"], file["sha256"]) == ("häuser.png", len(content), sha256)
    assert (file["media_type"], file["inspected"]) == ("application/octet-stream", False)
    assert stored_under(folders / "storage") == [sha256]
    assert stored_under(folders / "spool") == []


def test_every_answer_names_the_version_and_an_offset_is_never_cached(ada):
    upload = ada.begin(5)
    answer = ada.tus("HEAD", upload)
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == ("0", "5")
    assert answer.headers["Upload-Metadata"] == metadata(filename="notes.txt")["Upload-Metadata"]
    assert parsedate_to_datetime(answer.headers["Upload-Expires"]) > timezone.now()
    assert ada.tus("HEAD", f"{upload}0").headers["Tus-Resumable"] == "1.0.0"


def test_another_version_is_refused_with_ours(ada):
    answer = ada.call("POST", "/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert answer.json()["code"] == "tus_version"


def test_the_first_bytes_may_come_with_the_creation(ada):
    headers = {**BYTES, "Upload-Length": "10"}
    answer = ada.tus("POST", "/uploads", data=b"0123", headers=headers)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "4")
    assert ada.append(answer.headers["Location"], b"456789", 4).status_code == 204
    whole = ada.tus("POST", "/uploads", data=b"0123456789", headers=headers)
    assert whole.headers["Upload-Offset"] == "10"
    assert ada.file(whole.headers["Location"].rpartition("/")[2])["size"] == 10


def test_an_upload_of_nothing_is_a_file_at_once(ada):
    upload = ada.begin(0, "empty")
    assert ada.offset(upload) == 0
    assert ada.file(upload.rpartition("/")[2])["size"] == 0


def test_a_creation_that_is_repeated_under_its_key_is_one_upload(ada):
    first, second = (ada.begin(5, **{"Idempotency-Key": "photo 7"}) for _ in range(2))
    assert first == second
    assert Usage.objects.get(owner_id=ada.id).uploads == 1


def test_a_creation_that_makes_no_sense_reserves_nothing(ada):
    wrong = [
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "ten"},
        {"Upload-Defer-Length": "1"},
        {"Upload-Length": "5", "Upload-Metadata": "filename ###"},
        {"Upload-Length": "5", "Upload-Metadata": "x" * 5000},
        {"Upload-Length": "5", "Upload-Checksum": "md5 AAAA"},
    ]
    for headers in wrong:
        answer = ada.tus("POST", "/uploads", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), headers
    answer = ada.tus("POST", "/uploads", headers={"Upload-Length": str(5 * 1024**3 + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Upload.objects.exists()


def test_bytes_for_another_offset_are_refused_with_the_right_one(ada):
    upload = ada.begin(10)
    assert ada.append(upload, b"01234", 0).status_code == 204
    for wrong in (0, 4, 6, 10):
        answer = ada.append(upload, b"x", wrong)
        assert (answer.status_code, answer.json()["offset"]) == (409, 5)
    assert ada.append(upload, b"56789", 5).status_code == 204


def test_more_bytes_than_were_announced_are_refused_and_none_of_them_kept(ada):
    upload = ada.begin(5)
    assert ada.append(upload, b"0123456789", 0).status_code == 413
    assert ada.offset(upload) == 0
    assert ada.append(upload, b"01234", 0).status_code == 204


def test_a_patch_of_another_type_is_refused(ada):
    upload = ada.begin(5)
    assert ada.append(upload, b"01234", 0, **{"Content-Type": "application/json"}).status_code == 415


def test_a_complete_upload_takes_nothing_more(ada):
    upload = ada.begin(5)
    ada.append(upload, b"01234", 0)
    assert ada.append(upload, b"", 5).status_code == 409
    assert ada.offset(upload) == 5


def checksum(name, content):
    return {"Upload-Checksum": f"{name} {base64.b64encode(hashlib.new(name, content).digest()).decode()}"}


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_piece_counts_only_if_its_checksum_fits(ada, name):
    upload = ada.begin(600_000)
    content = random_bytes(600_000)
    wrong = ada.append(upload, content, 0, **checksum(name, b"other"))
    assert (wrong.status_code, wrong.json()["title"]) == (460, "Checksum Mismatch")
    assert ada.offset(upload) == 0
    assert ada.append(upload, content, 0, **checksum(name, content)).status_code == 204
    assert ada.file(upload.rpartition("/")[2])["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_checksum_that_nobody_can_check_is_refused(ada):
    upload = ada.begin(5)
    for header in ("md5 rL0Y20zC+Fzt72VPzMSk2A==", "sha1", "sha1 not base64!"):
        assert ada.append(upload, b"01234", 0, **{"Upload-Checksum": header}).status_code == 400
    assert ada.offset(upload) == 0


def test_what_arrived_before_the_client_went_is_kept_to_the_byte(ada):
    content = random_bytes(500_000)
    upload = ada.begin(len(content))
    patch = SlowPatch(ada, upload, offset=0, length=len(content))
    patch.send(content[:300_000])
    eventually(lambda: _spooled() >= 200_000)
    patch.hang_up()
    kept = eventually(lambda: ada.offset(upload))
    assert 200_000 <= kept <= 300_000
    assert ada.append(upload, content[kept:], kept).status_code == 204
    assert ada.file(upload.rpartition("/")[2])["sha256"] == hashlib.sha256(content).hexdigest()


def test_what_arrived_with_a_checksum_that_could_not_be_checked_is_not_kept(ada):
    content = random_bytes(600_000)
    upload = ada.begin(len(content))
    patch = SlowPatch(ada, upload, offset=0, length=len(content), **checksum("sha1", content))
    patch.send(content[:400_000])
    eventually(lambda: _spooled() >= 200_000)
    patch.hang_up()
    eventually(lambda: Upload.objects.get().leased_until is None)
    assert ada.offset(upload) == 0


def _spooled():
    from django.conf import settings

    return sum(path.stat().st_size for path in settings.SPOOL.rglob("*") if path.is_file())


def test_one_request_writes_at_a_time(ada):
    upload = ada.begin(10)
    patch = SlowPatch(ada, upload, offset=0, length=10)
    eventually(lambda: Upload.objects.get().leased_until)
    second = ada.append(upload, b"0123456789", 0)
    assert (second.status_code, second.headers["Retry-After"]) == (423, "1")
    assert ada.tus("DELETE", upload).status_code == 423
    patch.send(b"0123456789")
    assert "204" in patch.answer().splitlines()[0]
    patch.hang_up()
    assert ada.offset(upload) == 10


def test_an_ended_upload_gives_everything_back(ada, folders):
    upload = ada.begin(10)
    ada.append(upload, b"01234", 0)
    assert ada.tus("DELETE", upload).status_code == 204
    assert ada.tus("HEAD", upload).status_code == ada.append(upload, b"5", 5).status_code == 404
    usage = Usage.objects.get(owner_id=ada.id)
    assert (usage.bytes, usage.files, usage.uploads) == (0, 0, 0)
    assert stored_under(folders) == []


def test_an_expired_upload_is_gone(ada):
    upload = ada.begin(10)
    Upload.objects.update(expires_at=timezone.now())
    assert ada.tus("HEAD", upload).status_code == 410
    assert ada.append(upload, b"0", 0).json()["code"] == "upload_gone"


def test_every_piece_makes_an_upload_live_longer(ada):
    upload = ada.begin(10)
    soon = timezone.now() + timezone.timedelta(minutes=5)
    Upload.objects.update(expires_at=soon)
    ada.append(upload, b"01234", 0)
    assert Upload.objects.get().expires_at > soon + timezone.timedelta(hours=1)


def test_a_method_may_be_named_in_a_header(ada):
    upload = ada.begin(5)
    headers = {**BYTES, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert ada.tus("POST", upload, data=b"01234", headers=headers).status_code == 204
    assert ada.offset(upload) == 5


def test_other_methods_are_refused_with_those_that_go(ada):
    answer = ada.tus("PUT", "/uploads")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")
    assert ada.tus("GET", ada.begin(5)).headers["Allow"] == "OPTIONS, HEAD, PATCH, DELETE"


def test_another_s_upload_is_not_there(ada, eve):
    upload = ada.begin(5)
    answers = [eve.tus("HEAD", upload), eve.append(upload, b"01234", 0), eve.tus("DELETE", upload)]
    assert {answer.status_code for answer in answers} == {404}
    assert eve.tus("HEAD", "/uploads/nonsense").status_code == 404
    assert ada.offset(upload) == 0


def test_nobody_uploads_without_a_token(ada):
    upload = ada.begin(5)
    ada.token = "no token"
    answers = [ada.tus("POST", "/uploads"), ada.tus("HEAD", upload), ada.append(upload, b"01234", 0)]
    assert {answer.status_code for answer in answers} == {401}


def test_a_large_body_that_is_refused_hears_why(ada):
    upload = ada.begin(50_000_000)
    answer = ada.append(upload, b"\0" * 50_000_000, 7)
    assert (answer.status_code, answer.headers["Connection"]) == (409, "close")


def test_a_writer_that_died_before_the_end_is_finished_by_whoever_asks(ada, ask):
    """As after a kill between the last advance and the finish."""
    upload = ada.begin(5)
    with _finish_fails():
        assert ada.append(upload, b"01234", 0).status_code == 503
    assert Upload.objects.get().file is None
    assert ada.offset(upload) == 5
    assert ada.file(upload.rpartition("/")[2])["size"] == 5


def _finish_fails():
    from unittest import mock

    from contracts.errors import Busy

    return mock.patch("jobs.files.uploads._finish", side_effect=Busy)


def test_headers_of_tus_are_read_as_they_are_written(ada):
    assert ada.call("POST", "/uploads", headers={**TUS, "upload-length": "3"}).status_code == 201


def test_a_client_that_falls_silent_is_told_408_and_goes_on_from_where_it_was(ada, monkeypatch):
    monkeypatch.setattr(body, "PATIENCE", 0.3)
    upload = ada.begin(10)
    patch = SlowPatch(ada, upload, offset=0, length=10)
    patch.send(b"01234")
    assert patch.answer().startswith("HTTP/1.1 408")
    patch.hang_up()
    assert ada.offset(upload) == 5
    monkeypatch.undo()
    assert ada.append(upload, b"56789", 5).status_code == 204
