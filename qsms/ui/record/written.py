"""Long texts that are written with marks (Markdown): buttons for the marks, pictures put in their place, and beside the
text what the reader of the finished page will see. Only the server draws it, by the sheet's own `drawn`."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qsms.base.files import inspect
from qsms.org.actor import Actor
from qsms.records import attachments, reading, registry, scope
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Record
from qsms.records.registry import RecordType

from .. import addresses, answers
from .forms import RecordForm

# What would end the words of a picture early.
BRACKETS = re.compile(r"[\[\]\\\r\n]")


class Written(forms.Textarea):
    """A field for such a text. Without `picture_url` there is no record yet that could keep a picture."""

    template_name = "ui/record/written.html"

    def __init__(self, preview_url: str, picture_url: str = "", *, pictures: bool = True, rows: int = 24) -> None:
        super().__init__({"rows": rows})
        self.told = {"preview_url": preview_url, "picture_url": picture_url, "pictures": pictures}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= self.told
        return context


def fit(form: RecordForm, record: Record | None) -> None:
    """Give the written texts of a record's form their buttons and their preview."""
    for name in form.sheet.written:
        if name not in form.fields:
            continue
        if record is None:
            widget = Written(reverse("ui:preview-new", args=[form.sheet.kind, name]))
        else:
            widget = Written(addresses.record(record, "preview", name), addresses.record(record, "picture"))
        form.fields[name].widget = widget


@answers.of_record_type("preview")
@require_POST
def preview(request: HttpRequest, kind: str, code: str, key: str = "") -> HttpResponse:
    """How a written field will read, from what stands in the form: nothing is saved."""
    actor = answers.actor_of(request)
    sheet = registry.get(kind)
    if code not in sheet.written:
        raise Http404
    record = _record(actor, kind, key) if key else _new(actor, sheet)
    form = RecordForm(actor, sheet, sheet.form_fields, data=request.POST)
    form.is_valid()
    for name, value in form.cleaned_data.items():
        column = sheet.field(name)
        if name == code or not key:
            setattr(record, column.attname if isinstance(column, models.ForeignKey) else name, value)
    return shown(request, sheet.drawn(actor, record, code) if getattr(record, code) else "")


def shown(request: HttpRequest, html: str) -> HttpResponse:
    """The drawn text: a part for the page that asks, a page of its own without script."""
    template = "ui/record/written_part.html" if request.POST.get("part") else "ui/record/written_page.html"
    return answers.page(request, template, {"html": html})


def _record(actor: Actor, kind: str, key: str) -> Record:
    record = reading.opened(actor, kind, key).record
    if not scope.may(actor, "change", record):
        raise Refused([_("You may not change this record.")])
    return record


def _new(actor: Actor, sheet: RecordType) -> Record:
    if not actor.holds(f"{sheet.kind}.create"):
        raise Refused([_("You may not create this. Ask a manager of your organisation.")])
    return sheet.model(organisation_id=actor.organisation_id, kind=sheet.kind)


@answers.of_record_type("picture")
@require_POST
def add_picture(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Keep a picture with the record, under a name that is free, and say what puts it into the text."""
    actor = answers.actor_of(request)
    record = _record(actor, kind, key)
    upload = request.FILES.get("file")
    if not registry.get(kind).written:
        raise Http404
    try:
        if upload is None:
            raise Invalid({"file": _("No file was chosen. Choose one.")})
        facts = inspect(upload, upload.name)  # type: ignore[arg-type]
        if facts.accepted and not (facts.safe_to_inline and facts.media_type.startswith("image/")):
            said = _("“%(name)s” is no picture that can be shown in a text. Choose a PNG, JPEG, GIF or WebP.")
            raise Invalid({"file": said % {"name": facts.name}})
        kept = attachments.add(actor, record.pk, upload, name=_free(record, facts.name)).attachment
    except Invalid as error:
        return JsonResponse({"said": " ".join(error.errors.values())}, status=422)
    except Refused as error:
        return JsonResponse({"said": " ".join(error.reasons)}, status=403)
    return JsonResponse({"put": markdown(kept.name), "said": _("“%(name)s” is in the text.") % {"name": kept.name}})


def _free(record: Record, name: str) -> str:
    """A name that no file of the record has: what stands in the text already is shown as it was."""
    taken = {row.name.casefold() for row in attachments.on_record(record)}
    path, n, free = PurePath(name), 2, name
    while free.casefold() in taken:
        free, n = f"{path.stem}-{n}{path.suffix}", n + 1
    return free


def markdown(name: str) -> str:
    """What shows a file of the record in the text, whatever signs its name has."""
    words = BRACKETS.sub(" ", PurePath(name).stem).strip()
    return f"![{words}]({quote(name, safe='')})"
