"""What somebody says of findings beside their form: further requirements, and what the body of a certificate allows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, projections, registry, scope, services, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.frameworks import Reference

from . import certifying, finding_audits, findings, library, shipped
from .models import BodyLimit, Certificate, Finding, FindingRequirement

AGAINST, NO_LONGER, LIMITED = "finding_against", "finding_no_longer_against", "body_limit_set"
AUDIT = "finding_audit_chosen"
MOST_DAYS = 730


def add_requirement(actor: Actor, record_id: int, at: Reference, grade: str) -> FindingRequirement:
    """Say that a finding is against another requirement too, as graded there. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        finding = _open(actor, record_id)
        errors = {}
        if grade not in shipped.grades():
            errors["grade"] = _("Choose the grade that it has under this standard.")
        try:
            known = at.number in library.find(actor.organisation_id, at.framework).rule.by_number
        except NotVisible:
            known, errors["standard"] = True, _("Choose a standard from the list.")
        if not known:
            said = _("There is no requirement “%(number)s” in this standard. Choose one of its clauses.")
            errors["clause"] = said % {"number": at.number}
        first = Reference(findings.key_of(finding.framework, finding.own_edition), finding.clause)
        also = FindingRequirement.everywhere.filter(finding=finding, framework=at.framework, number=at.number)
        if at == first or also.exists():
            errors["clause"] = _("It is against “%(number)s” already.") % {"number": at.number}
        if errors:
            raise Invalid(errors)
        made = FindingRequirement.everywhere.create(
            organisation_id=actor.organisation_id, finding=finding, framework=at.framework, number=at.number,
            grade=grade, by_id=actor.person_id, at=moment.now(),
        )  # fmt: skip
        history.write(actor, finding, history.Act(AGAINST, detail={"what": str(at), "grade": grade}))
    return made


def remove_requirement(actor: Actor, record_id: int, requirement_id: int, reason: str) -> None:
    """Take a further requirement out again; the history keeps it. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        finding = _open(actor, record_id)
        row = FindingRequirement.everywhere.filter(pk=requirement_id, finding=finding).first()
        if row is None:
            raise NotVisible
        if not reason.strip():
            raise Invalid({"reason": _("Say why. It is kept in the history.")})
        row.delete()
        what = str(Reference(row.framework, row.number))
        history.write(actor, finding, history.Act(NO_LONGER, reason.strip()[:500], {"what": what, "grade": row.grade}))


def choose_audit(actor: Actor, record_id: int, audit_id: int | None) -> None:
    """Say from which audit of its certificate a finding is; None for none of them. Raises NotVisible, Refused, Invalid.

    The day of the audit follows from it.
    """
    with write_transaction():
        finding = _open(actor, record_id)
        audits = {one.pk: one for one in finding_audits.audits_of(finding.under_certificate_id)}
        if audit_id is not None and audit_id not in audits:
            raise Invalid({"audit": _("Choose one of the audits that are noted on the certificate.")})
        chosen = audits[audit_id] if audit_id is not None else None
        day = chosen.on if chosen is not None else None
        if day != finding.audit_on:
            services.edit(actor, finding.pk, finding.version, {"audit_on": day})
        finding_audits.put(finding, chosen)
        detail = {"what": str(chosen.get_kind_display()), "on": chosen.on.isoformat()} if chosen is not None else {}
        history.write(actor, finding, history.Act(AUDIT, detail=detail))


def set_limit(
    actor: Actor, record_id: int, grade: str, plan_days: int | None, evidence_days: int | None
) -> BodyLimit | None:
    """Enter how many days the body gives for a grade; None for both ends its own limit.

    The clocks of open findings of this grade run by it from now on. Raises NotVisible, Refused, Invalid.
    """
    with write_transaction():
        certificate = certifying.changeable(actor, record_id)
        _check_limit(grade, {"plan_days": plan_days, "evidence_days": evidence_days})
        rows = BodyLimit.everywhere.filter(certificate=certificate, grade=grade)
        row = None
        if plan_days is None and evidence_days is None:
            rows.delete()
        else:
            row, _made = BodyLimit.everywhere.update_or_create(
                certificate=certificate, grade=grade,
                defaults={"organisation_id": actor.organisation_id, "plan_days": plan_days,
                          "evidence_days": evidence_days},
            )  # fmt: skip
        detail = {"what": grade, "plan_days": plan_days, "evidence_days": evidence_days}
        history.write(actor, certificate, history.Act(LIMITED, detail=detail))
        _run_open_ones_anew(certificate, grade)
    return row


def _run_open_ones_anew(certificate: Certificate, grade: str) -> None:
    rows = Finding.everywhere.filter(under_certificate=certificate, grade=grade, state__in=list(findings.OWED))
    for finding in rows.filter(limits_from__isnull=False).order_by("pk"):
        before = projections.Before.of(finding)
        findings.run_anew(finding, _("The limit of the body was changed"))
        tasks.postpone(finding, ("answer", "show"), finding.due_at)
        projections.run([projections.Written(registry.get(findings.KIND), finding, before)])


def _check_limit(grade: str, days: dict[str, int | None]) -> None:
    errors = {}
    known = shipped.grades().get(grade)
    if known is None or not known.asks_answer:
        errors["grade"] = _("Choose a grade that asks for an answer.")
    for name, n in days.items():
        if n is not None and not 1 <= n <= MOST_DAYS:
            said = _("“%(typed)s” is not a number of days for an answer. Write 1 to %(most)s.")
            errors[name] = said % {"typed": n, "most": MOST_DAYS}
    if errors:
        raise Invalid(errors)


def _open(actor: Actor, record_id: int) -> Finding:
    finding = moves.locked(actor, record_id)
    if not isinstance(finding, Finding):
        raise NotVisible
    _check_may_change(actor, finding)
    if not finding.is_open:
        raise Refused([_("%(number)s is closed. Open it again to change it.") % {"number": finding.number}])
    return finding


def _check_may_change(actor: Actor, record: Record) -> None:
    if not scope.may(actor, "change", record):
        who = moves.who_may(record, "change", but=actor.person_id)
        said = _("You may not change this record. Ask %(who)s.") % {"who": who} if who else ""
        raise Refused([said or _("You may not change this record.")])
