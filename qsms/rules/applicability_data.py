"""Rules of applicability from data, checked against the framework that they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from qsms.rules.applicability import Applicability, Condition, Duty, DutyRule, Exemption, Trial, Window
from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.framework_check import is_text
from qsms.rules.frameworks import Framework
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

TEXTS = ("framework", "edition", "basis", "confidence")
NAMES = ("kinds", "facts", "flags")
KNOWN = frozenset({*TEXTS, *NAMES, "conditions", "exemptions", "duties"})
TRIAL_KNOWN = frozenset({"kinds", "flags", "without", "when"})
WINDOW_KNOWN = frozenset({"from", "until"})
DUTY_KNOWN = frozenset({"what", "by", "months", "after", "at", "declaration"})


def load_applicability(source: Path | str, frameworks: Mapping[str, Framework]) -> Applicability:
    """The rules of a YAML file or text; raises `DataError` that names each rule that cannot be used."""
    name, data = read_mapping(source)
    wrong = [*_outline(data)]
    if wrong:
        raise DataError(name, wrong)
    framework = frameworks.get(data["framework"])
    if framework is None:
        raise DataError(name, [_("“%(key)s” is not a framework that is loaded.", key=data["framework"])])
    wrong = [*_conditions(data, framework), *_exemptions(data, framework), *_duties(data, framework)]
    if wrong:
        raise DataError(name, wrong)
    return Applicability(
        framework=data["framework"],
        edition=data["edition"],
        basis=data["basis"].strip(),
        confidence=data["confidence"].strip(),
        kinds=dict(data["kinds"]),
        facts=dict(data["facts"]),
        flags=dict(data["flags"]),
        conditions={code: Condition(code, row["label"], _trials(row)) for code, row in data["conditions"].items()},
        exemptions=tuple(
            Exemption(row["paragraph"], _trials(row), tuple(row["numbers"])) for row in data["exemptions"]
        ),
        duty_rules=tuple(
            DutyRule(row["paragraph"], _trials(row), tuple(_duty(each) for each in row["duties"]))
            for row in data["duties"]
        ),
    )


def _outline(data: Mapping[str, Any]) -> Iterator[Sentence]:
    for key in TEXTS:
        if not is_text(data.get(key)):
            yield _("“%(key)s” is missing. Write it as text.", key=key)
    for key in sorted(set(data) - KNOWN, key=str):
        yield _("“%(key)s” is not known here. Remove it.", key=key)
    for key in NAMES:
        rows = data.get(key)
        if not isinstance(rows, Mapping) or not all(is_text(each) for each in (*rows, *rows.values())):
            yield _("“%(key)s” is missing. Name each code with its label.", key=key)
    if not isinstance(data.get("conditions"), Mapping):
        yield _("“conditions” is missing. Name each condition with label and tests.")
    for key in ("exemptions", "duties"):
        if not isinstance(data.get(key), list) or not all(isinstance(each, Mapping) for each in data[key]):
            yield _("“%(key)s” is missing. List the rules, each with its paragraph.", key=key)


def _conditions(data: Mapping[str, Any], framework: Framework) -> Iterator[Sentence]:
    for code, row in data["conditions"].items():
        if not isinstance(row, Mapping) or not is_text(row.get("label")):
            yield _("Condition %(code)s needs a label.", code=code)
            continue
        yield from _trial_faults(code, row, data)
    used = {each.applies_when for each in framework.requirements if each.applies_when}
    for code in sorted(used ^ set(data["conditions"])):
        yield _(
            "Condition “%(code)s” stands only on one side: the rules or %(framework)s. Name it in both.",
            code=code,
            framework=framework.key,
        )


def _exemptions(data: Mapping[str, Any], framework: Framework) -> Iterator[Sentence]:
    for row in data["exemptions"]:
        where = row.get("paragraph")
        if not _among(where, framework.by_number):
            yield _("%(framework)s has no paragraph “%(number)s”.", framework=framework.key, number=where)
        numbers = row.get("numbers")
        if not isinstance(numbers, list) or not numbers or len(set(map(str, numbers))) != len(numbers):
            yield _("Exemption %(where)s lists each number once.", where=where)
            continue
        for number in numbers:
            if not _among(number, framework.by_number):
                yield _("%(framework)s has no paragraph “%(number)s”.", framework=framework.key, number=number)
        yield from _trial_faults(where, row, data)


def _duties(data: Mapping[str, Any], framework: Framework) -> Iterator[Sentence]:
    for row in data["duties"]:
        where = row.get("paragraph")
        if not _among(where, framework.by_number):
            yield _("%(framework)s has no paragraph “%(number)s”.", framework=framework.key, number=where)
        yield from _trial_faults(where, row, data)
        given = row.get("duties")
        for duty in (given if isinstance(given, list) else None) or [None]:
            yield from _duty_faults(where, duty, data)


def _duty_faults(where: object, duty: object, data: Mapping[str, Any]) -> Iterator[Sentence]:
    if not isinstance(duty, Mapping) or not is_text(duty.get("what")) or set(duty) - DUTY_KNOWN:
        yield _("Duty %(where)s says “what” is to be done, and only when.", where=where)
        return
    counted = "months" in duty or "after" in duty
    if sum((counted, "by" in duty, "at" in duty)) != 1:
        yield _("Duty %(where)s has one of: “by” a day, “months” “after” a date, or “at” an event.", where=where)
    if "by" in duty and not isinstance(duty["by"], date):
        yield _("Duty %(where)s: “%(given)s” is not a day. Write it as 2027-05-28.", where=where, given=duty["by"])
    months = duty.get("months")
    if counted and (not isinstance(months, int) or months < 1 or not _among(duty.get("after"), data["facts"])):
        yield _("Duty %(where)s needs whole months after one of the dates in “facts”.", where=where)


def _trial_faults(where: object, row: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Sentence]:
    trials = row.get("applies_to")
    if not isinstance(trials, list) or not trials:
        yield _("%(where)s: “applies_to” is missing. List the kinds of certificate, with flags and dates.", where=where)
        return
    for trial in trials:
        if not isinstance(trial, Mapping) or not trial.get("kinds") or set(trial) - TRIAL_KNOWN:
            yield _("%(where)s: “applies_to” names “kinds”, and may name flags, without and when.", where=where)
            continue
        for key, known in (("kinds", "kinds"), ("flags", "flags"), ("without", "flags")):
            given = trial.get(key, [])
            for each in given if isinstance(given, list) else [given]:
                if not _among(each, data[known]):
                    yield _(
                        "%(where)s names “%(each)s”, which is not among the %(known)s.",
                        where=where, each=each, known=known,
                    )  # fmt: skip
        yield from _window_faults(where, trial.get("when") or {}, data)


def _window_faults(where: object, windows: object, data: Mapping[str, Any]) -> Iterator[Sentence]:
    for fact, window in windows.items() if isinstance(windows, Mapping) else [("", None)]:
        days = list(window.values()) if isinstance(window, Mapping) and not set(window) - WINDOW_KNOWN else []
        if not _among(fact, data["facts"]) or not days or not all(isinstance(day, date) for day in days):
            yield _("%(where)s: “when” compares a date of “facts” with days, from and until.", where=where)


def _among(value: object, names: Mapping[str, Any]) -> bool:
    return isinstance(value, str) and value in names


def _trials(row: Mapping[str, Any]) -> tuple[Trial, ...]:
    return tuple(
        Trial(
            kinds=frozenset(trial["kinds"]),
            flags=frozenset(trial.get("flags", ())),
            without=frozenset(trial.get("without", ())),
            windows=tuple(
                Window(fact, window.get("from"), window.get("until"))
                for fact, window in (trial.get("when") or {}).items()
            ),
        )
        for trial in row["applies_to"]
    )


def _duty(row: Mapping[str, Any]) -> Duty:
    return Duty(
        what=row["what"].strip(),
        by=row.get("by"),
        months=row.get("months", 0),
        after=row.get("after", ""),
        at=row.get("at", ""),
        is_declaration=row.get("declaration", False),
    )
