"""What the page of a certificate says: its findings, its cycle with the audits of the body, and the use of the mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import lateness, scope
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.rules import certification
from qsms.rules.calendar_days import add_months
from qsms.ui import addresses as pages
from qsms.ui import marks, times

from . import addresses, certifying, finding_lines, findings, shipped
from .choices import CERTIFICATE_STANDINGS, CLOSURES, MARKS
from .models import BodyLimit, Certificate, Finding


def _seen(actor: Actor, certificate: Certificate) -> list[Finding]:
    """The findings of the certificate that the reader sees; two panels ask."""
    known = certificate.__dict__.setdefault("_findings_seen", {})
    asked = (actor.person_id, certificate.version)
    if asked not in known:
        every = findings.of_certificate(certificate)
        seen = scope.seen_of(actor, [one.pk for one in every]) if every else {}
        known[asked] = [one for one in every if one.pk in seen]
    found: list[Finding] = known[asked]
    return found


def _findings(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Certificate)
    now = moment.now()
    today = now.astimezone(actor.tz).date()
    seen = _seen(actor, record)
    late = [one for one in seen if lateness.is_late(one, now, today)]
    grave = [one for one in late if findings.is_major(one)]
    may_change = record.is_open and scope.may(actor, "change", record)
    closure = ""
    majors = [one for one in seen if findings.is_major(one)]
    if record.state == "applied" and record.stage_2_on is not None and majors:
        days = [one.closed_at.astimezone(actor.tz).date() if one.closed_at else None for one in majors]
        closure = str(CLOSURES[certification.closure(record.stage_2_on, days, today, certifying.limits())])
    return {
        "lines": [finding_lines.line(actor, one) for one in seen if one.is_open],
        "closed": [finding_lines.line(actor, one) for one in reversed(seen) if not one.is_open],
        "grave": _said_late(grave),
        "late": _said_late(late) if not grave else "",
        "closure": closure,
        "limits": [_limit_line(record, one, may_change) for one in _limits(record)],
        "limit_url": addresses.body_limits(record.number) if may_change else "",
        "find_url": pages.record(record, "raise", findings.KIND) if actor.holds(f"{findings.KIND}.create") else "",
    }


def _said_late(late: Sequence[Finding]) -> str:
    if not late:
        return ""
    said = ngettext(
        "%(n)d finding is past its limit: %(first)s.",
        "%(n)d findings are past their limits, first %(first)s.",
        len(late),
    )
    return said % {"n": len(late), "first": min(late, key=lambda one: (one.due_on, one.pk)).number}


def _limits(certificate: Certificate) -> list[BodyLimit]:
    order = list(shipped.grades())
    rows = BodyLimit.everywhere.filter(certificate=certificate)
    return sorted(rows, key=lambda one: order.index(one.grade) if one.grade in order else len(order))


def _limit_line(certificate: Certificate, one: BodyLimit, may_change: bool) -> dict[str, str]:
    grade = findings.grade_of(one.grade)
    parts = [_days(_t("plan"), one.plan_days), _days(_t("evidence"), one.evidence_days)]
    url = f"{addresses.body_limits(certificate.number)}?grade={one.grade}" if may_change else ""
    return {"grade": grade.label or one.grade, "said": ", ".join(parts), "url": url}


def _days(what: str, days: int | None) -> str:
    if days is not None:
        return ngettext("%(what)s in %(n)d day", "%(what)s in %(n)d days", days) % {"what": what, "n": days}
    return _t("%(what)s as usual") % {"what": what}


def _cycle(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Certificate)
    today = moment.now().astimezone(actor.tz).date()
    found = certifying.cycle(record, today)
    seen = _seen(actor, record)
    return {
        "found": found,
        "standing": CERTIFICATE_STANDINGS[found.standing]
        if found.standing is not None and record.state == "held"
        else "",
        "audits": [
            {
                "kind": one.get_kind_display(),
                "on": times.day(one.on, today),
                "outcome": one.outcome,
                "by": one.by,
                "findings": [
                    finding_lines.line(actor, each) for each in seen if one.is_of(each.audit_id, each.audit_on)
                ],
            }
            for one in reversed(found.audits)
        ],
        "note_url": addresses.note_audit(record.number)
        if record.is_open and scope.may(actor, "change", record)
        else "",
    }


def _mark(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Certificate)
    today = moment.now().astimezone(actor.tz).date()
    rules = shipped.mark_use()
    stands = None
    if record.decided_on is not None:
        running = certification.cycle(
            record.decided_on, certifying.limits(), first=record.is_first, ends_on=record.expires_on
        )
        stands = certification.standing(running, today)
    word, tone, said = MARKS[certification.mark(record.state, stands)]
    checked = record.logo_checked_on
    old = checked is None or add_months(checked, rules["check_months"]) < today
    return {
        "mark": marks.status(word, tone),
        "said": said,
        "where": [line for line in record.logo_use.splitlines() if line.strip()],
        "rules": [line for line in record.logo_rules.splitlines() if line.strip()],
        "may": rules["may"],
        "must_not": rules["must_not"],
        "basis": f"{rules['basis']}. {rules['confidence'][:1].upper()}{rules['confidence'][1:]}.",
        "checked": times.day(checked, today) if checked is not None else "",
        "is_old": old and record.is_open and record.state != "applied",
        "edit_url": pages.record(record, "edit") if record.is_open and scope.may(actor, "change", record) else "",
    }


FINDINGS = Panel("findings", _("Findings"), "standards/panel_findings.html", _findings, tab=False, order=-9)
CYCLE = Panel("cycle", _("Cycle"), "standards/panel_cycle.html", _cycle, tab=False, order=-10)
MARK = Panel("mark", _("Logo and mark"), "standards/panel_mark.html", _mark, tab=False, order=10)
