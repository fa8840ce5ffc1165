"""What killed workers leave on the disk goes when the next one of the host starts."""

import os
import socket

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
