from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ConfigConfig(AppConfig):
    name = "config"


class AdminSiteConfig(admin_apps.SimpleAdminConfig):
    """Django's admin application with Warren's own site as `admin.site`.

    The `admin.py` modules are loaded by `config/urls.py`: services do without them.
    """

    default = False
    default_site = "config.admin.WarrenAdminSite"
