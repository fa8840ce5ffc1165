from django.apps import AppConfig


class UserserviceConfig(AppConfig):
    name = "userservice"
