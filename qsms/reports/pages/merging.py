"""Merging a report into another one that somebody names, in triage or long after it, with a reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from qsms.records import moves, registry, scope
from qsms.records import services as spine
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.ui import addresses, answers
from qsms.ui.record import pickers
from qsms.ui.record.linking import DialogForm, dialog, reason_field

from .. import services


def merge(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """The move “merge into another report”: which one carries on, and why."""
    actor = answers.actor_of(request)
    report = spine.find(actor, kind, key)
    verdict = next((one for one in moves.verdicts(actor, report) if one.move.code == code), None)
    if verdict is None:
        said = _("%(number)s is %(state)s: there is nothing left to merge.")
        state = str(registry.get(kind).state(report).label).lower()
        return answers.refused(request, [said % {"number": report.number, "state": state}])
    if not verdict.is_open:
        return answers.refused(request, moves.reasons(actor, report, verdict), back=addresses.record(report))
    reason = reason_field(required=True)
    if report.confidential:
        reason.help_text = _("Kept in the history of both reports, and more people may read that one: name nobody.")
    form = DialogForm(
        request,
        {
            "into": pickers.RecordField(
                actor,
                kind,
                label=_("The report that carries on"),
                help_text=_("Type its number, or a word of its title."),
                error_messages={"required": _("Choose the report that carries on.")},
            ),
            "reason": reason,
        },
    )
    if form.is_valid():
        into = form.cleaned_data["into"]
        try:
            services.merge(actor, report.pk, into, reason=form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        except Refused as error:
            form.take_errors({"into": " ".join(error.reasons)})
        except NotVisible:
            form.take_errors({"into": _("There is no such report that you may see. Choose one from the list.")})
        else:
            other = scope.seen_of(actor, [into])[into]
            said = _("%(number)s is merged into %(other)s.") % {"number": report.number, "other": other.number}
            return answers.done(request, addresses.record(other), said)
    return dialog(
        request,
        form,
        {
            "title": _("Merge %(number)s into another report") % {"number": report.number},
            "meaning": _(
                "Both tell of the same event. The other one carries on for both; who reported this one hears what"
                " comes of that one, and may still write."
            ),
            "verb": _("Merge"),
            "back_url": addresses.record(report),
        },
    )
