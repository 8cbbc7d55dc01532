"""Forms of the door: signing in, passwords."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from qsms.org.models import Account
from qsms.ui.sentences import InHouse

LONGEST = 1000


def password(label: Any, *, new: bool = False, **more: Any) -> forms.CharField:
    """A field for a password, with the hint that lets a password manager fill it in."""
    widget = forms.PasswordInput({"autocomplete": "new-password" if new else "current-password"})
    return forms.CharField(label=label, strip=False, max_length=LONGEST, widget=widget, **more)


class SignIn(InHouse, forms.Form):
    """Both are needed, which the page need not say; what is missing is told like what is wrong."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = password(_("Password"), required=False)


class Forgot(InHouse, forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )


class NewPassword(InHouse, forms.Form):
    """A password that is written twice and strong enough for `account`."""

    new = password(
        _("New password"),
        new=True,
        help_text=_("At least 12 characters. A few words that belong together for you alone are good."),
    )
    again = password(_("The same again"), new=True)

    def __init__(self, account: Account, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.account = account

    def clean_new(self) -> str:
        written: str = self.cleaned_data["new"]
        password_validation.validate_password(written, self.account)
        return written

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("The two are not the same. Write the new password in both."))
        return data


class ChangePassword(NewPassword):
    """The same, by somebody who knows the present one."""

    present = password(_("Present password"))
    field_order = ("present", "new", "again")

    def clean_present(self) -> str:
        written: str = self.cleaned_data["present"]
        if not self.account.check_password(written):
            raise forms.ValidationError(_("This is not your present password. Type it again."))
        return written
