"""From which audit of its certificate a finding is: chosen, and until then the one that its day says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from .models import CertificationAudit, Finding


def audits_of(certificate_id: int | None) -> list[CertificationAudit]:
    """The audits noted on a certificate, the latest first."""
    if certificate_id is None:
        return []
    return list(CertificationAudit.everywhere.filter(certificate_id=certificate_id).order_by("-on", "-pk"))


def proposed(finding: Finding, audits: Iterable[CertificationAudit]) -> CertificationAudit | None:
    """The audit that it is from by its days: of the day of the audit, else the last one before it was issued."""
    every = sorted(audits, key=lambda one: (one.on, one.pk), reverse=True)
    if finding.audit_on is not None:
        return next((one for one in every if one.on == finding.audit_on), None)
    return next((one for one in every if finding.issued_on is None or one.on <= finding.issued_on), None)


def put(finding: Finding, audit: CertificationAudit | None) -> None:
    """Let a finding be from this audit; part of a deed of whoever calls."""
    finding.audit = audit
    Finding.everywhere.filter(pk=finding.pk).update(audit=audit)


def name_by_day(findings: Sequence[Finding]) -> None:
    """Let findings be from the audit of their day, where the certificate has exactly one of that day."""
    dated = [one for one in findings if one.under_certificate_id is not None and one.audit_on is not None]
    wanted = CertificationAudit.everywhere.filter(certificate__in={one.under_certificate_id for one in dated})
    by_day: dict[tuple[int, dt.date], list[CertificationAudit]] = {}
    for audit in wanted if dated else ():
        by_day.setdefault((audit.certificate_id, audit.on), []).append(audit)
    for one in dated:
        assert one.under_certificate_id is not None
        assert one.audit_on is not None
        found = by_day.get((one.under_certificate_id, one.audit_on), [])
        if len(found) == 1:
            put(one, found[0])
