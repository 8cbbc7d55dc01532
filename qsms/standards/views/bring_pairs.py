"""A crosswalk from a file on screens: looked at first, then in whole or not at all; and into a file again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from qsms.base import moment
from qsms.exchange.exports import FORMS as TYPES
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import wording
from qsms.records.errors import NotVisible
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Confidence, Framework, Reference
from qsms.ui import answers, parts, table, times
from qsms.ui.marks import escape
from qsms.ui.record.linking import DialogForm

from .. import addresses, bringing, bringing_pairs, elsewhere, judging, library
from ..bringing_pairs import Looked, Outcome
from ..choices import JUDGEMENTS
from ..judging import Judged
from ..pair_sheet import FORMS, Line

SALT = "standards.bring-pairs"
# A preview that lies for longer is looked at again, and one that is longer does not fit into a form.
SECONDS, LARGEST_KEPT = 3600, 2_000_000
MOST_SHOWN = 200
OUTCOMES = {
    Outcome.NEW: gettext_lazy("New"), Outcome.CHANGED: gettext_lazy("Changed"),
    Outcome.SAME: gettext_lazy("The same"),
}  # fmt: skip


@answers.for_people
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Look at a table of pairs, then bring it in as it was looked at."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    judging.check(actor)
    if "kept" in request.POST:
        return _bring_in(request, actor)
    form = DialogForm(
        request,
        {"file": forms.FileField(label=_("File"), help_text=_("CSV or XLSX, one pair in a row."),
                                 error_messages={"required": _("Choose a file.")})},
    )  # fmt: skip
    form.files = request.FILES
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= _looked_at(actor, form.cleaned_data["file"])
    status = 422 if form.errors or context.get("faults") else 200
    return answers.page(request, "standards/bring_pairs.html", context, status=status)


def _looked_at(actor: Actor, file: Any) -> dict[str, Any]:
    try:
        if file.size > bringing.LARGEST:
            said = _("The file is larger than %(most)s MB. Split it.") % {"most": bringing.LARGEST // 2**20}
            return _refused([said])
        lines = bringing_pairs.read(actor, file.read(), file.name)
    except DataError as error:
        return _refused([wording.sentence(one) for one in error.sentences])
    found = bringing_pairs.look(actor, lines)
    if found.faults:
        return {**_refused(found.faults), "told": found.told}
    rows = [[one.line.row, *_plain(one.line.judged)] for one in found.every if one.line.judged is not None]
    kept = signing.dumps([file.name, rows], salt=SALT, compress=True)
    if len(kept) > LARGEST_KEPT:
        return _refused([_("The table is too long to look at on this page. Split it.")])
    coming = [*found.of(Outcome.NEW), *found.of(Outcome.CHANGED)]
    return {
        "found": found,
        "told": found.told,
        "coming": len(coming),
        "kept": kept,
        "name": file.name,
        "table": _preview([*coming, *found.of(Outcome.SAME)]),
        "more": max(len(found.every) - MOST_SHOWN, 0),
        "others": judging.others(actor),
    }


def _refused(faults: list[str]) -> dict[str, Any]:
    return {"faults": faults[:MOST_SHOWN], "n_faults": len(faults)}


def _plain(one: Judged) -> list[str]:
    return [
        one.left.framework, one.left.number, one.right.framework, one.right.number, one.relation, one.why,
        one.confidence.value,
    ]  # fmt: skip


def _how(one: Judged, relation: str = "") -> SafeString:
    """A relation in words, and how sure whoever judged it is."""
    words = dict(JUDGEMENTS)[relation or one.relation]
    return format_html("{}<small>{}</small>", words, one.confidence.value)


def _instead(before: Judged | None, left: Reference) -> SafeString:
    """What a judgement stands instead of, read from the same end."""
    if before is None:
        return SafeString("")
    return format_html("{}<small>{}</small>", _how(before, before.read_from(left)), before.why)


def _cited(reference: Reference, editions: Mapping[str, Framework]) -> SafeString:
    return table.link(elsewhere.cited(reference, editions), addresses.clause(reference.framework, reference.number))


def _preview(lines: list[Looked]) -> SafeString:
    drawn = []
    for one in lines[:MOST_SHOWN]:
        given, before = one.line.judged, one.before if one.outcome is Outcome.CHANGED else None
        if given is not None:
            drawn.append(
                [
                    escape(one.line.row), escape(OUTCOMES[one.outcome]), escape(given.left), _how(given),
                    escape(given.right), escape(given.why), _instead(before, given.left),
                ]
            )  # fmt: skip
    columns = [
        table.Column(_("Row"), "r"), table.Column(_("Becomes")), table.Column(_("From"), "wrap"),
        table.Column(_("Relation"), "wrap"), table.Column(_("To"), "wrap"), table.Column(_("Rationale"), "wrap"),
        table.Column(_("Instead of"), "wrap"),
    ]  # fmt: skip
    return table.table(columns, [table.Group(drawn)], _("Pairs of the file"), phone="pile")


def _bring_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        name, rows = signing.loads(request.POST["kept"], salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise NotVisible from error
    lines = [
        Line(row, Judged(Reference(here, number), Reference(there, other), relation, why, Confidence(sure)))
        for row, here, number, there, other, relation, why, sure in rows
    ]
    try:
        found = bringing_pairs.bring(actor, lines, name)
    except DataError as error:
        context = _refused([wording.sentence(one) for one in error.sentences])
        return answers.page(request, "standards/bring_pairs.html", context, status=422)
    n = len(found.to_judge)
    if not n:
        return answers.done(request, addresses.pairs(), _("All of it was here already, and nothing changed."))
    said = ngettext(
        "%(n)s pair is here. It counts once %(who)s confirms it.",
        "%(n)s pairs are here. They count once %(who)s confirms them.", n,
    )  # fmt: skip
    who = judging.others(actor) or _("somebody else who may judge")
    return answers.done(request, addresses.pairs(), said % {"n": n, "who": who})


@answers.for_people
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """How requirements relate here, as a table that comes in again unchanged."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    form = request.GET.get("format", "csv")
    if form not in FORMS:
        raise NotVisible
    response = HttpResponse(bringing_pairs.send(actor, form), content_type=TYPES[form][0])
    response["Content-Disposition"] = f'attachment; filename="crosswalk.{form}"'
    return response


@answers.for_people
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """What others judged and nobody confirmed yet, as a table in which many are confirmed at once."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    judging.check(actor)
    found = [one for one in judging.own(actor.organisation_id) if one.waits and one.by != actor.person_id]
    now, stands = moment.now(), bringing_pairs.standing(actor.organisation_id)
    editions = {key: row.rule for key, row in library.newest(actor.organisation_id).items()}
    who = names.people(actor.organisation_id, {one.by for one in found if one.by})
    drawn = [
        [
            table.select_box(one.key, f"{one.left}, {one.right}"),
            _cited(one.left, editions), _how(one), _cited(one.right, editions), escape(one.why),
            _instead(stands.get(one.ends), one.left),
            format_html(
                "{}<small>{}</small>",
                who.get(one.by or 0, _("somebody")), times.moment(one.at or now, now, actor.tz),
            ),
        ]
        for one in found[:MOST_SHOWN]
    ]  # fmt: skip
    columns = [
        table.Column(_("From")), table.Column(_("Relation")), table.Column(_("To")),
        table.Column(_("Rationale"), "wrap"), table.Column(_("Instead of"), "wrap"),
        table.Column(_("Judged by")),
    ]  # fmt: skip
    caption = _("Pairs that wait for a second person")
    context = {
        "n": len(found),
        "table": table.table(columns, [table.Group(drawn)], caption, phone="pile", boxes=True) if drawn else "",
        "more": max(len(found) - MOST_SHOWN, 0),
        "moves": [parts.Move(_("Confirm those selected"), addresses.confirm_pairs()),
                  parts.Move(_("Turn down those selected"), addresses.take_back_pairs(), tone="bad")],
    }  # fmt: skip
    return answers.page(request, "standards/pairs_waiting.html", context)
