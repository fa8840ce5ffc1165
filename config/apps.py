from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ConfigConfig(AppConfig):
    name = "config"


class AdminSiteConfig(admin_apps.AdminConfig):
    """Django's admin application with Warren's own site as `admin.site`."""

    default = False
    default_site = "config.admin.WarrenAdminSite"
