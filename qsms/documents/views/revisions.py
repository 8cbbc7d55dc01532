"""Pages about one revision: what it changes, and bringing a file as its content."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Attachment
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm, dialog

from .. import content, lasting, rules, writing
from ..models import Revision


def find(request: HttpRequest, number: str) -> tuple[Actor, Revision]:
    """The actor, and the revision with this number as far as they see it. Raises NotVisible."""
    actor = answers.actor_of(request)
    found = services.find(actor, "revision", number)
    assert isinstance(found, Revision)
    return actor, found


@answers.for_people
@require_GET
def show_changes(request: HttpRequest, number: str) -> HttpResponse:
    """The text beside that of the revision it was, or will be, put in place of."""
    _actor, revision = find(request, number)
    stands_in(request, pages.record(revision.document or revision))
    base = lasting.before(revision)
    unread = [one.file_name for one in (base, revision) if one is not None and _is_unread(one)]
    rows = [] if unread else rules.compare(_words(base), _words(revision))
    added, removed = rules.counts(rows)
    context = {
        "revision": revision,
        "base": base,
        "ended": lasting.ended(revision) if revision.effective_at is None else None,
        "adds_to": base if revision.expires_on is not None and base is not None and base.expires_on is None else None,
        "unread": ", ".join(unread),
        "pictures": _pictures(base, revision) if base is not None else [],
        "rows": [{"change": row.change.value, "old": row.old, "new": row.new, "skipped": row.skipped} for row in rows],
        "added": added,
        "removed": removed,
        "record_url": pages.record(revision),
        "list_url": pages.listing("revision"),
    }
    return answers.page(request, "documents/changes.html", context)


def _words(revision: Revision | None) -> str:
    """What can be compared: the words of the text as they are read, or those of the file."""
    return revision.plain_text if revision is not None else ""


def _is_unread(revision: Revision) -> bool:
    """Whether its file is still being read: neither words nor a remark came out of it yet."""
    return revision.file_id is not None and not revision.plain_text and not revision.extraction


def _pictures(base: Revision, revision: Revision) -> list[dict[str, str]]:
    """The pictures that differ, by name: what happened, and where each is to be seen."""
    old, new = content.pictures_of(base), content.pictures_of(revision)
    found = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before is not None and after is not None and before.sha256 == after.sha256:
            continue
        said = _("taken away") if after is None else _("put in") if before is None else _("another picture")
        found.append({"name": name, "said": said, "old": _address(base, before), "new": _address(revision, after)})
    return found


def _address(revision: Revision, row: Attachment | None) -> str:
    return pages.record(revision, "file", row.pk, row.name) if row is not None else ""


@answers.for_people
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """A file becomes the content of a draft."""
    actor, revision = find(request, number)
    stands_in(request, pages.record(revision.document or revision))
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
        "meaning": _(
            "PDF, DOCX, XLSX, PPTX, ODT, RTF or any other file. It takes the place of the text or file before."
        ),
        "verb": _("Make it the content"),
        "back_url": pages.record(revision),
    }
    return dialog(request, form, told)
