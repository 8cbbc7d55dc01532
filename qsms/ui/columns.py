"""Which columns a list shows: those of its sheet, or those that the reader has chosen and that are kept for them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qsms.org import names
from qsms.org.models import Person
from qsms.records import saved_views
from qsms.records.registry import Column, RecordType

from . import answers
from .cells import Columns
from .sheets import sheet_or_404

# A row without these leads nowhere.
ALWAYS = ("number", "title")
BESIDE = ("opened_at", "closed_at")


def _name(column: str | Column) -> str:
    return column.name if isinstance(column, Column) else column


def offered(sheet: RecordType) -> dict[str, str | Column]:
    """Every column that this list can show, its own first: what is short, sealed nowhere and drawn in one cell."""
    found: dict[str, str | Column] = {_name(one): one for one in sheet.columns}
    for name in (*sheet.form_fields, *BESIDE):
        if name not in found and name not in sheet.sealed_fields and _is_short(sheet, name):
            found[name] = name
    return found


def _is_short(sheet: RecordType, name: str) -> bool:
    field = sheet.field(name)
    if isinstance(field, models.ForeignKey):
        return name in names.PLACES or field.related_model is Person
    return field is not None and not isinstance(field, models.TextField | models.JSONField | models.ManyToManyField)


def chosen(sheet: RecordType, wanted: Sequence[str]) -> Columns:
    """The columns of the names that there are, in the list's own order; the usual ones for none."""
    known = offered(sheet)
    if not known.keys() & set(wanted):
        return sheet.columns
    return [column for name, column in known.items() if name in wanted or name in ALWAYS]


def taken_out(sheet: RecordType, columns: Columns) -> list[str]:
    """Those names among them that an export knows as well, for which it has a field."""
    if columns is sheet.columns:
        return []
    shown = [_name(one) for one in columns]
    named = [sheet.category_field if name == "category" and sheet.category_field else name for name in shown]
    return [name for name in dict.fromkeys(named) if sheet.field(name)]


@answers.for_people
def choose(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose the columns of a list (POST keeps them for oneself); the query leads back to the list as it was."""
    actor = answers.actor_of(request)
    sheet = sheet_or_404(kind, actor)
    query = request.GET.copy()
    query.pop("columns", None)
    back = reverse("ui:list", args=[kind]) + (f"?{query.urlencode()}" if query else "")
    known = offered(sheet)
    if request.method == "POST":
        ticked = [name for name in known if name in request.POST.getlist("columns")]
        usual = "usual" in request.POST or set(ticked) | set(ALWAYS) == {_name(one) for one in sheet.columns}
        saved_views.keep_columns(actor, kind, [] if usual else [*ALWAYS, *ticked])
        return answers.done(request, back, _("The list shows your columns."))
    shown = {_name(one) for one in chosen(sheet, saved_views.of_list(actor, kind)[1])}
    context = {
        "sheet": sheet,
        "columns": [
            (name, column.label if isinstance(column, Column) and column.label else sheet.field_label(name),
             name in shown, name in ALWAYS)
            for name, column in known.items()
        ],
        "query": query.urlencode(),
        "back_url": back,
    }  # fmt: skip
    return render(request, "ui/columns.html", context)
