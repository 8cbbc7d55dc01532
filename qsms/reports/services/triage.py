"""Triage: how each lens judges a report, what it may be the same as, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person, Process
from qsms.records import history, moves, projections, registry, scope, tasks, wording
from qsms.records import services as spine
from qsms.records.choices import Lens, Relation
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record

from .. import first_look
from ..choices import LENS_ROLES, LENSES, Concern, Next
from ..lifecycles import NEW
from ..models import Judgement, Report

JUDGED = "judged"


def judge(
    actor: Actor,
    report_id: int,
    lens: str,
    concerns: str,
    *,
    severity: str = "",
    next_step: str = "",
    note: str = "",
    process_id: int | None = None,
) -> Report:
    """Say whether a report concerns a lens and, if so, how bad it looks and what it asks for. May be changed later.

    The first judgement begins the triage. “Not sure” is kept, and leaves the lens to be judged.
    Raises NotVisible, Refused, Invalid.
    """
    errors = _judgement_errors(lens, concerns, severity, next_step)
    if errors:
        raise Invalid(errors)
    if concerns != Concern.YES:
        severity = next_step = ""
    with write_transaction():
        report = _triable(actor, report_id)
        if report.state in NEW[:2]:
            report = _as_report(spine.move(actor, report_id, "begin_triage"))
        bit = int(LENSES[lens])
        changes = _set_process(actor, report, process_id)
        before = projections.Before.of(report)
        known = Judgement.everywhere.filter(report_id=report.pk, lens=bit).first()
        old = _words(lens, known)
        made = known or Judgement(organisation_id=report.organisation_id, report_id=report.pk, lens=bit)
        made.concerns, made.severity, made.next, made.note = concerns, severity, next_step, note.strip()
        made.by_id, made.at = actor.person_id, moment.now()
        made.save()
        concerned = wording.lenses(report.disciplines)
        report.disciplines = report.disciplines | bit if concerns == Concern.YES else report.disciplines & ~bit
        report.judged = report.judged & ~bit if concerns == Concern.UNSURE else report.judged | bit
        moves.store(registry.get("report"), report, ())
        changes.insert(0, history.FieldChange(lens, old, _words(lens, made)))
        if concerned != wording.lenses(report.disciplines):
            changes.append(history.FieldChange("disciplines", concerned, wording.lenses(report.disciplines)))
        deed = history.write(actor, report, history.Act(JUDGED, note.strip(), {"lens": lens}, changes))
        if concerns != Concern.UNSURE:
            tasks.finish(actor, report, (f"judge_{lens}",), outcome=str(Concern(concerns).label))
        projections.run([projections.Written(registry.get("report"), report, before)])
        history.tell(actor, report, deed, "report.judged", {"lens": lens, "concerns": concerns})
    return report


def _set_process(actor: Actor, report: Report, process_id: int | None) -> list[history.FieldChange]:
    if process_id is None or process_id == report.process_id:
        return []
    process = Process.objects.filter(pk=process_id, organisation_id=actor.organisation_id).first()
    if process is None:
        raise Invalid({"process": _("This process does not exist, or not any more. Choose another one.")})
    change = history.FieldChange("process", str(report.process or ""), str(process))
    report.process = process
    return [change]


def _judgement_errors(lens: str, concerns: str, severity: str, next_step: str) -> dict[str, str]:
    errors = {}
    if lens not in LENSES:
        return {"lens": _("“%(lens)s” is not a lens. Choose safety, quality or environment.") % {"lens": lens}}
    if concerns not in Concern.values:
        errors["concerns"] = _("Choose yes, no or not sure.")
    if severity and first_look.scales()[lens].level(severity) is None:
        errors["severity"] = _("“%(code)s” is not on the scale of this lens. Choose from the list.") % {
            "code": severity
        }
    if next_step and next_step not in Next.values:
        errors["next"] = _("“%(code)s” is not a next step. Choose from the list.") % {"code": next_step}
    return errors


def _words(lens: str, judgement: Judgement | None) -> str:
    if judgement is None:
        return ""
    parts = [str(Concern(judgement.concerns).label)]
    level = first_look.scales()[lens].level(judgement.severity)
    if level is not None:
        parts.append(_(level.label))
    if judgement.next:
        parts.append(str(Next(judgement.next).label))
    return ", ".join(parts)


def missing_lenses(report: Record) -> list[Lens]:
    """The lenses nobody has judged yet, in their fixed order."""
    return [lens for lens in LENSES.values() if not report.judged & lens]


def ask_to_judge(actor: Actor, report_id: int, lens: str, person_id: int | None = None) -> None:
    """Ask a person, or without one whoever answers for the lens, to judge. Raises NotVisible, Refused, Invalid."""
    if lens not in LENSES:
        raise Invalid({"lens": _("“%(lens)s” is not a lens.") % {"lens": lens}})
    with write_transaction():
        report = _triable(actor, report_id)
        if (
            person_id is not None
            and not Person.objects.filter(pk=person_id, organisation_id=actor.organisation_id, is_active=True).exists()
        ):
            raise Invalid({"person": _("This person is not in your organisation. Choose somebody from the list.")})
        give_judging(actor, report, lens, person_id)
        deed = history.write(actor, report, history.Act("asked_to_judge", detail={"lens": lens, "person": person_id}))
        history.tell(actor, report, deed, "report.asked_to_judge", {"lens": lens, "to": person_id})


def give_judging(actor: Actor, report: Report, lens: str, person_id: int | None = None) -> None:
    """The task to judge through one lens. The transaction is open."""
    titles = {
        "safety": _("Judge for safety: %(title)s"),
        "quality": _("Judge for quality: %(title)s"),
        "environment": _("Judge for the environment: %(title)s"),
    }
    tasks.give(
        actor, report, f"judge_{lens}", titles[lens] % {"title": report.title}, person_id=person_id,
        role=LENS_ROLES[LENSES[lens]],
    )  # fmt: skip


def merge(actor: Actor, report_id: int, into_id: int, *, reason: str = "") -> Report:
    """This report tells of the same event as another one, which carries on for both. Its mailbox stays open.

    Raises NotVisible, Refused (the other one is closed or merged itself), Invalid (the same report).
    """
    if report_id == into_id:
        raise Invalid({"into": _("A report cannot be merged into itself. Choose the other one.")})
    with write_transaction():
        # Always in the order of their keys, so that two people merging both ways do not wait for each other.
        rows = {pk: _as_report(moves.locked(actor, pk)) for pk in sorted((report_id, into_id))}
        report, into = rows[report_id], rows[into_id]
        if into.state in ("merged", "void", "rejected"):
            raise Refused(
                [_("%(number)s does not carry on itself. Merge into the report that does.") % {"number": into.number}]
            )
        if not scope.may(actor, "merge", into):
            raise Refused([_("You may not merge into %(number)s.") % {"number": into.number}])
        spine.move(actor, report_id, "merge", reason=reason, by_service=True)
        Report.everywhere.filter(pk=report_id).update(merged_into=into)
        # Reports merged into this one before follow it, so that their reporters hear of the end as well.
        Report.everywhere.filter(merged_into=report_id).update(merged_into=into)
        spine.link(actor, report_id, into_id, Relation.DUPLICATES, reason=reason)
        report.merged_into, report.state = into, "merged"
    return report


def related(actor: Actor, report_id: int, other_id: int) -> None:
    """Two reports have to do with each other without being about the same event."""
    spine.link(actor, report_id, other_id, Relation.RELATES)


def not_the_same(actor: Actor, report_id: int, other_id: int) -> None:
    """Another event after all: it is not suggested again for this report."""
    with write_transaction():
        report = _triable(actor, report_id)
        if other_id not in report.unlike:
            report.unlike = [*report.unlike, other_id]
            Report.everywhere.filter(pk=report.pk).update(unlike=report.unlike)
            history.write(actor, report, history.Act("told_apart", detail={"other": other_id}))


def convert(actor: Actor, report_id: int, kind: str, given: Mapping[str, Any], *, once: str = "") -> Record:
    """Raise a record of another kind from a report: a hazard, an action, whatever offers itself in the registry.

    Raises NotVisible, Refused, Invalid.
    """
    report = spine.find(actor, "report", report_id)
    offer = next((one for one in registry.raisings("report") if one.kind == kind), None)
    if offer is None:
        raise Refused([_("“%(kind)s” cannot be raised from a report.") % {"kind": kind}])
    return spine.create(
        actor, kind, {**offer.values(report), **given}, raised_from=report, relation=offer.relation, once=once
    )


def _triable(actor: Actor, report_id: int) -> Report:
    report = _as_report(moves.locked(actor, report_id))
    if not scope.may(actor, "triage", report):
        who = moves.who_may(report, "triage", but=actor.person_id)
        raise Refused([_("You may not judge reports. Ask %(who)s.") % {"who": who or "–"}])
    if not report.is_open:
        raise Refused([_("%(number)s is closed. Open it again to judge it.") % {"number": report.number}])
    return report


def _as_report(record: Record) -> Report:
    if not isinstance(record, Report):
        raise NotVisible
    return record
