"""Fixtures of every test: `tests/servers.py` says what there is."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers"]

settings.register_profile("warren", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warren")  # how fast the machine is just now says nothing about the code
