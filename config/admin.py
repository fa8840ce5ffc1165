"""Django's admin site under Warren's name (docs/tokens.md tells who may enter)."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from contracts.errors import Busy, RateLimited


class LoginForm(AdminAuthenticationForm):
    """Says so when the throttle refuses; it does for names that nobody has too."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except (RateLimited, Busy) as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None


class WarrenAdminSite(admin.AdminSite):
    site_header = site_title = "Warren"
    index_title = "Administration"
    site_url = "/"
    login_form = LoginForm
