"""The programs that act for somebody: making a token for one, shown once, and taking it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from qsms.api import tokens
from qsms.org import throttle
from qsms.org.models import Account
from qsms.records.errors import Invalid
from qsms.ui.sentences import InHouse

from . import entering
from .account import who
from .forms import password


class TokenForm(InHouse, forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("Such as “Power BI”."))
    days = forms.IntegerField(
        label=_("For how many days"), initial=tokens.DAYS,
        help_text=_("Afterwards it opens nothing, and you make another one."),
    )  # fmt: skip
    scope = forms.ChoiceField(
        label=_("What it may do"),
        choices=(("read", _("Read what you may read")), ("write", _("All that you may do through the API"))),
    )
    present = password(_("Your password"))

    def __init__(self, account: Account, *args: Any, **more: Any) -> None:
        self.account = account
        super().__init__(*args, **more)

    def clean_present(self) -> str:
        written: str = self.cleaned_data["present"]
        if not self.account.check_password(written):
            raise forms.ValidationError(_("This is not your password. Type it again."))
        return written


@sensitive_post_parameters()
@sensitive_variables("text")
def make(request: HttpRequest) -> HttpResponse:
    """Make a token for oneself, by whoever knows the password. Its text is on the answer, and nowhere afterwards."""
    person, actor = who(request)
    account = request.user
    assert isinstance(account, Account)
    form = TokenForm(account, request.POST or None)
    if request.method == "POST":
        try:
            # The password could be guessed here by whoever found an open session.
            tries = throttle.begin(account.email, entering.address(request), what="password")
        except throttle.TooManyTries as full:
            form.is_valid()
            form.add_error("present", str(full))
        else:
            if "present" not in form.errors:
                throttle.undo(tries)
            if form.is_valid():
                given = form.cleaned_data
                try:
                    made, text = tokens.create(
                        actor, person.pk, name=given["name"], days=given["days"], read_only=given["scope"] == "read"
                    )
                except Invalid as error:
                    for name, said in error.errors.items():
                        form.add_error(name if name in form.fields else None, said)
                else:
                    return render(request, "accounts/token_made.html", {"token": made, "text": text})
    return render(request, "accounts/token.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one of one's own tokens."""
    _person, actor = who(request)
    tokens.revoke(actor, pk)
    return redirect(reverse("account") + "?said=token")
