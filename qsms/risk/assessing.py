"""The one way in which a risk is rated, on a record of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, listing, moves, projections, registry, wording
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Record
from qsms.rules.control_hierarchy import severity_caution
from qsms.rules.lifecycle import Phase
from qsms.rules.risk_matrix import MatrixMisuse, Rating, tone_rank

from . import accepting, authority, following, matrices, queries, reviewing
from .choices import AssessmentKind, MatrixStatus, hierarchy
from .models import Assessment, RiskMatrix

ASSESSED = "risk.assessed"


def assess(
    actor: Actor,
    record_id: int,
    *,
    kind: str,
    matrix: RiskMatrix | int,
    choice: Mapping[str, str] | str,
    why: str,
    why_severity: str = "",
    facts: Sequence[str] = (),
    lens: int = 0,
    seen: int | None = None,
) -> Assessment:
    """Rate the risk of a record and return the assessment.

    `choice` is a level for each axis, or a cell in the matrix's own notation; `facts` are the matrix's overrides that
    are true. `seen` is the id of the newest rating that the page showed (0 for none): if there is a newer one, nothing
    is saved. The record's present risk follows, an acceptance that no longer holds ends, a hazard moves on.
    Raises NotVisible, Refused, Invalid (kind, matrix, lens, cell, why, why_severity).
    """
    with write_transaction():
        record = moves.locked(actor, record_id)
        _check_may(actor, record)
        before = queries.assessments(record)
        _check_unseen(before, seen)
        table = _matrix(actor, matrix)
        which = _lens(record, table, lens)
        standing = [one for one in before if one.valid and one.lens == which]
        rating, errors = _rate(table, choice, facts)
        errors |= _kind_errors(record, kind, standing)
        if not why.strip():
            errors["why"] = _("Write why this cell is right. It is kept with the rating.")
        counting = counted(queries.control_ids(record.pk), kind)
        if rating is not None and not errors:
            errors |= _severity_errors(table, rating, standing, counting, why_severity)
        if errors or rating is None:
            raise Invalid(errors)
        replaced = next((one for one in standing if one.kind == kind), None)
        # A new initial rating begins anew: what was predicted from the old one no longer stands.
        fallen = standing if kind == AssessmentKind.INITIAL else [one for one in standing if one.kind == kind]
        Assessment.everywhere.filter(pk__in=[one.pk for one in fallen]).update(valid=False, current=False)
        is_current = kind != AssessmentKind.PREDICTED
        if is_current:
            Assessment.everywhere.filter(record_id=record.pk, lens=which, current=True).update(current=False)
        risk_class = table.rule.risk_class(rating.class_code)
        made = Assessment(
            organisation_id=record.organisation_id, record_id=record.pk, lens=which, kind=kind, matrix=table,
            levels=dict(rating.levels), facts=list(rating.overrides), cell=rating.index,
            class_code=risk_class.code, class_label=risk_class.label, tone=tone_rank(risk_class.tone),
            why=why.strip(), why_severity=why_severity.strip(), controls=sorted(counting), by_id=actor.person_id,
            at=moment.now(), supersedes=replaced, current=is_current,
        )  # fmt: skip
        made.save(force_insert=True)
        _tell(actor, record, made)
        accepting.end_if_worse(actor, record, made)
        following.rated(actor, record, made)
    return made


def _check_may(actor: Actor, record: Record) -> None:
    if not authority.may_assess(actor, record):
        who = moves.who_may_hold(record.organisation_id, authority.ASSESS, but=actor.person_id)
        said = _("You may not rate this risk. Ask %(who)s.") % {"who": who} if who else ""
        raise Refused([said or _("You may not rate this risk.")])
    if record.phase >= Phase.DONE:
        raise Refused([_("%(number)s is closed. Open it again to rate it.") % {"number": record.number}])


def _check_unseen(before: Sequence[Assessment], seen: int | None) -> None:
    if seen is None or not before or before[0].pk <= seen:
        return
    newest = before[0]
    raise Refused(
        [
            _("%(name)s rated this risk %(cell)s while you were on the page. Look at that rating, then save again.")
            % {"name": newest.by.name if newest.by else _("The system"), "cell": newest.cell}
        ]
    )


def _matrix(actor: Actor, given: RiskMatrix | int) -> RiskMatrix:
    found = matrices.find(actor, given if isinstance(given, int) else given.pk)
    if found is None or found.status == MatrixStatus.DRAFT:
        raise Invalid({"matrix": _("This matrix is not in use here. Choose one from the list.")})
    if found.status == MatrixStatus.SUPERSEDED:
        raise Invalid(
            {"matrix": _("“%(matrix)s” was replaced by a newer edition. Rate on that one.") % {"matrix": found}}
        )
    return found


def _lens(record: Record, table: RiskMatrix, given: int) -> int:
    if given:
        if given not in matrices.LENSES:
            raise Invalid({"lens": _("A concern is not known. Choose from the list.")})
        return int(given)
    meant = [lens for lens in matrices.LENSES if matrices.lens_code(lens) in table.rule.disciplines]
    return int(next((lens for lens in meant if record.disciplines & lens), meant[0] if meant else matrices.LENSES[0]))


def _rate(
    table: RiskMatrix, choice: Mapping[str, str] | str, facts: Sequence[str]
) -> tuple[Rating | None, dict[str, str]]:
    try:
        if isinstance(choice, str):
            return table.rule.rate_cell(choice, facts), {}
        return table.rule.rate(choice, facts), {}
    except MatrixMisuse as error:
        return None, {"cell": wording.sentence(error.sentence)}


def _kind_errors(record: Record, kind: str, standing: Sequence[Assessment]) -> dict[str, str]:
    if kind not in AssessmentKind.values:
        return {"kind": _("“%(kind)s” is no kind of rating. Choose initial, predicted or actual.") % {"kind": kind}}
    if kind == AssessmentKind.INITIAL:
        return {}
    if not any(one.kind == AssessmentKind.INITIAL for one in standing):
        return {"kind": _("There is no initial rating yet. Rate the risk as it is now first.")}
    if kind == AssessmentKind.ACTUAL:
        states = [state for state, _level in queries.control_ids(record.pk).values()]
        if states and not any(state in ("verified", "weak") for state in states):
            return {
                "kind": _("No control of %(number)s has been checked yet. Check one first, or rate what you predict.")
                % {"number": record.number}
            }
    return {}


def counted(controls: Mapping[int, tuple[str, str]], kind: str) -> dict[int, str]:
    """Of these controls those that a rating of this kind counts: id -> kind of control."""
    planned_too = kind == AssessmentKind.PREDICTED
    return {pk: level for pk, (state, level) in controls.items() if planned_too or state in queries.WORKING}


def _severity_errors(
    table: RiskMatrix, rating: Rating, standing: Sequence[Assessment], counted: Mapping[int, str], why: str
) -> dict[str, str]:
    """Severity may go down only with a control that can lower it, or with a reason in words (scenario 15)."""
    caution = caution_for(table, rating, standing, counted)
    return {"why_severity": caution} if caution and not why.strip() else {}


def caution_for(table: RiskMatrix, rating: Rating, standing: Sequence[Assessment], counted: Mapping[int, str]) -> str:
    """The sentence that asks why severity is lower than in the rating before; empty when it need not be asked."""
    earlier = max((one for one in standing if one.matrix_id == table.pk), key=lambda one: one.pk, default=None)
    if earlier is None:
        return ""
    new = [level for pk, level in counted.items() if pk not in earlier.controls]
    caution = severity_caution(table.rule, earlier.rating, rating, new, hierarchy())
    return wording.sentence(caution) if caution is not None else ""


def _tell(actor: Actor, record: Record, made: Assessment) -> None:
    """Bring the record's present risk up to date, and leave the deed."""
    sheet = registry.get(record.kind)
    before = projections.Before.of(record)
    old = _present(record)
    now = queries.current(record)
    if now is not None:
        record.risk_class, record.risk_cell = now.tone, now.cell
    later = reviewing.rated(actor, record, made)
    moves.store(sheet, record, ())
    detail: dict[str, Any] = {
        "assessment": made.pk, "kind": made.kind, "lens": made.lens, "matrix": made.matrix.code,
        "edition": made.matrix.edition, "cell": made.cell, "class": made.class_code,
    }  # fmt: skip
    changes = [history.FieldChange(made.kind, _words(made.supersedes), _words(made))]
    if old != _present(record):
        changes.append(history.FieldChange("risk_class", old, _present(record)))
    changes += later
    deed = history.write(actor, record, history.Act(ASSESSED, made.why, detail, changes))
    projections.run([projections.Written(sheet, record, before)])
    history.tell(actor, record, deed, f"{record.kind}.assessed", {"assessment": made.pk, "tone": made.tone})


def _words(one: Assessment | None) -> str:
    return f"{one.cell} {one.class_label}" if one is not None else ""


def _present(record: Record) -> str:
    return f"{record.risk_cell} {listing.RISK_TONES[record.risk_class]}" if record.risk_class else ""
