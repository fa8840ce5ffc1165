"""Servers of the set-up tests: each module starts its own, since it kills them."""

import shutil
import tempfile
from pathlib import Path

import pytest

from bus.topology import PERMISSIONS
from supervisor.instances import Instances


@pytest.fixture(scope="module")
def folder():
    """A folder that the servers' unprivileged accounts can enter, which pytest's own is not."""
    path = Path(tempfile.mkdtemp(prefix="warren-setup-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def instances(folder):
    made = Instances(folder, permissions=PERMISSIONS, vhosts=("warren", "other")).start()
    yield made
    made.stop()
