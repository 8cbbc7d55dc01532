"""Grades of findings from data, each of one scheme and never mapped onto another; and by when a finding is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from qsms.rules.clocks import ClockRule, Unit, Warn
from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.findings import Weight
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

WEIGHTS: Final = {weight.name.lower(): weight for weight in Weight}
TEXTS: Final = ("code", "label", "meaning", "says")
KNOWN: Final = frozenset({*TEXTS, "plan", "evidence", "evidence_before_decision", "at_once"})


class Step(StrEnum):
    """What is owed for a finding, in this order: the plan, then what shows that it was carried out."""

    PLAN = "plan"
    EVIDENCE = "evidence"


# The clocks of days that were named for a finding, where its grade has no rule of its own.
NAMED: Final = {Step.PLAN: "finding.plan", Step.EVIDENCE: "finding.evidence"}


@dataclass(frozen=True)
class Grade:
    """How grave a finding is in one scheme. `limits` are codes of clock rules; empty where nothing sets any."""

    scheme: str
    code: str
    label: str
    meaning: str
    weight: Weight
    limits: Mapping[Step, str]
    evidence_before_decision: str = ""
    at_once: bool = False

    @property
    def key(self) -> str:
        """Scheme and grade in one: “iso/major”."""
        return f"{self.scheme}/{self.code}"

    @property
    def asks_answer(self) -> bool:
        """Whether it asks for a plan and for evidence; an observation or a strength does not."""
        return self.weight is not Weight.NOTES

    def rule(self, step: Step, *, before_decision: bool = False) -> str:
        """The code of the clock for a step; `before_decision` while a certificate waits for its first decision."""
        if step is Step.EVIDENCE and before_decision and self.evidence_before_decision:
            return self.evidence_before_decision
        return self.limits.get(step, "") or NAMED[step]


@dataclass(frozen=True)
class Scheme:
    """One way of grading, with where it comes from and how sure that is."""

    code: str
    label: str
    basis: str
    confidence: str
    grades: tuple[Grade, ...]


def load_schemes(source: Path | str, clocks: Mapping[str, ClockRule]) -> tuple[Scheme, ...]:
    """The schemes of a YAML file or text; raises `DataError` that names the grade and how to mend it."""
    name, data = read_mapping(source)
    rows = data.get("schemes")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(name, [_("“schemes” is missing. List the schemes, each with its grades.")])
    wrong: list[Sentence] = []
    seen: set[str] = set()
    for row in rows:
        for key in ("code", "label", "basis", "confidence"):
            if not str(row.get(key) or "").strip():
                wrong.append(_("A scheme has no “%(key)s”. Write it as text.", key=key))
        grades = row.get("grades")
        if not isinstance(grades, list) or not grades or not all(isinstance(one, dict) for one in grades):
            wrong.append(_("Scheme %(code)s has no grades. List them, the gravest first.", code=row.get("code", "?")))
            continue
        for one in grades:
            where = f"{row.get('code', '?')}/{one.get('code', '?')}"
            wrong += _faults(where, one, clocks)
            if where in seen:
                wrong.append(_("Grade %(where)s is listed twice. Keep one of them.", where=where))
            seen.add(where)
    if wrong:
        raise DataError(name, wrong)
    return tuple(_scheme(row) for row in rows)


def _faults(where: str, row: Mapping[str, Any], clocks: Mapping[str, ClockRule]) -> Iterator[Sentence]:
    for key in TEXTS:
        if not str(row.get(key) or "").strip():
            yield _("Grade %(where)s: “%(key)s” is missing. Write it as text.", where=where, key=key)
    for key in sorted(set(row) - KNOWN, key=str):
        yield _("Grade %(where)s: “%(key)s” is not known here. Remove it.", where=where, key=key)
    if row.get("says") not in WEIGHTS:
        yield _("Grade %(where)s: “says” is one of %(known)s.", where=where, known=", ".join(WEIGHTS))
    for key in ("plan", "evidence", "evidence_before_decision"):
        if row.get(key) and row[key] not in clocks:
            yield _("Grade %(where)s: there is no clock rule “%(rule)s”.", where=where, rule=row[key])
    if not isinstance(row.get("at_once", False), bool):
        yield _("Grade %(where)s: “at_once” is true or false.", where=where)


def _scheme(row: Mapping[str, Any]) -> Scheme:
    code = str(row["code"])
    grades = tuple(
        Grade(
            scheme=code,
            code=str(one["code"]),
            label=str(one["label"]),
            meaning=str(one["meaning"]),
            weight=WEIGHTS[one["says"]],
            limits={step: str(one[step.value]) for step in Step if one.get(step.value)},
            evidence_before_decision=str(one.get("evidence_before_decision") or ""),
            at_once=bool(one.get("at_once")),
        )
        for one in row["grades"]
    )
    return Scheme(code, str(row["label"]), str(row["basis"]), str(row["confidence"]), grades)


def limit(
    grade: Grade,
    step: Step,
    clocks: Mapping[str, ClockRule],
    issued_on: date,
    *,
    named: date | None = None,
    own_days: int | None = None,
    body: str = "",
    before_decision: bool = False,
) -> ClockRule | None:
    """The clock rule of a step: the day named for this finding, else the body's own limit, else that of the grade.

    None where nobody set a limit, and where the day named is that of the finding itself or earlier.
    """
    code = grade.rule(step, before_decision=before_decision)
    shipped = clocks.get(code)
    days = own_days if named is None else (named - issued_on).days
    if days is None:
        return shipped
    if days < 1:
        return None
    basis = f"Named by {body}" if body else "Named with the finding"
    if named is None:
        basis = f"Limit of {body}" if body else "Limit of the certification body"
    label = shipped.label if shipped is not None else LABELS[step]
    plain = shipped or ClockRule(code, label, "certification.finding_issued", 1, Unit.CALENDAR_DAYS, warn=Warn())
    return replace(
        plain,
        label=LABELS[step],
        amount=days,
        unit=Unit.CALENDAR_DAYS,
        basis=basis,
        confidence="as it was entered here",
    )


LABELS: Final = {
    Step.PLAN: "Send the plan for corrective action",
    Step.EVIDENCE: "Show the evidence of corrective action",
}
