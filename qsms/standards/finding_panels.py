"""What the page of a finding says beside its fields: what it is against, where it came from, what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import registry, scope
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.ui import addresses as pages
from qsms.ui import marks, times

from . import addresses, elsewhere, finding_audits, findings, library
from .models import Finding, FindingRequirement

# The days that moves of the answer ask for.
ANSWERED = ("plan_sent_on", "plan_accepted_on", "evidence_sent_on")


def _against(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Finding)
    also = list(FindingRequirement.everywhere.filter(finding=record).order_by("pk"))
    key = findings.key_of(record.framework, record.own_edition)
    named = [(key, record.clause, record.grade, 0)] if key else []
    named += [(one.framework, one.number, one.grade, one.pk) for one in also]
    editions = library.editions(actor.organisation_id, dict.fromkeys((one[0] for one in named), 0)) if named else {}
    may_change = record.is_open and scope.may(actor, "change", record)
    lines = []
    for framework, number, grade, pk in named:
        row = editions.get(framework)
        known = row.rule.by_number.get(number) if row is not None else None
        short = elsewhere.short_title(row.rule) if row is not None else framework
        lines.append(
            {
                "url": addresses.clause(framework, number) if known and actor.holds(library.VIEW) else "",
                "title": f"{short} {number} {known.title if known else ''}".strip(),
                "grade": findings.grade_of(grade).label or grade,
                "end_url": addresses.no_longer_against(record.number, pk) if pk and may_change else "",
            }
        )
    return {
        "lines": lines,
        "cited": record.cited,
        "meaning": findings.grade_of(record.grade).meaning,
        "add_url": addresses.against(record.number) if may_change else "",
        "source": _source(actor, record),
    }


def _source(actor: Actor, finding: Finding) -> dict[str, Any] | None:
    """The certificate and the audit that it came from, for who sees the certificate."""
    certificate = finding.under_certificate
    if certificate is None or not scope.sees(actor, certificate):
        return None
    audits = finding_audits.audits_of(certificate.pk)
    audit = next((one for one in audits if one.is_of(finding.audit_id, finding.audit_on)), None)
    may_choose = finding.is_open and scope.may(actor, "change", finding)
    return {
        "url": pages.record(certificate),
        "title": certificate.title,
        "number": certificate.number,
        "audit": audit.get_kind_display() if audit is not None else "",
        "on": finding.audit_on,
        "choose_url": addresses.choose_audit(finding.number) if may_choose else "",
        "chosen": finding.audit_id is not None,
    }


def _done(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Finding)
    done = findings.done_about(record)
    seen = scope.seen_of(actor, [one.record_id for one in done]) if done else {}
    today = moment.now().astimezone(actor.tz).date()
    lines = []
    for one in seen.values():
        sheet = registry.get(one.kind)
        field = sheet.field(sheet.category_field)
        said = dict(field.flatchoices).get(one.category, "") if field is not None else ""
        lines.append(
            {
                "url": pages.record(one),
                "title": one.title,
                "number": one.number,
                "said": str(said),
                "state": marks.standing(sheet.state(one)),
                "due": times.day(one.due_on, today) if one.due_on and one.is_open else "",
            }
        )
    may_raise = record.is_open and actor.holds(f"{findings.ACTION}.create")
    sheet = registry.get(findings.KIND)
    days = [(sheet.field_label(name), getattr(record, name)) for name in ANSWERED]
    return {
        "lines": lines,
        "days": [(label, times.day(day, today)) for label, day in days if day is not None],
        "raise_url": pages.record(record, "raise", findings.ACTION) if may_raise else "",
        "asks": findings.grade_of(record.grade).asks_answer,
    }


AGAINST = Panel("against", _("Against"), "standards/panel_against.html", _against, tab=False, order=-10)
DONE = Panel("done", _("What is done about it"), "standards/panel_done.html", _done, tab=False, order=-9)
