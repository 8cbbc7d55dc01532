"""Bringing a standard in on screens: a file is read and shown first, and comes in whole or not at all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.org.actor import Actor
from qsms.records import wording
from qsms.records.errors import NotVisible, Refused
from qsms.rules import framework_data
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Framework
from qsms.rules.sentences import Sentence
from qsms.ui import answers
from qsms.ui.record.linking import DialogForm

from .. import addresses, bringing, library, tree

SALT = "standards.bring"
# A preview that lies for longer is looked at again.
SECONDS = 3600
MOST_SHOWN = 50


@answers.for_people
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Look at a file, then bring it in as it was looked at."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    if not actor.holds(bringing.IMPORT):
        raise Refused([_("You may not bring standards in. Ask the quality manager.")])
    if "kept" in request.POST:
        return _bring_in(request, actor)
    form = DialogForm(
        request,
        {
            "code": forms.SlugField(label=_("Code"), required=False, max_length=40,
                                    help_text=_("For a table or a catalog, such as acme-quality.")),
            "edition": forms.CharField(label=_("Edition"), required=False, max_length=40),
            "title": forms.CharField(label=_("Title"), required=False, max_length=250),
            "publisher": forms.CharField(label=_("Publisher"), required=False, max_length=250),
            "file": forms.FileField(label=_("File"), error_messages={"required": _("Choose a file.")}),
        },
    )  # fmt: skip
    form.files = request.FILES
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= _looked_at(actor, form.cleaned_data)
    status = 422 if form.errors or "faults" in context else 200
    return answers.page(request, "standards/bring.html", context, status=status)


def _looked_at(actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    rows = library.newest(actor.organisation_id)
    known = {key: row.rule for key, row in rows.items()}
    publisher = given["publisher"] or actor.organisation_name
    naming = bringing.Naming(given["code"], given["edition"], publisher, given["title"])
    file = given["file"]
    try:
        if file.size > bringing.LARGEST:
            said = _("The file is larger than %(most)s MB. Split it.") % {"most": bringing.LARGEST // 2**20}
            return {"faults": [said]}
        found, told = bringing.read(file.read(), known, naming, name=file.name)
    except DataError as error:
        return {"faults": [_said(one) for one in error.sentences[:MOST_SHOWN]]}
    row = rows.get(found.key)
    if row is not None and row.organisation_id is None:
        return {"faults": [_said(bringing.shipped_already(found.key))]}
    what = _("It is new here.")
    if row is not None:
        what = _("It becomes the next revision of the one that is here, where anything changed.")
    return {
        "found": found,
        "asked": sum(one.assessable for one in found.requirements),
        "what": what,
        "told": told[:MOST_SHOWN],
        "kept": signing.dumps(framework_data.to_dict(found), salt=SALT, compress=True),
        "tree": tree.draw(found, _("Requirements"), address=lambda number: f"#{number}"),
    }


def _bring_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        data = signing.loads(request.POST["kept"], salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise NotVisible from error
    found: Framework = framework_data.from_dict(data)
    try:
        brought = bringing.bring(actor, found)
    except DataError as error:
        context = {"faults": [_said(one) for one in error.sentences]}
        return answers.page(request, "standards/bring.html", context, status=422)
    said = _("It is here.") if brought.is_new else _("It is here in a new revision.")
    if not (brought.is_new or brought.is_changed):
        said = _("It was here already, and nothing changed.")
    return answers.done(request, addresses.edition(found.key), said)


def _said(one: Any) -> str:
    return wording.sentence(one) if isinstance(one, Sentence) else str(one)
