"""Letting somebody act for oneself between two days, and ending it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org import services
from qsms.org.actor import Actor, can_be_lent
from qsms.org.models import Delegation, Person, Role
from qsms.site.administration import changes
from qsms.ui.sentences import InHouse

from .account import who

LENT, REVOKED = "delegated", "delegation_ended"


class DelegationForm(InHouse, forms.Form):
    taker = forms.ModelChoiceField(
        label=_("Who acts for you"), queryset=Person.objects.none(), empty_label=_("Choose somebody")
    )
    role = forms.ModelChoiceField(
        label=_("In which role"), queryset=Role.objects.none(), required=False, empty_label=_("In all that can be lent")
    )
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}))
    ends_on = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}))
    reason = forms.CharField(label=_("Why"), max_length=300, help_text=_("Such as “leave”. It is kept in the history."))

    def __init__(self, giver: Person, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        people = Person.objects.filter(organisation_id=giver.organisation_id, is_active=True)
        self.fields["taker"].queryset = people.exclude(pk=giver.pk)  # type: ignore[attr-defined]
        held = Role.objects.filter(grants__person=giver).exclude(code=services.EVERYBODY).distinct()
        lendable = [role.pk for role in held if can_be_lent(role.permissions)]
        self.fields["role"].queryset = Role.objects.filter(pk__in=lendable)  # type: ignore[attr-defined]

    def clean_ends_on(self) -> Any:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on < moment.now().date():
            raise forms.ValidationError(_("This day is over. Choose today or a later one."))
        return ends_on


def give(request: HttpRequest) -> HttpResponse:
    """The form with which somebody is named."""
    person, actor = who(request)
    form = DelegationForm(person, request.POST or None, initial={"starts_on": moment.now().date()})
    if request.method == "POST" and form.is_valid():
        try:
            lend(actor, person, **form.cleaned_data)
        except services.OrgError as no:
            form.add_error(None, str(no))
        else:
            return redirect(reverse("account") + "?said=lent")
    return render(request, "accounts/delegation.html", {"form": form}, status=422 if form.errors else 200)


def lend(actor: Actor, giver: Person, *, taker: Person, role: Role | None, **told: Any) -> Delegation:
    """The delegation with its deed."""
    with write_transaction():
        made = services.delegate(giver, taker, role_code=role.code if role else "", **told)
        changes.note(
            actor,
            f"person:{giver.pk}",
            LENT,
            reason=made.reason,
            taker=taker.pk,
            role=role.code if role else "",
            starts_on=made.starts_on.isoformat(),
            ends_on=made.ends_on.isoformat(),
        )
    return made


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own delegations now."""
    person, actor = who(request)
    with write_transaction():
        one = Delegation.objects.select_for_update().filter(pk=pk, giver_id=person.pk).first()
        if one is None:
            raise Http404
        if services.revoke_delegation(one):
            changes.note(actor, f"person:{person.pk}", REVOKED, taker=one.taker_id)
    return redirect(reverse("account") + "?said=revoked")
