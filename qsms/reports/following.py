"""What follows when a report is created or moves: clocks, tasks, and what the reporter is told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import clocks, registry, scope, tasks
from qsms.records.choices import Relation
from qsms.records.models import Clock, Link, Record
from qsms.records.registry import Lead
from qsms.rules.lifecycle import Move, Phase
from qsms.ui import dates

from . import queries, readers
from .choices import LENSES, Subject
from .models import Report
from .readers import LEAD
from .services import mailbox, triage


def on_created(actor: Actor, report: Report) -> None:
    """A new report starts its clocks and waits for triage. One from elsewhere has had its triage there."""
    if report.external_id or report.state != "received":
        return
    clocks.start(report, "report.acknowledge")
    clock = clocks.start(report, "report.triage")
    _set_due(report, clock)
    title = _("Triage: %(title)s") % {"title": report.title}
    tasks.give(actor, report, "triage", title, role=readers.office(report.organisation_id), due_at=clock.due_at)
    suggested = report.asked.disciplines if report.asked is not None else ()
    for lens in suggested:
        if lens in LENSES and lens != "safety":
            triage.give_judging(actor, report, lens)


def _set_due(report: Report, clock: Clock | None) -> None:
    """The report is due when this clock ends, to the instant."""
    report.due_at = clock.due_at if clock is not None else None
    report.due_on = clock.due_at.astimezone(ZoneInfo(clock.zone)).date() if clock is not None else None
    Record.everywhere.filter(pk=report.pk).update(due_on=report.due_on, due_at=report.due_at)


def on_moved(actor: Actor, report: Report, move: Move) -> None:
    """Tell the reporter at receipt, decision and end, and give the tasks of the next step."""
    code = move.code
    if code in ("acknowledge", "begin_triage") and report.acknowledged_at is None:
        _keep(report, acknowledged_at=moment.now())
        mailbox.tell(actor, report, Subject.RECEIPT, _receipt(report))
    elif code in ("finish_triage", "settle"):
        _keep(report, decided_at=moment.now())
        _set_due(report, None)
        mailbox.tell(actor, report, Subject.DECISION, report.decision_feedback or _decision(code))
    elif code == "reject":
        _keep(report, decided_at=moment.now())
        mailbox.tell(actor, report, Subject.DECISION, report.decision_feedback)
    elif code == "tell" or code == "close":
        mailbox.tell(actor, report, Subject.CLOSURE, report.closing_feedback)
    elif code in ("reopen", "reopen_triage"):
        # What was told before does not count for what comes now.
        _keep(report, closing_feedback="", merged_into=None)
    if code in ("settle", "work_done") and mailbox.has_reporter(report):
        title = _("Tell the reporter what came of it: %(title)s") % {"title": report.title}
        tasks.give(actor, report, "feedback", title, person_id=report.owner_id, role=LEAD)


def _receipt(report: Report) -> str:
    if readers.anybody_reads(report.organisation_id, confidential=report.confidential):
        return _("Your report arrived. The safety office reads it.")
    return _("Your report arrived. It waits until somebody is named here who reads reports.")


def _decision(code: str) -> str:
    if code == "settle":
        return _("Your report was read and judged. Nothing further needs to be done; you will hear why.")
    return _("Your report was read and judged, and it is followed up.")


def _keep(report: Report, **columns: object) -> None:
    for name, value in columns.items():
        setattr(report, name, value)
    Report.everywhere.filter(pk=report.pk).update(**columns)


def next_step(actor: Actor, report: Report) -> Lead:
    """What comes next, where the state alone does not say it."""
    if report.state in ("received", "acknowledged", "triage"):
        if not scope.may(actor, "triage", report):
            # Who may is said with the move itself.
            return Lead()
        missing = triage.missing_lenses(report)
        if missing:
            names = ", ".join(str(lens.label).lower() for lens in missing)
            return Lead(_("Judge it through each lens. Not judged yet: %(lenses)s.") % {"lenses": names})
        if not report.disciplines:
            said = _("No lens is concerned. Settle it without work, or say why there is some.")
            return Lead(said, moves=("settle", "finish_triage"))
        return Lead(_("Every lens is judged. Finish the triage."))
    raised = Link.everywhere.filter(target_id=report.pk, relation=Relation.RAISED_FROM)
    if report.state == "work" and not raised.exists():
        return Lead(
            _("Nothing is raised from it yet. Raise what is to be done, or the hazard behind it."),
            _("Next: raise what follows"),
            raises=("action", "hazard"),
        )
    if report.state == "feedback" and report.closing_feedback:
        return Lead(_("The reporter was told what came of it."), moves=("close", "tell"))
    if report.state == "closed" and (came_at := queries.closed_elsewhere(report)) is not None:
        day = dates.plain_day(came_at.astimezone(actor.tz).date())
        said = _("It was closed there; what was done about it and told to whom is not known here.")
        if report.source:
            told = _("It came in from %(source)s on %(day)s.") % {"source": report.source, "day": day}
        else:
            told = _("It came in from elsewhere on %(day)s.") % {"day": day}
        return Lead(f"{told} {said}", _("Closed elsewhere"))
    if report.state == "merged" and report.merged_into is not None and scope.sees(actor, report.merged_into):
        return Lead(_("%(number)s carries on for it.") % {"number": report.merged_into.number})
    return Lead()


def still_lacking(actor: Actor, report: Report) -> list[str]:
    """What the open records raised from the report still lack, as their rooms say it and the actor sees them, such as a
    risk that nobody accepted: they go on in their registers, and closing the report settles nothing of it."""
    raised = Link.everywhere.filter(
        target_id=report.pk, relation=Relation.RAISED_FROM, source__phase__lt=Phase.DONE
    ).order_by("source_id")
    by_kind: dict[str, list[Record]] = {}
    for one in scope.seen_of(actor, raised.values_list("source_id", flat=True)).values():
        by_kind.setdefault(one.kind, []).append(one)
    lacks = [lack for kind, records in by_kind.items() for lack in registry.get(kind).open_ends(actor, records)]
    return [_("%(said)s. Closing this changes nothing of it.") % {"said": lack.said} for lack in lacks]
