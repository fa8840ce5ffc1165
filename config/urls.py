"""URLs of the `admin` role: Django's admin site. Everything else is the gateway's (`apigateway/urls.py`)."""

from django.contrib import admin
from django.urls import path

admin.autodiscover()
urlpatterns = [path("admin/", admin.site.urls)]
