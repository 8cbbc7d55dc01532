"""The clocks of a certificate beside those of its cycle, and the check of its mark.

What runs follows from the days on the certificate and its open majors; `keep` brings the clocks to that, and may be
called as often as one likes.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import context, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import clocks, moves, projections, registry, tasks
from qsms.records.models import Clock, Task
from qsms.rules import certification as rules
from qsms.rules.lifecycle import Phase

from . import findings, shipped
from .models import Certificate, Finding

MARK = "mark"
# A rule of the house: long enough to look at every place where the mark is shown.
MARK_AHEAD = dt.timedelta(days=14)
WATCHED = (rules.STAGE_GAP, rules.MAJOR_CLOSURE, rules.RESTORATION)


def zone_of(certificate: Certificate) -> ZoneInfo:
    """The zone in which its days are counted: of its site, else of the organisation."""
    return ZoneInfo(certificate.site.zone if certificate.site is not None else certificate.organisation.zone)


def keep(certificate: Certificate, today: dt.date) -> None:
    """Let those of its clocks run that its days ask for, and no others. Inside the transaction of a write."""
    if not certificate.is_open:
        return
    asked = wanted(certificate, today)
    running = {one.rule: one for one in Clock.everywhere.filter(record_id=certificate.pk, stopped_at=None)}
    zone = zone_of(certificate)
    for rule in WATCHED:
        since, clock = asked.get(rule), running.get(rule)
        if clock is not None and since is None:
            clocks.stop(certificate, rule, _("What it waited for has come"), on=_met_on(certificate, rule))
        elif clock is not None and clock.started_at.astimezone(zone).date() != since:
            clocks.void(certificate, rule, _("Another day was entered"))
            clock = None
        if clock is None and since is not None:
            clocks.start(certificate, rule, trigger=dt.datetime.combine(since, dt.time(12), zone))


def wanted(certificate: Certificate, today: dt.date) -> dict[str, dt.date]:
    """The clocks that its days and open majors ask for, and the day that each runs from."""
    ends_by, allowed = None, rules.limits(shipped.certification_rules())
    if certificate.decided_on is not None and certificate.state != "applied":
        ends_by = rules.cycle(certificate.decided_on, allowed, ends_on=certificate.expires_on).ends_by
    before = certificate.state == "applied"
    return rules.clocks_due(
        certificate.stage_1_on if before else None,
        certificate.stage_2_on if before else None,
        ends_by,
        today,
        majors_open=before and bool(findings.majors_open(certificate)),
    )


def _met_on(certificate: Certificate, rule: str) -> dt.date | None:
    """The day on the certificate that met it, where it is told later; None for now."""
    return {rules.STAGE_GAP: certificate.stage_2_on, rules.RESTORATION: certificate.decided_on}.get(rule)


def majors_moved(finding: Finding) -> None:
    """A finding of a certificate that waits for its decision was issued, graded otherwise or closed."""
    certificate = finding.under_certificate
    if certificate is None or certificate.state != "applied":
        return
    # Read anew: the one at hand may know its findings from before.
    fresh = Certificate.everywhere.select_related("site", "organisation").get(pk=certificate.pk)
    before = projections.Before.of(fresh)
    keep(fresh, moment.now().astimezone(zone_of(fresh)).date())
    projections.run([projections.Written(registry.get(fresh.kind), fresh, before)])


def mark_was_checked(actor: Actor, certificate: Certificate) -> None:
    """Its use was looked at, or it is shown nowhere any more."""
    tasks.finish(actor, certificate, (MARK,), _("Checked") if certificate.logo_use.strip() else _("Shown nowhere"))


def ask_for_marks(instant: dt.datetime) -> int:
    """Ask whoever owns a certificate to look where its mark is shown, when that is due; how many there were."""
    done, months = 0, int(shipped.mark_use()["check_months"])
    asked = Task.everywhere.filter(code=MARK, done_at=None).values("record_id")
    shown = Certificate.everywhere.filter(phase__lt=Phase.DONE, decided_on__isnull=False).exclude(state="applied")
    rows = shown.exclude(logo_use="").exclude(pk__in=asked).order_by("pk")
    days = rows.values_list("pk", "organisation_id", "decided_on", "logo_checked_on")
    for pk, organisation_id, decided, checked in list(days):
        assert decided is not None
        day = rules.mark_check_on(decided, checked, months)
        if day > (instant + MARK_AHEAD).date():
            continue
        with context.organisation(organisation_id), moment.at(instant), write_transaction():
            system = actors.system(organisation_id)
            one = moves.locked(system, pk)
            assert isinstance(one, Certificate)
            said = _("Check where the mark of %(body)s is shown") % {"body": one.body}
            due = clocks.end_of(one, day)
            tasks.give(system, one, MARK, said, person_id=one.owner_id, role="quality_manager", due_at=due)
            done += 1
    return done
