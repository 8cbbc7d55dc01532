"""Who may accept a risk, for how long, and when an acceptance no longer holds (5.55, ISO 45001 6.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from qsms.rules.calendar_days import add_months
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

if TYPE_CHECKING:
    from qsms.rules.risk_matrix import Authority, Matrix, Rating


@dataclass(frozen=True)
class AcceptanceAnswer:
    """May this authority accept this class? If not: why, who may (None = nobody), and whether work must stop."""

    allowed: bool
    refusal: Sentence | None
    escalate_to: Authority | None
    stop_activity: bool


def may_accept(matrix: Matrix, class_code: str, authority: str) -> AcceptanceAnswer:
    """Whether somebody with that authority ("" = none at all) may accept a risk of this class."""
    found = matrix.risk_class(class_code)
    if not found.authority:
        refusal = (
            _(
                "%(class)s: nobody may accept this risk. Stop the activity or lower the risk first.",
                **{"class": found.label},
            )
            if found.stop_activity
            else _("%(class)s: nobody may accept this risk. Lower the risk first.", **{"class": found.label})
        )
        return AcceptanceAnswer(False, refusal, None, found.stop_activity)
    needed = matrix.authority(found.authority)
    held = matrix.authority(authority)
    if needed is not None and held is not None and held.rank >= needed.rank:
        return AcceptanceAnswer(True, None, None, found.stop_activity)
    who = needed.label if needed is not None else found.authority
    refusal = (
        _(
            "%(class)s: only %(needed)s may accept this risk, you hold %(held)s. Send it to %(needed)s.",
            **{"class": found.label, "needed": who, "held": held.label},
        )
        if held is not None
        else _(
            "%(class)s: only %(needed)s may accept this risk. Send it to %(needed)s.",
            **{"class": found.label, "needed": who},
        )
    )
    return AcceptanceAnswer(False, refusal, needed, found.stop_activity)


def latest_expiry(matrix: Matrix, class_code: str, accepted_on: date) -> date | None:
    """The last day for which this class may be accepted; None where no expiry is required."""
    months = matrix.risk_class(class_code).max_months
    return None if months is None else add_months(accepted_on, months)


def check_acceptance(
    matrix: Matrix, class_code: str, authority: str, *, accepted_on: date, expires_on: date | None
) -> list[Sentence]:
    """Every reason why this acceptance cannot be saved; empty when it can."""
    answer = may_accept(matrix, class_code, authority)
    if answer.refusal is not None:
        return [answer.refusal]
    latest = latest_expiry(matrix, class_code, accepted_on)
    label = matrix.risk_class(class_code).label
    if latest is not None and expires_on is None:
        return [
            _(
                "%(class)s: an acceptance needs a day on which it expires. Write one up to %(latest)s.",
                **{"class": label, "latest": latest},
            )
        ]
    wrong: list[Sentence] = []
    if latest is not None and expires_on is not None and expires_on > latest:
        wrong.append(
            _(
                "%(given)s is too far away: %(class)s may be accepted for %(months)s months. "
                "Write a day up to %(latest)s.",
                **{
                    "given": expires_on,
                    "class": label,
                    "months": matrix.risk_class(class_code).max_months,
                    "latest": latest,
                },
            )
        )
    if expires_on is not None and expires_on <= accepted_on:
        wrong.append(
            _(
                "%(given)s is not after the day of the acceptance, %(accepted)s. Write a later day.",
                given=expires_on,
                accepted=accepted_on,
            )
        )
    return wrong


def why_ended(
    matrix: Matrix, accepted: Rating, current: Rating, *, expires_on: date | None, today: date
) -> Sentence | None:
    """Why an acceptance no longer holds, or None while it does; it holds through the day of its expiry."""
    if not (matrix.same_scale(accepted) and matrix.same_scale(current)):
        return _("It was given on another matrix. Accept the risk as it is rated now.")
    moved = matrix.movement(accepted, current)
    if moved.class_steps > 0 or any(step > 0 for _axis, step in moved.steps):
        return _(
            "It was given for %(accepted)s and the risk is %(current)s now. Accept it again.",
            accepted=accepted.index,
            current=current.index,
        )
    if expires_on is not None and today > expires_on:
        return _("It expired on %(day)s. Review the risk and accept it again.", day=expires_on)
    return None
