"""Findings: what they are against, by when they are answered, and what is asked of whom.

What is done about a finding stands in the actions that are raised from it. This room does not know actions; it reads
them as the records they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import clocks, scope, tasks
from qsms.records.choices import Relation
from qsms.records.models import Clock, Link, Record, Task
from qsms.rules import finding_grades as rules
from qsms.rules.clocks import ClockRule
from qsms.rules.finding_grades import Grade, Step
from qsms.rules.findings import OpenFinding, Weight
from qsms.rules.frameworks import Reference
from qsms.rules.lifecycle import Move, Phase

from . import finding_audits, shipped
from .choices import OWN
from .models import BodyLimit, Certificate, Finding

KIND = "finding"
ACTION = "action"
OFFICE = "quality_manager"
# What is still owed in each state, what comes first in front. In these and in the last of them a finding is open.
OWED = {
    "issued": (Step.PLAN, Step.EVIDENCE), "answered": (Step.EVIDENCE,), "accepted": (Step.EVIDENCE,), "shown": (),
}  # fmt: skip
# What an opened one says of an earlier round.
ROUND = (
    "plan_by", "evidence_by", "plan_sent_on", "plan_accepted_on", "evidence_sent_on", "accepted_on", "accepted_by",
    "closing_note",
)  # fmt: skip


class Done(NamedTuple):
    """One action raised from a finding, as far as the finding needs to know it."""

    record_id: int
    kind: str
    owner_id: int | None
    phase: int

    @property
    def is_carried_out(self) -> bool:
        """Whether it is done, be it that a check of its effect is still to come."""
        return self.phase in (Phase.WAITING, Phase.DONE)


class Against(NamedTuple):
    """An open finding against one requirement, with what a line says of it and where it was found."""

    id: int
    number: str
    title: str
    state: str
    phase: int
    due_on: dt.date | None
    due_at: dt.datetime | None
    site_id: int | None
    unit_id: int | None
    process_id: int | None
    framework: str
    clause: str
    grade: str
    shows: bool = True
    kind: str = KIND
    confidential: bool = False

    @property
    def at(self) -> Reference:
        """The requirement that it is against."""
        return Reference(self.framework, self.clause)

    @property
    def rule(self) -> OpenFinding:
        """The finding as the rules weigh it."""
        return OpenFinding(self.id, self.at, grade_of(self.grade).weight)


# So many of the columns below are those of a line.
SAID = Against._fields.index("framework")
# A grade that this version does not know any more: it is shown, and asks for nothing.
UNKNOWN = Grade("", "", "", "", Weight.NOTES, {})


def grade_of(key: str) -> Grade:
    """The grade of a key."""
    return shipped.grades().get(key, UNKNOWN)


def key_of(framework: str, own_edition: str) -> str:
    """The edition that a finding is against, as the rules name it; empty for none."""
    return own_edition if framework == OWN else framework


def done_about(finding: Finding) -> list[Done]:
    """The actions raised from a finding that are not void, the oldest first; read once for the object."""
    known = finding.__dict__.setdefault("_done", {})
    if finding.version not in known:
        rows = Link.everywhere.filter(target_id=finding.pk, relation=Relation.RAISED_FROM, source__kind=ACTION)
        columns = ("source_id", "source__kind", "source__owner_id", "source__phase")
        rows = rows.exclude(source__phase=Phase.VOID).order_by("source_id")
        known[finding.version] = [Done(*row) for row in rows.values_list(*columns)]
    found: list[Done] = known[finding.version]
    return found


def showed_it(finding: Finding) -> frozenset[int]:
    """Who owned it when its evidence was sent: handing it over makes nobody a stranger to it. Asked while that is
    judged, else nothing is read."""
    if finding.state != "shown":
        return frozenset()
    done = Task.everywhere.filter(record_id=finding.pk, code="show", done_at__isnull=False, person_id__isnull=False)
    return frozenset(done.values_list("person_id", flat=True))


def without_actions(records: Sequence[Record]) -> list[Record]:
    """Those of these findings that ask for an answer and from which no action is raised; two queries."""
    asking = [key for key, grade in shipped.grades().items() if grade.asks_answer]
    wanted = Finding.everywhere.filter(pk__in=[one.pk for one in records], grade__in=asking)
    raised = Link.everywhere.filter(target__in=wanted.values("pk"), relation=Relation.RAISED_FROM, source__kind=ACTION)
    bare = set(wanted.values_list("pk", flat=True)) - set(raised.values_list("target_id", flat=True))
    return [one for one in records if one.pk in bare]


def open_against(actor: Actor) -> list[Against]:
    """Every open finding that the actor sees, once for each requirement that it is against; one query."""
    if not actor.holds(f"{KIND}.view"):
        return []
    columns = (
        "pk", "number", "title", "state", "phase", "due_on", "due_at", "site_id", "unit_id", "process_id",
        "framework", "own_edition", "clause", "grade", "also__framework", "also__number", "also__grade",
        "confidential",
    )  # fmt: skip
    open_ones = scope.visible(actor, KIND).filter(phase__lt=Phase.DONE, state__in=list(OWED))
    rows = open_ones.order_by("pk", "also__pk")
    found: dict[tuple[int, Reference], Against] = {}
    for row in rows.values_list(*columns):
        line, (framework, own, clause, grade, also, number, also_grade, secret) = row[:SAID], row[SAID:]
        here = [(key_of(framework, own), clause, grade), (also or "", number or "", also_grade or "")]
        for key, at, graded in here:
            if key and at:
                one = Against._make((*line, key, at, graded, True, KIND, secret))
                found.setdefault((one.id, one.at), one)
    return list(found.values())


def of_certificate(certificate: Certificate) -> list[Finding]:
    """Its findings that are not void, the oldest first, whoever may see them; read once for the object."""
    known = certificate.__dict__.setdefault("_findings", {})
    if certificate.version not in known:
        rows = Finding.everywhere.filter(under_certificate=certificate).exclude(state="void")
        known[certificate.version] = list(rows.order_by("pk"))
    found: list[Finding] = known[certificate.version]
    return found


def is_major(finding: Finding) -> bool:
    """Whether it is issued, and of a grade by which its requirement fails."""
    return finding.state != "draft" and grade_of(finding.grade).weight is Weight.FAILS


def majors_open(certificate: Certificate) -> list[Finding]:
    """Those of its findings that hold a decision back."""
    return [one for one in of_certificate(certificate) if one.is_open and is_major(one)]


# -- limits -----------------------------------------------------------------------------------------------------------


def limit(finding: Finding, step: Step) -> tuple[str, ClockRule | None, dt.date]:
    """The code of a step's clock, its rule (None where nobody set a limit), and the day that it runs from."""
    grade, certificate, since = grade_of(finding.grade), finding.under_certificate, finding.limits_from
    assert since is not None
    before = certificate is not None and certificate.decided_on is None
    own = BodyLimit.everywhere.filter(certificate=certificate, grade=finding.grade).first() if certificate else None
    named = {Step.PLAN: finding.plan_by, Step.EVIDENCE: finding.evidence_by}[step]
    own_days = {Step.PLAN: own.plan_days, Step.EVIDENCE: own.evidence_days}[step] if own is not None else None
    rule = rules.limit(
        grade, step, shipped.certification_rules(), since, named=named, own_days=own_days,
        body=certificate.body if certificate else finding.finder, before_decision=before,
    )  # fmt: skip
    code = grade.rule(step, before_decision=before)
    if code == grade.evidence_before_decision and named is None and own_days is None and certificate is not None:
        since = certificate.stage_2_on or since
    return code, rule, since


def run_clocks(finding: Finding) -> None:
    """Let the clocks of what is owed run; one that runs already is kept. Inside the transaction of a write."""
    for step in OWED.get(finding.state, ()):
        code, rule, since = limit(finding, step)
        if rule is not None:
            zone = _zone(finding)
            clocks.start(finding, code, trigger=dt.datetime.combine(since, dt.time(12), zone), limit=rule)
    _set_due(finding)


def run_anew(finding: Finding, reason: str) -> None:
    """The same from limits that have changed: the clocks that run stop, because they no longer apply."""
    clocks.stop_all(finding, reason)
    run_clocks(finding)


def _stop(finding: Finding, step: Step, reason: str) -> None:
    grade = grade_of(finding.grade)
    for code in {grade.rule(step), grade.rule(step, before_decision=True), rules.NAMED[step]}:
        clocks.stop(finding, code, reason)


def _zone(finding: Finding) -> dt.tzinfo:
    return ZoneInfo(finding.site.zone if finding.site is not None else finding.organisation.zone)


def _running(finding: Finding) -> Clock | None:
    """The clock of what is owed first."""
    grade = grade_of(finding.grade)
    rows = {one.rule: one for one in Clock.everywhere.filter(record_id=finding.pk, stopped_at=None)}
    for step in OWED.get(finding.state, ()):
        for code in (grade.rule(step), grade.rule(step, before_decision=True)):
            if code in rows:
                return rows[code]
    return None


def _set_due(finding: Finding) -> None:
    """The finding is due when the clock of what is owed first ends, to the instant; one to be met at once, at once."""
    clock = _running(finding) if finding.is_open else None
    finding.due_at = clock.due_at if clock is not None else None
    finding.due_on = clock.due_at.astimezone(ZoneInfo(clock.zone)).date() if clock is not None else None
    if clock is None and grade_of(finding.grade).at_once and OWED.get(finding.state):
        finding.due_on = finding.limits_from
    Record.everywhere.filter(pk=finding.pk).update(due_on=finding.due_on, due_at=finding.due_at)


# -- what follows -----------------------------------------------------------------------------------------------------


def on_created(actor: Actor, findings: Sequence[Finding]) -> None:
    """A finding that comes from elsewhere as issued has its limits from there; each is from the audit of its day."""
    finding_audits.name_by_day(findings)
    for finding in findings:
        if finding.state in OWED and finding.issued_on is not None:
            _keep(finding, limits_from=finding.issued_on)
            run_clocks(finding)


def on_moved(actor: Actor, finding: Finding, move: Move) -> None:
    """Clocks and tasks of the next step."""
    code = move.code
    if code == "issue":
        _keep(finding, limits_from=finding.issued_on)
    elif code == "reopen":
        today = moment.now().astimezone(actor.tz).date()
        empty = {name: "" if isinstance(getattr(finding, name), str) else None for name in ROUND}
        _keep(finding, limits_from=today, **empty)
    elif code == "answer":
        _stop(finding, Step.PLAN, str(move.label))
    elif code == "show":
        _stop(finding, Step.EVIDENCE, str(move.label))
    if finding.is_open and finding.limits_from is not None:
        run_clocks(finding)
        _ask(actor, finding)


def on_edited(actor: Actor, finding: Finding, names: Sequence[str]) -> None:
    """What follows from an edit: of another day or certificate it is from another audit, and limits run anew."""
    if {"audit_on", "under_certificate"} & set(names):
        finding_audits.put(finding, None)
        finding_audits.name_by_day([finding])
    if finding.state not in OWED:
        return
    if "issued_on" in names and finding.issued_on is not None:
        _keep(finding, limits_from=finding.issued_on)
    if {"issued_on", "plan_by", "evidence_by", "grade", "under_certificate"} & set(names):
        run_anew(finding, _("The limit was changed"))
        tasks.postpone(finding, ("answer", "show"), finding.due_at)


def _ask(actor: Actor, finding: Finding) -> None:
    """Ask whoever has to do the next step."""
    answer = _("Answer finding %(number)s")
    if not grade_of(finding.grade).asks_answer:
        answer = _("Say what you make of %(number)s, and close it")
    wanted = {
        "issued": ("answer", answer, finding.owner_id),
        "answered": ("decide", _("Enter what was said of the plan for %(number)s"), None),
        "accepted": ("show", _("Show the evidence for %(number)s"), finding.owner_id),
        "shown": ("verify", _("Verify and close %(number)s"), None),
    }.get(finding.state)
    if wanted is not None:
        code, said, owner_id = wanted
        said %= {"number": finding.number}
        due = finding.due_at if code in ("answer", "show") else None
        tasks.give(actor, finding, code, said, person_id=owner_id, role=OFFICE, due_at=due)


def _keep(finding: Finding, **values: object) -> None:
    for name, value in values.items():
        setattr(finding, name, value)
    # Part of the move or the edit, whose deed has the version already.
    Finding.everywhere.filter(pk=finding.pk).update(**values)
