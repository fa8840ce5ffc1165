"""What browsers get of a file's bytes, and who gets them."""

import hashlib
import time
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import requests
from django.db.transaction import atomic

from apigateway.files.content import disposition
from jobs.files import links, services, storage
from jobs.kinds.base import Picture, Stored
from tests.files.office import random_bytes
from tests.servers import eventually

CONTENT = bytes(range(256)) * 10


@pytest.fixture
def file(ada):
    return ada.upload(CONTENT, "notes.txt")


def content(person, file, **headers):
    return person.call("GET", f"/files/{file['id']}/content", headers=headers)


def decoded(file, media_type, *, thumbnail=None, problem=None):
    """As the inspection of a picture tells it."""
    with atomic():
        picture = Picture(width=3, height=2, thumbnail=thumbnail) if media_type.startswith("image/") else None
        services.file_inspected(file_id=UUID(file["id"]), media_type=media_type, picture=picture, problem=problem)


def test_the_owner_gets_the_bytes(ada, file):
    answer = content(ada, file)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_large_file_comes_whole(ada):
    whole = random_bytes(3_000_001)
    assert content(ada, ada.upload(whole)).content == whole


def test_an_empty_file_has_an_empty_content(ada):
    empty = ada.upload(b"", "empty")
    assert content(ada, empty).content == b""
    assert content(ada, empty, Range="bytes=0-").status_code == 416


def test_head_tells_the_same_and_sends_nothing(ada, file):
    got = content(ada, file)
    answer = ada.call("HEAD", f"/files/{file['id']}/content", headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"")
    same = ("ETag", "Content-Length", "Content-Type", "Content-Disposition", "Cache-Control")
    assert [answer.headers[name] for name in same] == [got.headers[name] for name in same]


def test_a_range_is_answered_with_just_that(ada, file):
    for asked, first, last in (("bytes=0-9", 0, 9), ("bytes=100-", 100, 2559), ("bytes=-10", 2550, 2559)):
        answer = content(ada, file, Range=asked)
        assert (answer.status_code, answer.content) == (206, CONTENT[first : last + 1])
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/2560"
        assert answer.headers["Content-Length"] == str(last - first + 1)


def test_a_range_that_is_not_there_is_refused(ada, file):
    answer = content(ada, file, Range="bytes=2560-")
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */2560")
    assert answer.json()["code"] == "range_not_satisfiable"


def test_a_range_of_something_older_is_answered_with_the_whole(ada, file):
    etag = content(ada, file).headers["ETag"]
    assert content(ada, file, **{"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert content(ada, file, **{"Range": "bytes=0-1", "If-Range": '"other"'}).content == CONTENT


def test_who_has_it_already_gets_nothing(ada, file):
    etag = content(ada, file).headers["ETag"]
    answer = content(ada, file, **{"If-None-Match": etag, "Range": "bytes=0-1"})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert content(ada, file, **{"If-None-Match": '"other"'}).status_code == 200


def test_what_nobody_has_decoded_is_an_attachment_of_unknown_type(ada):
    page = ada.upload(b"<script>alert(1)</script>", "page.html")
    answer = content(ada, page)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


SHOWN = {
    "image/jpeg": "inline", "image/png": "inline", "image/webp": "inline", "image/gif": "inline",
    "image/avif": "inline", "image/tiff": "attachment", "application/pdf": "attachment", "text/plain": "attachment",
}  # fmt: skip


def test_only_pictures_that_cannot_run_are_shown(ada, file):
    for media_type, shown in SHOWN.items():
        decoded(file, media_type)
        headers = content(ada, file).headers
        assert (headers["Content-Type"], headers["Content-Disposition"]) == (
            media_type,
            f'{shown}; filename="notes.txt"',
        )


def test_what_a_browser_would_run_has_no_type_at_all(ada, file):
    for media_type in ("image/svg+xml", "text/html", "application/xhtml+xml", "text/javascript"):
        decoded(file, media_type)
        headers = content(ada, file).headers
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ("häuser.png", "attachment; filename=\"h_user.png\"; filename*=UTF-8''h%C3%A4user.png"),
        ('say "hi".txt', "attachment; filename=\"say _hi_.txt\"; filename*=UTF-8''say%20%22hi%22.txt"),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("日本.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf"),
    ],
)
def test_names_travel_as_rfc_6266_says(name, told):
    assert disposition(name, inline=False) == told


def test_a_name_arrives_with_the_content(ada):
    answer = content(ada, ada.upload(b"x", 'a"; drop.txt'))
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''a%22%3B%20drop.txt")


def test_others_learn_nothing(ada, eve, file):
    foreign, absent = content(eve, file), content(eve, {"id": uuid4()})
    assert foreign.status_code == absent.status_code == 404
    assert {**foreign.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert eve.call("GET", f"/files/{file['id']}").status_code == 404
    assert eve.call("DELETE", f"/files/{file['id']}").status_code == 404
    assert eve.call("GET", "/files", params={"ids": file["id"]}).json()["files"] == []
    ada.token = ""
    assert content(ada, file).status_code == 401


def test_only_get_and_head_go(ada, file):
    answer = ada.call("PUT", f"/files/{file['id']}/content")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


# ---- signed links


def link(served_url, file, **changes):
    path, query = urlsplit(file["content_url"]).path, parse_qs(urlsplit(file["content_url"]).query)
    return requests.get(served_url + path, params={**query, **changes}, timeout=20)


def test_a_signed_link_needs_no_token_and_may_be_kept(ada, file):
    answer = link(ada.url, file)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    private, age, immutable = answer.headers["Cache-Control"].split(", ")
    assert (private, immutable) == ("private", "immutable")
    assert 3500 < int(age.removeprefix("max-age=")) <= 5400


def test_a_link_stays_the_same_for_a_while():
    file_id, now = uuid4(), 1_800_000_000.0
    assert links.link(file_id, now=now) == links.link(file_id, now=now + links.ROUND - 1)
    assert links.link(file_id, now=now) != links.link(file_id, now=now + links.ROUND)


def test_a_link_that_somebody_changed_leads_nowhere(ada, file):
    for changes in ({"signature": "A" * 43}, {"expires": "9999999999"}, {"expires": "x"}):
        assert link(ada.url, file, **changes).status_code == 404


def test_a_link_leads_to_its_own_file_only(ada, file):
    other = ada.upload(b"another", "other")
    query = urlsplit(file["content_url"]).query
    assert requests.get(f"{ada.url}/api/v1/files/{other['id']}/content?{query}", timeout=20).status_code == 404
    assert requests.get(f"{ada.url}/api/v1/files/{file['id']}/thumbnail?{query}", timeout=20).status_code == 404


def test_an_expired_link_leads_nowhere(ada, file):
    expires = int(time.time()) - 1
    signature = links.sign(UUID(file["id"]), thumbnail=False, expires=expires)
    assert link(ada.url, file, expires=str(expires), signature=signature).status_code == 404


def test_a_link_to_a_deleted_file_leads_nowhere(ada, file):
    assert ada.call("DELETE", f"/files/{file['id']}").status_code == 204
    assert link(ada.url, file).status_code == 404


# ---- thumbnails


def test_a_thumbnail_is_there_once_it_was_made(ada, file, tmp_path):
    assert ada.call("GET", f"/files/{file['id']}/thumbnail").status_code == 404
    small = tmp_path / "small"
    small.write_bytes(b"as if it were WebP")
    decoded(file, "image/jpeg", thumbnail=storage.put(small))
    told = ada.file(file["id"])
    assert (told["width"], told["height"], told["thumbnail"], told["rev"]) == (3, 2, True, 2)
    answer = requests.get(ada.url + told["thumbnail_url"], timeout=20)
    assert (answer.content, answer.headers["Content-Type"]) == (b"as if it were WebP", "image/webp")
    assert answer.headers["Content-Disposition"] == 'inline; filename="notes.txt.webp"'


def test_a_thumbnail_whose_bytes_are_gone_is_refused_as_a_whole(ada, file):
    with pytest.raises(services.BytesGone):
        decoded(file, "image/jpeg", thumbnail=Stored(sha256="0" * 64, size=3))
    assert ada.file(file["id"])["rev"] == 1


def test_the_owner_hears_what_decoding_told(ada, file, recorded):
    decoded(file, "image/png")
    ((_, key, told),) = recorded("file.inspected")
    assert key == f"u.{ada.id.hex}"
    assert (told["file_id"], told["media_type"], told["width"], told["rev"]) == (file["id"], "image/png", 3, 2)


def test_a_client_that_goes_in_the_middle_leaves_nothing_behind(ada, served, caplog):
    large = ada.upload(random_bytes(8_000_000))
    answer = ada.call("GET", f"/files/{large['id']}/content", stream=True)
    assert next(answer.iter_content(1000))
    answer.close()
    eventually(lambda: not served.server.server_state.tasks)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
