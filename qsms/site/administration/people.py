"""People: the list, adding and changing somebody, their account, their roles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from qsms.base import moment
from qsms.org import naming
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.org.errors import OrgError
from qsms.org.models import Grant, Person, Role, Site, Unit
from qsms.records import keys
from qsms.site.accounts.choices import zones
from qsms.ui import marks, parts
from qsms.ui.sentences import InHouse
from qsms.ui.table import Column, Group, link, table

from . import changes, services
from .entry import acting, administration, ours

PAGE = 50


class PersonForm(InHouse, forms.ModelForm[Person]):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    namesake = forms.BooleanField(
        label=gettext_lazy("Another person of the same name"),
        required=False,
        help_text=gettext_lazy("Two people here are called the same. The job title is then written behind this name."),
    )

    class Meta:
        model = Person
        fields = ("name", "title", "email", "site", "unit", "zone", "left_on")
        widgets = {"left_on": forms.DateInput({"type": "date"})}
        help_texts = {"left_on": gettext_lazy("Their training records are kept up to it. Empty: not known yet.")}

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.actor = actor
        if self.instance.is_active:
            del self.fields["left_on"]
        for name, model in (("site", Site), ("unit", Unit)):
            queryset = model._default_manager.filter(organisation_id=actor.organisation_id, is_active=True)
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("None")  # type: ignore[attr-defined]
        choices = [("", _("As the organisation")), *zones()]
        self.fields["zone"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        namesake = bool(told.pop("namesake", False))
        if told.get("name") and "name" in self.changed_data:
            try:
                told["name"] = naming.chosen(
                    self.actor.organisation_id, told["name"], but=self.instance.pk, namesake=namesake,
                    apart=(told.get("title", ""), told.get("email", "")),
                )  # fmt: skip
            except OrgError as no:
                self.add_error("name", str(no))
        return told

    def save(self, commit: bool = True) -> Person:
        """The person, whose history goes on to say what they were called until now."""
        if self.instance.pk is not None and "name" in self.changed_data:
            until = [moment.now().isoformat(), self.initial["name"]]
            self.instance.former_names = [*self.instance.former_names, until]
        return super().save(commit)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        others = Person.objects.filter(organisation_id=self.actor.organisation_id, email__iexact=email)
        if email and others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("“%(email)s” is the address of somebody else here. Write another, or leave it empty.")
                % {"email": email}
            )
        return email


class GrantForm(InHouse, forms.Form):
    role = forms.ModelChoiceField(
        label=gettext_lazy("Role"), queryset=Role.objects.none(), empty_label=gettext_lazy("Choose one")
    )
    axis = forms.ChoiceField(
        label=gettext_lazy("How far"),
        required=False,
        choices=[("", gettext_lazy("As usual for the role")), *Axis.choices],
    )
    site = forms.ModelChoiceField(
        label=gettext_lazy("Site"), queryset=Site.objects.none(), required=False, empty_label=gettext_lazy("Their own")
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"), queryset=Unit.objects.none(), required=False, empty_label=gettext_lazy("Their own")
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}))
    ends_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        mine = {"organisation_id": actor.organisation_id}
        self.fields["role"].queryset = Role.objects.filter(**mine)  # type: ignore[attr-defined]
        self.fields["site"].queryset = Site.objects.filter(**mine, is_active=True)  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(**mine, is_active=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for name, axis in (("site", Axis.SITE), ("unit", Axis.UNIT)):
            if told.get(name) and not told.get("axis"):
                told["axis"] = axis
            elif told.get(name) and told["axis"] != axis:
                told[name] = None
        return told


def asked(request: HttpRequest) -> tuple[str, bool]:
    """How the list is narrowed: the text that is looked for, and whether it is that of those who left."""
    return request.GET.get("q", "").strip("\x00 ")[:100], "left" in request.GET


def found(actor: Actor, text: str, left: bool) -> QuerySet[Person]:
    """The people of the list, by name."""
    people = Person.objects.filter(organisation_id=actor.organisation_id, is_active=not left)
    for word in text.split():
        people = people.filter(Q(name__icontains=word) | Q(title__icontains=word) | Q(email__icontains=word))
    return people.order_by("name", "pk")


def roles_of(rows: Sequence[Person]) -> dict[int, list[str]]:
    """The titles of the roles that each of these people holds, beside the one that everybody has."""
    held: dict[int, list[str]] = {}
    grants = Grant.objects.filter(person__in=rows).exclude(role__code="reporter")
    for person_id, title in grants.order_by("role__title").values_list("person_id", "role__title"):
        held.setdefault(person_id, []).append(title)
    return held


@administration
def show(request: HttpRequest) -> HttpResponse:
    """Everybody, found by name, title or address; those who left are hidden until asked for."""
    actor = acting(request)
    text, left = asked(request)
    rows_of = found(actor, text, left)
    if (after := keys.whole(request.GET.get("after", ""))) is not None:
        start = ours(actor, Person, pk=after)
        rows_of = rows_of.filter(Q(name__gt=start.name) | Q(name=start.name, pk__gt=start.pk))
    rows = list(rows_of.select_related("site", "account")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    held = roles_of(rows)

    def cells(row: Person) -> tuple[SafeString, ...]:
        return (
            link(row.name, reverse("administration:person", args=[row.pk])),
            escape(row.title or "–"),
            escape(row.site or "–"),
            escape(", ".join(held.get(row.pk, [])) or _("Reports only")),
            _account_mark(row),
        )

    columns = [
        Column(_("Name"), "t"),
        Column(_("Job title"), "hide-p"),
        Column(_("Site"), "hide-p hide-m"),
        Column(_("Roles"), "wrap"),
        Column(_("Account"), "hide-p"),
    ]
    kept = {"q": text} | ({"left": "1"} if left else {})
    page = {
        "text": text,
        "left": left,
        "narrowed": urlencode(kept),
        "table": table(columns, [Group([cells(row) for row in rows])], _("People")) if rows else "",
        "pages": parts.Pages(
            ngettext("%(n)d person shown.", "%(n)d people shown.", len(rows)) % {"n": len(rows)},
            "?" + urlencode({**kept, "after": str(rows[-1].pk)}) if more else "",
        ),
        "empty": parts.Empty(
            _("Nobody found"),
            _("No name, job title or address has what you wrote. People who left stand in a list of their own.")
            if text
            else _("Add the managers first, then everybody who reports. Each gets a one-time link."),
            (parts.Option(_("Add a person"), reverse("administration:person-new"), main=True),),
        ),
    }
    return render(request, "administration/people.html", page)


def _account_mark(person: Person) -> SafeString:
    if person.account is None:
        return marks.status(_("No account"), "mute")
    if not person.account.is_in_use:
        return marks.status(_("Invited"), "info")
    return marks.status(_("Signs in"), "good")


@administration
def add(request: HttpRequest) -> HttpResponse:
    """Somebody new."""
    actor = acting(request)
    changes.require(actor, "org.admin")
    form = PersonForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = services.add_person(actor, **form.cleaned_data)
        return redirect("administration:person", person.pk)
    page = {"form": form, "title": _("Add a person"), "back_url": reverse("administration:people")}
    return render(request, "administration/form.html", page, status=422 if form.errors else 200)


@administration
def show_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, how they sign in, which roles they hold."""
    actor = acting(request)
    person = ours(actor, Person, pk=pk)
    form = PersonForm(actor, request.POST or None, instance=person)
    if request.method == "POST":
        changes.require(actor, "org.admin")
        if form.is_valid():
            changes.save(actor, form, "person", after=services.follow_address)
            return redirect("administration:person", pk)
    return _page(request, person, form=form, status=422 if form.errors else 200)


def _page(request: HttpRequest, person: Person, *, form: PersonForm, status: int = 200, **more: Any) -> HttpResponse:
    actor = acting(request)
    person.refresh_from_db()
    page = {
        "person": person,
        "form": form,
        "account_mark": _account_mark(person),
        "grants": person.grants.select_related("role", "site", "unit").order_by("role__title"),
        "may_administer": actor.holds("org.admin"),
        "may_grant": actor.holds("role.grant"),
        "grant_form": GrantForm(actor, auto_id="grant_%s"),
        "is_me": person.pk == actor.person_id,
        **more,
    }
    return render(request, "administration/person.html", page, status=status)


@require_POST
@administration
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """A way to sign in: a link shown here once, or a mail to the person."""
    actor = acting(request)
    person = ours(actor, Person, pk=pk)
    try:
        invitation = services.invite(actor, person, f"{request.scheme}://{request.get_host()}")
    except OrgError as no:
        return _page(request, person, form=PersonForm(actor, instance=person), refused=str(no), status=409)
    return _page(request, person, form=PersonForm(actor, instance=person), invitation=invitation)


@require_POST
@administration
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves, today until the page is told otherwise, or comes back."""
    actor = acting(request)
    person = ours(actor, Person, pk=pk)
    today = moment.now().astimezone(ZoneInfo(person.organisation.zone)).date()
    try:
        services.set_active(actor, person, active=request.POST.get("active") == "1", left_on=today)
    except OrgError as no:
        return _page(request, person, form=PersonForm(actor, instance=person), refused=str(no), status=409)
    return redirect("administration:person", pk)


@require_POST
@administration
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role."""
    actor = acting(request)
    person = ours(actor, Person, pk=pk)
    form = GrantForm(actor, request.POST, auto_id="grant_%s")
    if form.is_valid():
        try:
            services.grant(actor, person, form.cleaned_data.pop("role"), **form.cleaned_data)
        except OrgError as no:
            form.add_error(None, str(no))
        else:
            return redirect(reverse("administration:person", args=[pk]) + "#roles")
    blank = PersonForm(actor, instance=person)
    return _page(request, person, form=blank, grant_form=form, status=422)


@require_POST
@administration
def end_grant(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    """Take a role away, now or after a day that was chosen."""
    actor = acting(request)
    person = ours(actor, Person, pk=pk)
    given = ours(actor, Grant, pk=grant_pk, person_id=pk)
    try:
        services.end_grant(actor, given, on=_last_day(request))
    except OrgError as no:
        return _page(request, person, form=PersonForm(actor, instance=person), refused=str(no), status=409)
    return redirect(reverse("administration:person", args=[pk]) + "#roles")


def _last_day(request: HttpRequest) -> dt.date | None:
    """The day that was chosen; None for at once. Raises OrgError for what is no day."""
    if "on" not in request.POST:
        return None
    typed = request.POST["on"].strip()
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        said = _("“%(given)s” is not a day. Write the last day as 2026-11-30.") if typed else _("Choose the last day.")
        raise OrgError(said % {"given": typed[:20]} if typed else said) from None
