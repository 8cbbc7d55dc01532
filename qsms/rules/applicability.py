"""What of a regulation applies to whom, by rules that are data: kinds of certificate, dates, and exemptions.

Nothing is guessed: what hangs on a date that is not known lays no duty on anybody and takes no requirement away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from qsms.rules.calendar_days import add_months

if TYPE_CHECKING:
    from qsms.rules.frameworks import Framework


@dataclass(frozen=True)
class Certificate:
    """A certificate or authorisation that is held or applied for, with what is known of it."""

    kind: str
    dates: Mapping[str, date] = field(default_factory=dict, hash=False)
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Window:
    """A trial of one date: on or after `first`, on or before `last`."""

    fact: str
    first: date | None = None
    last: date | None = None

    def holds(self, certificate: Certificate) -> bool | None:
        """Whether the certificate passes; None when the date is not known."""
        day = certificate.dates.get(self.fact)
        if day is None:
            return None
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Trial:
    """Which certificates are meant: of one of these kinds, with and without these flags, inside these windows."""

    kinds: frozenset[str]
    flags: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()

    def holds(self, certificate: Certificate) -> bool | None:
        """Whether the certificate is meant; None when that hangs on a date that is not known."""
        if (
            certificate.kind not in self.kinds
            or not self.flags <= certificate.flags
            or self.without & certificate.flags
        ):
            return False
        found = [window.holds(certificate) for window in self.windows]
        if False in found:
            return False
        return None if None in found else True


@dataclass(frozen=True)
class Duty:
    """Something that must be done: by a day, so many months after another one, or at an event without a day."""

    what: str
    by: date | None = None
    months: int = 0
    after: str = ""
    at: str = ""
    is_declaration: bool = False


@dataclass(frozen=True)
class DutyRule:
    """The duties that one paragraph lays on the certificates that pass one of its trials."""

    paragraph: str
    trials: tuple[Trial, ...]
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class Exemption:
    """A paragraph that takes requirements away, when every certificate passes one of its trials."""

    paragraph: str
    trials: tuple[Trial, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """When a requirement applies at all: when one of the certificates passes one of the trials."""

    code: str
    label: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class Applicability:
    """All the rules of one framework."""

    framework: str
    edition: str
    basis: str
    confidence: str
    kinds: Mapping[str, str] = field(hash=False)
    facts: Mapping[str, str] = field(hash=False)
    flags: Mapping[str, str] = field(hash=False)
    conditions: Mapping[str, Condition] = field(hash=False)
    exemptions: tuple[Exemption, ...]
    duty_rules: tuple[DutyRule, ...]


@dataclass(frozen=True)
class DueDuty:
    """A duty of one certificate with its day; `needs` is the date that must be known first."""

    paragraph: str
    kind: str
    duty: Duty
    due_on: date | None
    needs: str = ""

    def days_left(self, today: date) -> int | None:
        """How many days remain, less than nothing when it is late; None without a day."""
        return None if self.due_on is None else (self.due_on - today).days


def passes(trials: Iterable[Trial], certificate: Certificate) -> bool:
    """Whether a certificate surely passes one of the trials."""
    return any(trial.holds(certificate) for trial in trials)


def may_pass(trials: Iterable[Trial], certificate: Certificate) -> bool:
    """Whether a certificate passes one of the trials, or could when the dates were known."""
    return any(trial.holds(certificate) is not False for trial in trials)


def not_applicable(rules: Applicability, framework: Framework, certificates: Iterable[Certificate]) -> dict[str, str]:
    """The requirements that surely do not apply, with the paragraph or condition that says so; those below follow.

    Without any certificate nothing is known, and everything stays.
    """
    held = tuple(certificates)
    if not held:
        return {}
    found: dict[str, str] = {}
    for each in framework.requirements:
        condition = rules.conditions.get(each.applies_when)
        if condition and not any(may_pass(condition.trials, one) for one in held):
            found[each.number] = condition.code
    for exemption in rules.exemptions:
        if all(passes(exemption.trials, each) for each in held):
            found.update(dict.fromkeys(exemption.numbers, exemption.paragraph))
    return found


def duties(rules: Applicability, certificates: Iterable[Certificate]) -> tuple[DueDuty, ...]:
    """Every duty of every certificate, those with the earliest day first."""
    found = [
        _due(rule, duty, certificate)
        for certificate in certificates
        for rule in rules.duty_rules
        if passes(rule.trials, certificate)
        for duty in rule.duties
    ]
    return tuple(sorted(found, key=lambda each: (each.due_on or date.max, each.paragraph)))


def missing_facts(rules: Applicability, certificate: Certificate) -> tuple[str, ...]:
    """The dates on which hangs what is asked of a certificate, and which are not known; in the order of the rules."""
    trials = [trial for rule in rules.duty_rules for trial in rule.trials if trial.holds(certificate) is None]
    trials += [one for each in rules.conditions.values() for one in each.trials if one.holds(certificate) is None]
    wanted = {window.fact for trial in trials for window in trial.windows if window.holds(certificate) is None}
    return tuple(fact for fact in rules.facts if fact in wanted)


def _due(rule: DutyRule, duty: Duty, certificate: Certificate) -> DueDuty:
    due, needs = duty.by, ""
    if duty.after:
        began = certificate.dates.get(duty.after)
        due, needs = (None, duty.after) if began is None else (add_months(began, duty.months), "")
    return DueDuty(rule.paragraph, certificate.kind, duty, due, needs)
