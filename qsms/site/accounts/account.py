"""One's own account: zone, mail, keys; the organisation to act in; sessions; who and which programs act for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import logout
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qsms.api import tokens
from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.middleware import SESSION_KEY
from qsms.org.models import Account, Delegation, Person
from qsms.records import keys
from qsms.site.administration import changes
from qsms.ui.sentences import InHouse
from qsms.ui.views import YEAR

from . import entering
from .choices import zones

SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
SAID = {
    "saved": gettext_lazy("Saved."),
    "password": gettext_lazy("Your password is changed. Elsewhere you are signed out."),
    "lent": gettext_lazy("Saved. The person named acts for you between these days."),
    "revoked": gettext_lazy("Ended. Nobody acts for you by it any more."),
    "token": gettext_lazy("Taken back. What the program asks for from now on is refused."),
}


def who(request: HttpRequest) -> tuple[Person, Actor]:
    """The person and the actor of a page that asks for a person."""
    person: Person = request.person  # type: ignore[attr-defined]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return person, actor


class OwnForm(InHouse, forms.ModelForm[Person]):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    class Meta:
        model = Person
        fields = ("zone", "wants_mail", "single_keys")
        help_texts = {
            "single_keys": gettext_lazy("Letters such as N for a new report work outside of fields."),
            "wants_mail": gettext_lazy("Deadlines and what was asked of you. The inbox has everything in any case."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        usual = _("As the organisation: %(zone)s") % {"zone": self.instance.organisation.zone}
        self.fields["zone"].choices = [("", usual), *zones()]  # type: ignore[attr-defined]


def show(request: HttpRequest) -> HttpResponse:
    """The account page; what belongs to the person is changed right on it."""
    person, actor = who(request)
    form = OwnForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        changes.save(actor, form, "person")
        response = redirect(reverse("account") + "?said=saved")
        response.set_cookie(
            "qsms_keys", "on" if person.single_keys else "off", max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
        return response
    today = moment.now().date()
    given = Delegation.objects.filter(giver_id=person.pk).select_related("taker", "role").order_by("-starts_on", "-pk")
    taken = Delegation.objects.filter(
        taker_id=person.pk, revoked_at=None, ends_on__gte=today
    ).select_related("giver", "role")  # fmt: skip
    others = Person.objects.filter(account_id=request.user.pk, is_active=True).select_related("organisation")
    page = {
        "form": form,
        "person": person,
        "said": SAID.get(request.GET.get("said", ""), ""),
        "organisations": others.order_by("organisation__name"),
        "given": [(one, _standing(one, today)) for one in given[:20]],
        "taken": taken.order_by("starts_on"),
        "tokens": tokens.mine(actor),
        "roles": person.grants.select_related("role", "site", "unit").order_by("role__title"),
    }
    return render(request, "accounts/account.html", page, status=422 if form.errors else 200)


def _standing(one: Delegation, today: Any) -> dict[str, Any]:
    if one.revoked_at is not None:
        return {"word": _("Ended early"), "phase": 4, "open": False}
    if one.ends_on < today:
        return {"word": _("Over"), "phase": 3, "open": False}
    if one.starts_on > today:
        return {"word": _("To come"), "phase": 0, "open": True}
    return {"word": _("Runs"), "phase": 1, "open": True}


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Act as another of the people that the account stands for, in another organisation."""
    wanted = request.POST.get("person", "")
    person = Person.objects.filter(account_id=request.user.pk, is_active=True, pk=keys.whole(wanted) or 0)
    found = person.first()
    if found is None:
        raise Http404
    # What a page kept in the session belongs to the organisation it was kept in.
    request.session[SESSION_KEY] = found.pk
    request.session.cycle_key()
    return redirect("/")


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of the account, this one too."""
    account = request.user
    assert isinstance(account, Account)
    with write_transaction():
        Account.objects.filter(pk=account.pk).update(session_round=F("session_round") + 1)
        entering.note(account, SIGNED_OUT_EVERYWHERE, {})
    logout(request)
    return redirect("sign-in")
