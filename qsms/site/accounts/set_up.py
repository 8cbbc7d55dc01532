"""The first visit: three pages that make an empty installation somebody's own.

Whoever holds the link that `qsms serve` prints may walk it, and only while there is no organisation. What was written
stays in the visitor's session until the last page, which founds everything in one transaction or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from qsms.base.gate import write_transaction
from qsms.org import links, services
from qsms.org.actor import system
from qsms.org.models import Account, OneTimeLink, Organisation, Person, Site
from qsms.records import history
from qsms.ui.parts import stages
from qsms.ui.sentences import InHouse

from . import entering
from .choices import check_calendar, country_choices, zones
from .forms import NewPassword

KEY, CODE = "set_up", "set_up_code"
SITES = 3


class OrganisationStep(InHouse, forms.ModelForm[Organisation]):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones)
    holiday_country = forms.ChoiceField(
        label=gettext_lazy("Holiday calendar, country"),
        choices=country_choices,
        initial="US",
        help_text=gettext_lazy("Deadlines in working days are counted with it. A site may have its own."),
    )

    class Meta:
        model = Organisation
        fields = ("name", "kind", "size", "zone", "holiday_country", "holiday_region")
        help_texts = {"holiday_region": gettext_lazy("A state or part with holidays of its own, such as AZ or BY.")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("kind", "size"):
            field = self.fields[name]
            field.choices = [("", _("Choose one")), *list(field.choices)[1:]]  # type: ignore[attr-defined]

    def clean_holiday_region(self) -> str:
        region: str = self.cleaned_data["holiday_region"].strip().upper()
        if region and self.cleaned_data.get("holiday_country"):
            check_calendar(self.cleaned_data["holiday_country"], region)
        return region


class SitesStep(InHouse, forms.Form):
    """A few sites, of which the first is needed; more are added on the administration pages later."""

    def __init__(self, zone: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for place in range(SITES):
            needed = place == 0
            self.fields[f"name_{place}"] = forms.CharField(label=_("Name"), max_length=120, required=needed)
            self.fields[f"code_{place}"] = forms.CharField(
                label=_("Code"), max_length=20, required=needed, help_text=_("Short, such as PHX.")
            )
            self.fields[f"zone_{place}"] = forms.ChoiceField(label=_("Time zone"), choices=zones, initial=zone)

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each site under its heading."""
        titles = [_("First site"), _("Second site, if there is one"), _("Third site, if there is one")]
        return [
            (title, [self[f"{name}_{place}"] for name in ("name", "code", "zone")])
            for place, title in enumerate(titles)
        ]

    @property
    def sites(self) -> list[dict[str, str]]:
        """What was written, without the sites that were left empty."""
        told = self.cleaned_data
        rows = [{name: told[f"{name}_{place}"] for name in ("name", "code", "zone")} for place in range(SITES)]
        return [row for row in rows if row["name"]]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        codes: list[str] = []
        for place in range(SITES):
            name, code = told.get(f"name_{place}", ""), told.get(f"code_{place}", "")
            if name and not code and place:
                self.add_error(f"code_{place}", _("Give “%(name)s” a short code.") % {"name": name})
            if code and not name and place:
                self.add_error(f"name_{place}", _("Write what the site “%(code)s” is called.") % {"code": code})
            if code and code.upper() in codes:
                self.add_error(f"code_{place}", _("“%(code)s” is used above. Give each site its own.") % {"code": code})
            codes.append(code.upper())
        return told


class AccountStep(NewPassword):
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    field_order = ("name", "email", "new", "again")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(Account(), *args, **more)

    def clean_email(self) -> str:
        # Known before the password is judged, which must not resemble it.
        self.account.email = self.cleaned_data["email"]
        return self.account.email


@dataclass(frozen=True)
class Step:
    code: str
    title: Any
    verb: Any


STEPS = (
    Step("organisation", gettext_lazy("Your organisation"), gettext_lazy("On to the sites")),
    Step("sites", gettext_lazy("Your sites"), gettext_lazy("On to your account")),
    Step("account", gettext_lazy("Your own account"), gettext_lazy("Set it up")),
)


@login_not_required
@sensitive_post_parameters("new", "again")
def walk(request: HttpRequest, step: str = "") -> HttpResponse:
    """One page of the set-up; without a name the first one that is not filled in yet."""
    if step == "done":
        return _done(request)
    if settings.DEMO or Organisation.objects.exists():
        return redirect("sign-in")
    if "code" in request.GET:
        request.session[CODE] = request.GET["code"]
        return redirect("set-up")
    try:
        links.look_up(request.session.get(CODE, ""), OneTimeLink.Purpose.SET_UP)
    except links.LinkError as no:
        asked = CODE in request.session
        return render(request, "accounts/set_up_closed.html", {"why": str(no) if asked else ""}, status=403)
    answers: dict[str, Any] = request.session.setdefault(KEY, {})
    missing = next(one.code for one in STEPS if one.code not in answers)
    place = next((number for number, one in enumerate(STEPS) if one.code == step), -1)
    if place < 0 or place > [one.code for one in STEPS].index(missing):
        return redirect("set-up-step", missing)
    here = STEPS[place]
    form = _form(here.code, request, answers)
    refused = ""
    if request.method == "POST" and form.is_valid():
        if here.code != "account":
            answers[here.code] = form.sites if isinstance(form, SitesStep) else form.cleaned_data
            request.session[KEY] = answers
            return redirect("set-up-step", STEPS[place + 1].code)
        try:
            account = _found(request.session[CODE], answers, form.cleaned_data)
        except (links.LinkError, services.OrgError) as no:
            refused = str(no)
        else:
            entering.begin_session(request, account, by="set-up")
            for key in (KEY, CODE):
                request.session.pop(key, None)
            return redirect("set-up-step", "done")
    page = {
        "form": form,
        "is_sites": here.code == "sites",
        "stages": stages([str(one.title) for one in STEPS], place),
        "step": here,
        "refused": refused,
        "back_url": reverse("set-up-step", args=[STEPS[place - 1].code]) if place else "",
    }
    status = 409 if refused else 422 if request.method == "POST" else 200
    return render(request, "accounts/set_up.html", page, status=status)


def _form(code: str, request: HttpRequest, answers: dict[str, Any]) -> Any:
    data = request.POST if request.method == "POST" else None
    before = answers.get(code)
    if code == "organisation":
        return OrganisationStep(data, initial=before)
    if code == "account":
        return AccountStep(data)
    kept = {f"{name}_{place}": value for place, row in enumerate(before or []) for name, value in row.items()}
    return SitesStep(answers["organisation"]["zone"], data, initial=kept)


def _found(token: str, answers: dict[str, Any], mine: dict[str, Any]) -> Account:
    """Make everything at once. Of two people who finish at the same time the second is refused."""
    with write_transaction():
        # Everybody who may walk holds one of these rows' links, so whoever locks them first is alone.
        list(OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.SET_UP).order_by("pk").select_for_update())
        if Organisation.objects.exists():
            raise services.OrgError(_("Somebody else has just set this installation up. Ask them for an invitation."))
        links.use(links.look_up(token, OneTimeLink.Purpose.SET_UP))
        OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.SET_UP).delete()
        told = answers["organisation"]
        organisation = services.found(
            name=told["name"],
            kind=told["kind"],
            size=told["size"],
            zone=told["zone"],
            country=told["holiday_country"],
            region=told["holiday_region"],
        )
        sites = [
            Site.objects.create(organisation=organisation, code=one["code"], name=one["name"], zone=one["zone"])
            for one in answers["sites"]
        ]
        person = services.add_person(
            organisation, name=mine["name"], email=mine["email"], site=sites[0], password=mine["new"]
        )
        make_administrator(person)
        assert person.account is not None
        return person.account


def make_administrator(person: Person) -> None:
    """The first administrator of an organisation that was founded just now, with the deed that says so."""
    services.grant(person, "administrator", axis="all")
    acting = system(person.organisation_id)
    history.write(acting, None, history.Act("founded", "", {"administrator": person.pk}), subject="organisation")


def _done(request: HttpRequest) -> HttpResponse:
    """What to do next, once everything is set up."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    return render(request, "accounts/set_up_done.html")


def link_if_empty() -> str:
    """The address at which an empty installation is set up; empty when there is nothing to set up."""
    if settings.DEMO or Organisation.objects.exists():
        return ""
    with write_transaction():
        token = links.make(OneTimeLink.Purpose.SET_UP)
    return f"{settings.BASE_URL}{reverse('set-up')}?code={token}"
