"""What killed workers leave on the disk goes when the next one of the host starts."""

import os
import socket
import time
from uuid import uuid4

import pytest

from jobs.worker import folders


@pytest.fixture(autouse=True)
def _spool(settings, tmp_path):
    settings.SPOOL = tmp_path


def test_folders_of_dead_workers_of_this_host_go_and_others_stay():
    host = socket.gethostname()[:32]
    dead = folders.make(f"{host}.999999999.aa")
    assert dead.exists()
    alive = folders.make(f"{host}.{os.getpid()}.bb")
    elsewhere = folders.make("another-host.999999999.cc")
    assert not dead.exists()
    assert alive.exists()
    assert elsewhere.exists()
    folders.remove(alive)
    assert not alive.exists()


def test_what_jobs_keep_is_found_again_until_nothing_was_written_for_long(settings):
    settings.UPLOAD_HOURS = 1
    fresh, old = uuid4(), uuid4()
    for job_id in (fresh, old):
        folders.kept(job_id).mkdir(parents=True)
        (folders.kept(job_id) / "part").touch()
    assert folders.all_kept() == {fresh: folders.kept(fresh), old: folders.kept(old)}
    assert folders.stale() == []
    long_ago = time.time() - 3700
    for path in (folders.kept(old) / "part", folders.kept(old), folders.kept(fresh)):
        os.utime(path, (long_ago, long_ago))
    assert folders.stale() == [folders.kept(old)], "a part that is written to is not"
