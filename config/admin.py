"""Django's admin site under Warren's name (docs/tokens.md tells who may enter)."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

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

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """As Django's, with a form that ends the other sessions too."""
        from userservice.forms import OwnPasswordForm  # the site is made before the models are there

        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
            template_name="registration/password_change_form.html",
        )
        return cast("TemplateResponse", view(request))
