"""Forms of the admin site whose saving goes through the services' own functions."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, PasswordChangeForm

from contracts.errors import InvalidRequest, WeakPassword
from userservice import services
from userservice.models import User
from userservice.names import display_name_clean
from userservice.passwords import password_check
from userservice.selectors import user_by_name

if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
    ResetForm = AdminPasswordChangeForm[User]
else:  # generic in the stubs alone
    UserModelForm, ResetForm = forms.ModelForm, AdminPasswordChangeForm


def clean_name(text: str) -> str:
    """A display name for a form; raises ValidationError."""
    try:
        return display_name_clean(text)
    except InvalidRequest as error:
        raise forms.ValidationError(error.message) from None


class UserForm(UserModelForm):
    class Meta:
        model = User
        fields = ("display_name", "is_staff", "is_superuser")

    def clean_display_name(self) -> str:
        return clean_name(self.cleaned_data["display_name"])


class NewUserForm(UserModelForm):
    password = forms.CharField(strip=False, max_length=256, widget=forms.PasswordInput(render_value=False))

    class Meta:
        model = User
        fields = ("username", "display_name")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if user_by_name(username) is not None:
            raise forms.ValidationError("That user name is taken.")
        return username

    def clean_display_name(self) -> str:
        return clean_name(self.cleaned_data["display_name"])

    def clean(self) -> dict[str, Any]:
        """The password last: whether it resembles the names needs the names."""
        values = self.cleaned_data
        try:
            password_check(
                values.get("password", ""),
                username=values.get("username", ""),
                display_name=values.get("display_name", ""),
            )
        except WeakPassword as error:
            self.add_error("password", error.message)
        return values


class ResetPasswordForm(ResetForm):
    """For somebody else's password."""

    usable_password = None

    def save(self, commit: bool = True) -> User:  # noqa: ARG002  Django's signature
        services.password_set(user=self.user, new=self.cleaned_data["password1"])
        self.user.refresh_from_db()
        return self.user


class OwnPasswordForm(PasswordChangeForm):
    """For one's own; Django checks the old one."""

    def save(self, commit: bool = True) -> User:  # noqa: ARG002  Django's signature
        services.password_set(user=self.user, new=self.cleaned_data["new_password1"])
        self.user.refresh_from_db()
        return self.user
