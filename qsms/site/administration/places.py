"""Sites, units and processes: three lists and their forms, alike but for their fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.org.actor import Actor
from qsms.org.errors import OrgError
from qsms.org.models import Organisation, Process, Site, Unit
from qsms.site.accounts.choices import check_calendar, country_choices, zones
from qsms.ui import parts
from qsms.ui.sentences import InHouse
from qsms.ui.table import Column, Group, link, table

from . import changes
from .entry import acting, administration, ours


class PlaceForm(InHouse, forms.ModelForm[Any]):
    """A code that nobody else here has, and choices of the own organisation only."""

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.actor = actor
        self.instance.organisation_id = actor.organisation_id
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = field.queryset.filter(organisation_id=actor.organisation_id, is_active=True)
                field.empty_label = _("None")
        parent = self.fields.get("parent")
        if isinstance(parent, forms.ModelChoiceField) and parent.queryset is not None and self.instance.pk:
            parent.queryset = parent.queryset.exclude(pk=self.instance.pk)
        if self.instance.pk is None:
            self.fields.pop("is_active", None)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        others = self._meta.model.objects.filter(organisation_id=self.actor.organisation_id, code__iexact=code)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("“%(code)s” is used already. Choose another code.") % {"code": code})
        return code

    def clean_parent(self) -> Any:
        above = parent = self.cleaned_data["parent"]
        while above is not None:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(_("%(name)s is below this one already.") % {"name": parent})
            above = above.parent
        return parent


class SiteForm(PlaceForm):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones)
    holiday_country = forms.ChoiceField(label=gettext_lazy("Holiday calendar, country"), required=False)

    class Meta:
        model = Site
        fields = ("name", "code", "zone", "holiday_country", "holiday_region", "is_active")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [("", _("As the organisation")), *country_choices()]
        self.fields["holiday_country"].choices = choices  # type: ignore[attr-defined]

    def clean_holiday_region(self) -> str:
        region: str = self.cleaned_data["holiday_region"].strip().upper()
        country = self.cleaned_data.get("holiday_country")
        if region:
            check_calendar(country or Organisation.objects.get(pk=self.actor.organisation_id).holiday_country, region)
        return region


class UnitForm(PlaceForm):
    class Meta:
        model = Unit
        fields = ("name", "code", "site", "parent", "is_active")


class ProcessForm(PlaceForm):
    class Meta:
        model = Process
        fields = ("name", "code", "owner", "parent", "is_active")


@dataclass(frozen=True)
class Kind:
    """One of the three lists: what is said, which form, which columns after the name."""

    model: type[models.Model]
    form: type[PlaceForm]
    title: Any
    new: Any
    why: Any
    columns: tuple[tuple[Any, str], ...]


KINDS = {
    "sites": Kind(
        Site,
        SiteForm,
        gettext_lazy("Sites"),
        gettext_lazy("New site"),
        gettext_lazy("Records belong to a site, and rights can be given for one."),
        ((gettext_lazy("Code"), "code"), (gettext_lazy("Time zone"), "zone")),
    ),
    "units": Kind(
        Unit,
        UnitForm,
        gettext_lazy("Units"),
        gettext_lazy("New unit"),
        gettext_lazy("Departments and teams. Rights can be given for one."),
        ((gettext_lazy("Code"), "code"), (gettext_lazy("Site"), "site"), (gettext_lazy("Part of"), "parent")),
    ),
    "processes": Kind(
        Process,
        ProcessForm,
        gettext_lazy("Processes"),
        gettext_lazy("New process"),
        gettext_lazy("What the management system is made of. Each has somebody who answers for it."),
        ((gettext_lazy("Code"), "code"), (gettext_lazy("Owner"), "owner"), (gettext_lazy("Part of"), "parent")),
    ),
}
ONE = {"sites": "site", "units": "unit", "processes": "process"}


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


@administration
def show(request: HttpRequest, what: str) -> HttpResponse:
    """The list; what is no longer in use stands below."""
    kind, actor = _kind(what), acting(request)
    related = [name for _label, name in kind.columns if kind.model._meta.get_field(name).is_relation]
    rows: list[Any] = list(
        kind.model._default_manager.filter(organisation_id=actor.organisation_id).select_related(*related)
    )

    def cells(row: Any) -> tuple[SafeString, ...]:
        url = reverse("administration:place-edit", args=[what, row.pk])
        return (link(row.name, url), *(escape(getattr(row, name) or "–") for _label, name in kind.columns))

    used, unused = ([row for row in rows if row.is_active == wanted] for wanted in (True, False))
    groups = [Group([cells(row) for row in used], _("In use") if unused else "", len(used) if unused else "")]
    if unused:
        groups.append(Group([cells(row) for row in unused], _("No longer in use"), len(unused)))
    columns = [Column(_("Name"), "t"), *(Column(str(label)) for label, _name in kind.columns)]
    page = {
        "what": what,
        "kind": kind,
        "table": table(columns, groups, str(kind.title)) if rows else "",
        "empty": parts.Empty(
            _("None yet"),
            str(kind.why),
            (parts.Option(str(kind.new), reverse("administration:place-new", args=[what]), main=True),),
        ),
    }
    return render(request, "administration/places.html", page)


@administration
def edit(request: HttpRequest, what: str, pk: int = 0) -> HttpResponse:
    """Add one, or change it. Records point to it, so it is never removed, only no longer in use."""
    kind, actor = _kind(what), acting(request)
    changes.require(actor, "org.admin")
    instance = ours(actor, kind.model, pk=pk) if pk else None
    form = kind.form(actor, request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        try:
            changes.save(actor, form, ONE[what])
        except OrgError as no:
            form.add_error("code", str(no))
        else:
            return redirect(f"administration:{what}")
    page = {
        "form": form,
        "title": str(instance) if instance else kind.new,
        "back_url": reverse(f"administration:{what}"),
        "subject": f"{ONE[what]}:{pk}" if pk else "",
    }
    return render(request, "administration/form.html", page, status=422 if form.errors else 200)
