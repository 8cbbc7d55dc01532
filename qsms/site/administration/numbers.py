"""How the records of each kind are numbered, with a preview."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.models import Organisation
from qsms.records import numbers, registry
from qsms.records.history import FieldChange
from qsms.rules.number_patterns import PatternError, check_patterns
from qsms.ui.sentences import InHouse

from . import changes
from .entry import acting, administration

EXAMPLE = 42


class PatternsForm(InHouse, forms.Form):
    """A pattern for each kind of record; empty means the shipped one."""

    def __init__(self, organisation: Organisation, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sheets = registry.all_types()
        for sheet in self.sheets:
            self.fields[sheet.kind] = forms.CharField(
                label=str(sheet.label_plural),
                max_length=40,
                required=False,
                initial=numbers.pattern_of(organisation, sheet.kind),
                widget=forms.TextInput({"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
            )

    def patterns(self) -> dict[str, str]:
        """Kind -> pattern as it would hold."""
        told = self.cleaned_data if self.is_bound else {sheet.kind: self[sheet.kind].initial for sheet in self.sheets}
        return {sheet.kind: (told.get(sheet.kind) or "").strip() or numbers.PATTERN for sheet in self.sheets}

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        prefixes = {sheet.kind: sheet.prefix for sheet in self.sheets}
        try:
            check_patterns(self.patterns(), prefixes)
        except PatternError as error:
            self.add_error(error.kind, str(error))
        return told

    def rows(self) -> list[tuple[Any, str]]:
        """Each field with what a number would look like."""
        year = moment.now().year
        patterns = self.patterns() if not self.errors else {}
        return [
            (
                self[sheet.kind],
                numbers.word(patterns[sheet.kind], sheet.prefix, year, EXAMPLE) if sheet.kind in patterns else "",
            )
            for sheet in self.sheets
        ]


@administration
def show(request: HttpRequest) -> HttpResponse:
    """Numbers already allotted stay; a new pattern holds for the next record."""
    actor = acting(request)
    changes.require(actor, "org.admin")
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    form = PatternsForm(organisation, request.POST or None)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        with write_transaction():
            ours = Organisation.objects.select_for_update().get(pk=actor.organisation_id)
            before = {kind: numbers.pattern_of(ours, kind) for kind in form.patterns()}
            shown = [
                FieldChange(kind, before[kind], new) for kind, new in form.patterns().items() if new != before[kind]
            ]
            ours.number_patterns = ours.number_patterns | form.patterns()
            ours.save(update_fields=["number_patterns"])
            if shown:
                changes.note(actor, f"organisation:{ours.pk}", "edited", changes=shown)
        return redirect(reverse("administration:numbers"))
    page = {"form": form, "title": _("Numbers")}
    return render(request, "administration/numbers.html", page, status=422 if form.errors else 200)
