"""What an organisation may leave out of a framework by its choice, by rules that are data with basis and confidence.

Some standards let a requirement go where leaving it out harms nothing, some let a list be chosen from, most let nothing
go; and what of a regulation applies is said by the regulation, never by who is under it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.framework_check import is_text
from qsms.rules.frameworks import Framework
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

TEXTS = ("basis", "confidence", "why", "instead")
KNOWN = frozenset({*TEXTS, "frameworks", "may_leave_out", "reason"})


@dataclass(frozen=True)
class ExclusionRule:
    """What may be left out of some editions: these numbers with all below them, and why no other."""

    frameworks: tuple[str, ...]
    numbers: frozenset[str]
    basis: str
    confidence: str
    # Why the rest stays, and what to do in place of leaving it out.
    why: str
    instead: str
    # What the justification of what may be left out has to say.
    reason: str = ""

    def allows(self, framework: Framework, number: str) -> bool:
        """Whether this number may be left out: itself, or by something above it."""
        return any(one in self.numbers for one in (number, *framework.ancestors(number)))

    def refusal(self, number: str) -> Sentence:
        """Why a number stays, by what, and what to do instead."""
        return _(
            "%(number)s may not be left out. %(why)s %(instead)s", number=number, why=self.why, instead=self.instead
        )


def load_exclusions(source: Path | str, frameworks: Mapping[str, Framework]) -> dict[str, ExclusionRule]:
    """The rule of each edition by its key; raises `DataError` that names each rule that cannot be used."""
    name, data = read_mapping(source)
    given = data.get("rules")
    rows = given if isinstance(given, list) else []
    wrong = (
        [] if rows and set(data) == {"rules"} else [_("“rules” is missing. List the rules, and nothing beside them.")]
    )
    wrong += [fault for row in rows for fault in _faults(row, frameworks)]
    if wrong:
        raise DataError(name, wrong)
    found: dict[str, ExclusionRule] = {}
    for row in rows:
        rule = ExclusionRule(
            tuple(row["frameworks"]), frozenset(row.get("may_leave_out", ())),
            **{key: row[key].strip() for key in TEXTS}, reason=row.get("reason", "").strip(),
        )  # fmt: skip
        for key in rule.frameworks:
            if key in found:
                raise DataError(name, [_("%(key)s stands under two rules. Keep one of them.", key=key)])
            found[key] = rule
    return found


def _faults(row: Any, frameworks: Mapping[str, Framework]) -> Iterator[Sentence]:
    if not isinstance(row, Mapping) or set(row) - KNOWN:
        yield _("A rule has %(known)s, and nothing else.", known=", ".join(sorted(KNOWN)))
        return
    keys, numbers = row.get("frameworks"), row.get("may_leave_out", [])
    for key in TEXTS:
        if not is_text(row.get(key)):
            yield _("“%(key)s” is missing. Write it as text.", key=key)
    if not isinstance(keys, list) or not keys or not isinstance(numbers, list):
        yield _("A rule lists its “frameworks”, and the numbers under “may_leave_out” where there are any.")
        return
    if numbers and not is_text(row.get("reason")):
        yield _("“%(key)s” is missing. Write it as text.", key="reason")
    for key in keys:
        if key not in frameworks:
            yield _("“%(key)s” is not a framework that is loaded.", key=key)
            continue
        for number in numbers:
            if number not in frameworks[key].by_number:
                yield _("%(framework)s has no paragraph “%(number)s”.", framework=key, number=number)
