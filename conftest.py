"""Fixtures of every test: `tests/servers.py` says what there is."""

pytest_plugins = ["tests.servers"]
