"""How much one user may have, also when everything comes at once."""

import pytest

from jobs.models import Upload, Usage
from tests.files.office import stored_under


def usage(person):
    row = Usage.objects.get(owner_id=person.id)
    return row.bytes, row.files, row.uploads


def begin(person, size):
    return person.tus("POST", "/uploads", headers={"Upload-Length": str(size)})


def test_bytes_are_counted_from_the_announcement_to_the_deletion(ada):
    upload = ada.begin(10)
    assert usage(ada) == (10, 1, 1)
    ada.append(upload, b"0123456789", 0)
    assert usage(ada) == (10, 1, 0)
    assert ada.call("DELETE", f"/files/{upload.rpartition('/')[2]}").status_code == 204
    assert usage(ada) == (0, 0, 0)


@pytest.mark.parametrize(
    ("setting", "value", "fit"), [("QUOTA_BYTES", 1000, 10), ("QUOTA_FILES", 7, 7), ("MAX_UPLOADS", 5, 5)]
)
def test_no_more_is_begun_at_once_than_fits(ada, settings, at_once, setting, value, fit):
    setattr(settings, setting, value)
    answers = at_once(*[lambda: [begin(ada, 100) for _ in range(3)]] * 4)
    told = [answer for some in answers for answer in some]
    assert [answer.status_code for answer in told].count(201) == fit == Upload.objects.count()
    refused = [answer.json() for answer in told if answer.status_code != 201]
    assert {(answer["code"], answer["limit"]) for answer in refused} == {("limit_exceeded", value)}
    assert usage(ada) == (100 * fit, fit, fit)


def test_one_s_quota_is_no_other_s(ada, bob, settings):
    settings.QUOTA_BYTES = 100
    assert [begin(person, 100).status_code for person in (ada, bob, ada)] == [201, 201, 409]


def test_the_same_upload_begun_many_times_at_once_is_counted_once(ada, at_once):
    locations = at_once(*[lambda: ada.begin(10, **{"Idempotency-Key": "one"})] * 4)
    assert len(set(locations)) == 1
    assert usage(ada) == (10, 1, 1)


def test_the_same_bytes_are_stored_once_and_counted_for_each(ada, bob, folders):
    for person in (ada, ada, bob):
        person.upload(b"the same")
    assert len(stored_under(folders / "storage")) == 1
    assert (usage(ada), usage(bob)) == ((16, 2, 0), (8, 1, 0))
