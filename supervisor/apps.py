"""Gives Django the commands `up`, `prepare` and `doctor`; there are no models."""

from django.apps import AppConfig


class SupervisorConfig(AppConfig):
    name = "supervisor"
