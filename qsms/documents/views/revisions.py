"""Pages about one revision: what it changes, and bringing a file as its content."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.errors import Invalid, Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record.linking import DialogForm, dialog

from .. import rules, writing
from ..models import Revision


def _revision(request: HttpRequest, number: str) -> tuple[Actor, Revision]:
    actor = answers.actor_of(request)
    found = services.find(actor, "revision", number)
    assert isinstance(found, Revision)
    return actor, found


@answers.for_people
@require_GET
def show_changes(request: HttpRequest, number: str) -> HttpResponse:
    """The text beside that of the revision it was, or will be, put in place of."""
    _actor, revision = _revision(request, number)
    base = revision.base
    if base is None and revision.document is not None and revision.document.effective_id != revision.pk:
        base = revision.document.effective
    old, new = _words(base), _words(revision)
    rows = rules.compare(old, new)
    added, removed = rules.counts(rows)
    context = {
        "revision": revision,
        "base": base,
        "rows": [{"change": row.change.value, "old": row.old, "new": row.new, "skipped": row.skipped} for row in rows],
        "added": added,
        "removed": removed,
        "record_url": pages.record(revision),
        "list_url": pages.listing("revision"),
    }
    return answers.page(request, "documents/changes.html", context)


def _words(revision: Revision | None) -> str:
    """What can be compared: the text as it was written, or the words of the file."""
    if revision is None:
        return ""
    return revision.plain_text if revision.file_id is not None else revision.body


@answers.for_people
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """A file becomes the content of a draft."""
    actor, revision = _revision(request, number)
    if revision.state != "draft":
        raise Refused([_("%(number)s is no draft any more. Take it back to draft first.") % {"number": number}])
    form = DialogForm(request, {"file": forms.FileField(label=_("File"), required=False)})
    form.files = request.FILES
    if form.is_valid():
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Invalid({"file": _("No file was chosen. Choose one.")})
            writing.bring_file(actor, revision.pk, upload)
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("“%(name)s” is the content of revision %(label)s now.")
            said %= {"name": upload.name, "label": revision.label}
            return answers.done(request, pages.record(revision), said)
    told = {
        "title": _("Bring a file"),
        "meaning": _("PDF, DOCX, XLSX, PPTX, ODT or any other file. It takes the place of the text or file before."),
        "verb": _("Make it the content"),
        "back_url": pages.record(revision),
    }
    return dialog(request, form, told)
