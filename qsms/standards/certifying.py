"""The cycle of a certificate: which day is due next, what its clocks say, and which audits the body has made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import clocks, history, moves, projections, registry, scope, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Clock, Record, Task
from qsms.rules import certification as rules
from qsms.rules.lifecycle import Phase
from qsms.ui.dates import plain_day

from . import certificate_clocks, shipped
from .choices import CertificationAuditKind
from .models import Certificate, CertificationAudit

KIND = "certificate"
NOTED = "certification_audit_noted"
EXPIRED = "certificate_expired"
TASK = "certification"
# A rule of the house: early enough to arrange an audit with the body.
AHEAD = dt.timedelta(days=60)


@dataclass(frozen=True)
class Cycle:
    """Where a certificate is in its cycle; without a decision there is none yet."""

    audits: list[CertificationAudit]
    running: rules.Cycle | None
    standing: rules.Standing | None
    stage_2_by: dt.date | None
    decision_by: dt.date | None
    missing_years: tuple[int, ...]
    first_is_late: bool
    due_on: dt.date | None


def limits() -> rules.Limits:
    """The shipped limits of a cycle."""
    return rules.limits(shipped.certification_rules())


def cycle(certificate: Certificate, today: dt.date) -> Cycle:
    """The cycle of a certificate as of a day; one query."""
    audits = CertificationAudit.everywhere.filter(certificate=certificate).select_related("by").order_by("on", "pk")
    return _cycle(certificate, list(audits), today)


def _cycle(certificate: Certificate, audits: list[CertificationAudit], today: dt.date) -> Cycle:
    allowed = limits()
    stage_2_by = None
    if certificate.stage_1_on is not None and certificate.stage_2_on is None:
        stage_2_by = rules.stage_2_by(certificate.stage_1_on, allowed)
    if certificate.decided_on is None:
        decision_by = rules.decision_by(certificate.stage_2_on, allowed) if certificate.stage_2_on else None
        return Cycle(audits, None, None, stage_2_by, decision_by, (), False, stage_2_by or decision_by)
    running = rules.cycle(certificate.decided_on, allowed, first=certificate.is_first, ends_on=certificate.expires_on)
    days = [one.on for one in audits if one.kind == CertificationAuditKind.SURVEILLANCE]
    return Cycle(
        audits,
        running,
        rules.standing(running, today),
        stage_2_by,
        None,
        rules.years_without_surveillance(running, days, today),
        rules.first_surveillance_late(running, days, today),
        rules.next_due(running, days, today),
    )


def usual_end(certificate: Certificate) -> dt.date | None:
    """The last day of the cycle that its decision begins, after the rules of certification; None without one."""
    return rules.cycle(certificate.decided_on, limits()).ends_by if certificate.decided_on is not None else None


def first_due(certificate: Certificate, today: dt.date) -> dt.date | None:
    """What is due next of a certificate that is not written yet, and so has no audits."""
    return _cycle(certificate, [], today).due_on


def begin_again(certificate: Certificate) -> None:
    """A cycle after the first. Its end follows from the decision, until somebody writes another one."""
    certificate.is_first, certificate.expires_on, certificate.longer_because = False, None, ""
    # Part of the move, whose deed has the version already.
    Certificate.everywhere.filter(pk=certificate.pk).update(is_first=False, expires_on=None, longer_because="")


def changeable(actor: Actor, record_id: int) -> Certificate:
    """The certificate, locked, for who says something of it. Raises NotVisible, Refused."""
    certificate = moves.locked(actor, record_id)
    if not isinstance(certificate, Certificate):
        raise NotVisible
    if not scope.may(actor, "change", certificate):
        raise Refused([_("You may not change this certificate. Ask the owner of %(n)s.") % {"n": certificate.number}])
    if certificate.phase >= Phase.DONE:
        raise Refused([_("%(number)s is over, so nothing of it is changed any more.") % {"number": certificate.number}])
    return certificate


def note_audit(actor: Actor, record_id: int, kind: str, on: dt.date | None, outcome: str = "") -> CertificationAudit:
    """Note an audit that the body has made. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        certificate = changeable(actor, record_id)
        if kind not in CertificationAuditKind.values:
            raise Invalid({"kind": _("Choose which audit it was.")})
        if on is None or on > moment.now().astimezone(actor.tz).date():
            raise Invalid({"on": _("Write the day on which it ended; it cannot lie ahead.")})
        made = CertificationAudit.everywhere.create(
            organisation_id=actor.organisation_id, certificate=certificate, kind=kind, on=on, outcome=outcome.strip(),
            by_id=actor.person_id, at=moment.now(),
        )  # fmt: skip
        stage = {CertificationAuditKind.STAGE_1: "stage_1_on", CertificationAuditKind.STAGE_2: "stage_2_on"}.get(
            CertificationAuditKind(kind)
        )
        sheet, before = registry.get(KIND), projections.Before.of(certificate)
        if stage is not None and getattr(certificate, stage) is None:
            setattr(certificate, stage, on)
            moves.store(sheet, certificate, (stage,))
        if kind == CertificationAuditKind.SURVEILLANCE:
            reason = _("Surveillance audit on %(day)s") % {"day": plain_day(on)}
            clocks.stop(certificate, rules.FIRST_SURVEILLANCE, reason, on=on)
        # Before the deed, which carries the version that it leaves.
        follow(certificate, moment.now().astimezone(actor.tz).date())
        tasks.finish(actor, certificate, (TASK,), outcome=str(made.get_kind_display()))
        said = {"what": str(made.get_kind_display()), "on": on.isoformat()}
        history.write(actor, certificate, history.Act(NOTED, made.outcome[:500], said))
        projections.run([projections.Written(sheet, certificate, before)])
    return made


def follow(certificate: Certificate, today: dt.date) -> None:
    """What follows from its days: its clocks and its due day. Inside the transaction of a write."""
    certificate_clocks.keep(certificate, today)
    set_due(certificate, today)


def set_due(certificate: Certificate, today: dt.date) -> None:
    """Have the due day of the record follow from its cycle. Inside the transaction of a write."""
    day = cycle(certificate, today).due_on if certificate.is_open else None
    if day != certificate.due_on:
        certificate.due_on, certificate.due_at = day, None
        Record.everywhere.filter(pk=certificate.pk).update(due_on=day, due_at=None)


def start_clocks(certificate: Certificate, zone: dt.tzinfo) -> None:
    """Let the clocks of a cycle run from its decision; those of the former cycle are over."""
    assert certificate.decided_on is not None
    decided = dt.datetime.combine(certificate.decided_on, dt.time(12), zone)
    clocks.stop(certificate, rules.RESTORATION, _("It was certified again"), on=certificate.decided_on)
    for rule in (rules.FIRST_SURVEILLANCE, rules.CYCLE):
        clocks.stop(certificate, rule, _("A new decision was made"))
    _start_cycle(certificate, decided)
    if certificate.is_first:
        clocks.start(certificate, rules.FIRST_SURVEILLANCE, trigger=decided)


def end_moved(certificate: Certificate, zone: dt.tzinfo) -> None:
    """The certificate names another last day: its cycle runs until then."""
    if certificate.decided_on is not None and certificate.is_open:
        clocks.void(certificate, rules.CYCLE, _("Another last day was entered"))
        _start_cycle(certificate, dt.datetime.combine(certificate.decided_on, dt.time(12), zone))


def _start_cycle(certificate: Certificate, decided: dt.datetime) -> None:
    # It ends with the certificate, which may name another day than the rule.
    assert certificate.decided_on is not None
    ends_by = rules.cycle(certificate.decided_on, limits(), ends_on=certificate.expires_on).ends_by
    clocks.start(certificate, rules.CYCLE, trigger=decided, limit=clocks.end_of(certificate, ends_by))


def remind(now: dt.datetime | None = None) -> int:
    """Ask whoever owns a certificate whose next day comes soon to arrange it, each once; how many there were."""
    instant = now or moment.now()
    asked = Task.everywhere.filter(code=TASK, done_at=None).values("record_id")
    rows = Certificate.everywhere.filter(phase__lt=Phase.DONE, due_on__lte=instant.date() + AHEAD).exclude(pk__in=asked)
    found = list(rows.order_by("pk").values_list("pk", "organisation_id"))
    for pk, organisation_id in found:
        with context.organisation(organisation_id), moment.at(instant), write_transaction():
            actor = actors.system(organisation_id)
            one = moves.locked(actor, pk)
            assert one.due_on is not None
            said = _("Arrange what %(number)s needs by %(day)s") % {"number": one.number, "day": plain_day(one.due_on)}
            tasks.give(actor, one, TASK, said, person_id=one.owner_id, role="quality_manager")
    return len(found)


def expire(instant: dt.datetime) -> int:
    """Let the time in which it can be restored run for each certificate whose last day is over; how many there were."""
    done = 0
    restoring = Clock.everywhere.filter(rule=rules.RESTORATION, stopped_at=None).values("record_id")
    had = Certificate.everywhere.filter(phase__lt=Phase.DONE, decided_on__isnull=False).exclude(state="applied")
    late = had.filter(due_on__lte=instant.date()).exclude(pk__in=restoring).order_by("pk")
    for pk, organisation_id in list(late.values_list("pk", "organisation_id")):
        with context.organisation(organisation_id), moment.at(instant), write_transaction():
            system = actors.system(organisation_id)
            one = moves.locked(system, pk)
            assert isinstance(one, Certificate)
            today = instant.astimezone(certificate_clocks.zone_of(one)).date()
            if rules.RESTORATION not in certificate_clocks.wanted(one, today):
                continue
            before = projections.Before.of(one)
            follow(one, today)
            # What was to be arranged before that day is asked for anew, with the new one.
            tasks.withdraw(system, one, (TASK,), _("Its last day is over"))
            history.write(system, one, history.Act(EXPIRED))
            projections.run([projections.Written(registry.get(KIND), one, before)])
            done += 1
    return done


def _any() -> bool:
    return Certificate.everywhere.filter(phase__lt=Phase.DONE).exists()


@jobs.every(6 * 3600, only_if=_any)
def watch_certificates() -> None:
    """The worker's round."""
    now = moment.now()
    expire(now)
    remind(now)
    certificate_clocks.ask_for_marks(now)
