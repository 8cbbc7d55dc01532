"""Clock rules from data, checked with sentences that name the rule and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qsms.rules.clocks import ClockRule, Roll, Unit, Warn
from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

REQUIRED = ("code", "label", "trigger", "basis", "confidence")
KNOWN = frozenset({*REQUIRED, "amount", "unit", "roll", "calendar", "warn", "extended_by", "edition"})


def load_rules(source: Path | str) -> dict[str, ClockRule]:
    """The rules of a YAML file or text by code, in its order; raises `DataError` that names each fault."""
    name, data = read_mapping(source)
    edition = str(data.get("edition") or "").strip()
    rows = data.get("rules")
    wrong: list[Sentence] = []
    if not edition:
        wrong.append(_("“edition” is missing. Write which edition of the rules this is."))
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(name, [*wrong, _("“rules” is missing. List the rules, each with a code.")])
    found: dict[str, ClockRule] = {}
    for number, row in enumerate(rows, start=1):
        where = str(row.get("code") or f"number {number}")
        faults = list(_faults(where, row))
        if where in found:
            faults.append(_("Rule %(where)s is listed twice. Keep one of them.", where=where))
        wrong += faults
        if not faults:
            found[where] = _rule(row, edition)
    if wrong:
        raise DataError(name, wrong)
    return found


def _faults(where: str, row: Mapping[str, Any]) -> Iterator[Sentence]:
    for key in REQUIRED:
        if not isinstance(row.get(key), str) or not row[key].strip():
            yield _("Rule %(where)s: “%(key)s” is missing. Write it as text.", where=where, key=key)
    for key in sorted(set(row) - KNOWN, key=str):
        yield _("Rule %(where)s: “%(key)s” is not known here. Remove it.", where=where, key=key)
    amount = row.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
        yield _(
            "Rule %(where)s: “%(given)s” is not an amount. Write a whole number above 0.", where=where, given=amount
        )
    units, rolls = [each.value for each in Unit], [each.value for each in Roll]
    if row.get("unit") not in units:
        yield _(
            "Rule %(where)s: “%(given)s” is not a unit. Write one of %(units)s.",
            where=where,
            given=row.get("unit", ""),
            units=", ".join(units),
        )
    if row.get("roll", "none") not in rolls:
        yield _(
            "Rule %(where)s: “%(given)s” is not a way to roll. Write one of %(rolls)s.",
            where=where,
            given=row["roll"],
            rolls=", ".join(rolls),
        )
    warn = row.get("warn") or {}
    fractions = warn.get("fractions", []) if isinstance(warn, dict) else None
    hours = warn.get("hours", 0) if isinstance(warn, dict) else None
    if not isinstance(fractions, list) or not all(isinstance(each, float) and 0 < each < 1 for each in fractions):
        yield _("Rule %(where)s: write the shares to warn at between 0 and 1, such as [0.5, 0.75].", where=where)
    if not isinstance(hours, int) or isinstance(hours, bool) or hours < 0:
        yield _("Rule %(where)s: write the hours to warn before the end as a whole number.", where=where)


def _rule(row: Mapping[str, Any], edition: str) -> ClockRule:
    warn = row.get("warn")
    return ClockRule(
        code=row["code"].strip(),
        label=row["label"].strip(),
        trigger=row["trigger"].strip(),
        amount=row["amount"],
        unit=Unit(row["unit"]),
        roll=Roll(row.get("roll", "none")),
        calendar=str(row.get("calendar") or ""),
        warn=Warn() if warn is None else Warn(tuple(warn.get("fractions", ())), warn.get("hours", 0)),
        extended_by=str(row.get("extended_by") or ""),
        basis=row["basis"].strip(),
        edition=str(row.get("edition") or edition),
        confidence=row["confidence"].strip(),
    )
