"""Matrices of the organisation's own: copied from another one, changed as a draft, published as a new edition."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from itertools import count
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, wording
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import risk_matrix_data, risk_matrix_shape
from qsms.rules.risk_matrix_shape import GRID, PRODUCT

from . import matrices
from .choices import MatrixStatus
from .models import Adoption, RiskMatrix

EDIT = "matrix.edit"
LONGEST_EDITION, LONGEST_CONFIDENCE = 80, 1000


def copy_matrix(actor: Actor, matrix_id: int) -> RiskMatrix:
    """A draft of the organisation's own with the definition of another edition. Raises NotVisible, Refused."""
    _check_may(actor)
    with write_transaction():
        source = _find(actor, matrix_id)
        definition = {**copy.deepcopy(source.definition), "edition": _free_edition(actor, source.code)}
        draft = _keep_draft(actor, source.code, definition, source)
        _deed(actor, draft, "matrix.copied", {"from": str(source)})
    return draft


def new_matrix(actor: Actor, title: str, *, kind: str, lens: int, likelihood: int, severity: int) -> RiskMatrix:
    """An empty draft with so many levels, for which everything is to be decided. Raises Refused, Invalid."""
    _check_may(actor)
    title = title.strip()[:150]
    if not title:
        raise Invalid({"title": _("Give the matrix a title.")})
    if kind not in (GRID, PRODUCT) or lens not in matrices.LENSES:
        raise Invalid({"": _("Choose how it rates and for which lens.")})
    shipped = matrices.matrix_for(actor, lens).rule
    known = {code for code in matrices.shipped_adoption()["authority_codes"].values() if code}
    authorities = [{"code": one.code, "label": one.label} for one in shipped.authorities if one.code in known]
    definition = risk_matrix_shape.new_matrix(
        title, kind, [matrices.lens_code(lens)], (likelihood, severity), authorities
    )
    with write_transaction():
        code = _free_code(title)
        definition |= {"edition": _free_edition(actor, code), "basis": "", "confidence": _("set by the organisation")}
        draft = _keep_draft(actor, code, definition, None)
        _deed(actor, draft, "matrix.begun", {})
    return draft


def _keep_draft(actor: Actor, code: str, definition: dict[str, Any], source: RiskMatrix | None) -> RiskMatrix:
    definition |= {"status": MatrixStatus.DRAFT.value, "code": code}
    draft = RiskMatrix(
        organisation_id=actor.organisation_id, code=code, edition=definition["edition"], title=definition["title"],
        definition=definition, based_on=source, made_by_id=actor.person_id, made_at=moment.now(),
    )  # fmt: skip
    draft.save(force_insert=True)
    return draft


def _free_code(title: str) -> str:
    """A code that no matrix has: with a known one this would be an edition of that matrix."""
    word = slugify(title)[:40] or "matrix"
    taken = set(RiskMatrix.everywhere.filter(code__startswith=f"own-{word}").values_list("code", flat=True))
    return next(code for n in count(1) if (code := f"own-{word}" + (f"-{n}" if n > 1 else "")) not in taken)


def _free_edition(actor: Actor, code: str) -> str:
    year, organisation = moment.now().year, actor.organisation_name[:50]
    taken = set(_same_code(actor, code).values_list("edition", flat=True))
    n = 1
    while (name := f"{organisation} {n}, {year}") in taken:
        n += 1
    return name


def _same_code(actor: Actor, code: str) -> Any:
    return RiskMatrix.everywhere.filter(organisation_id=actor.organisation_id, code=code)


def change(actor: Actor, matrix_id: int, version: int, definition: Mapping[str, Any]) -> RiskMatrix:
    """Keep a draft as it stands, faults included: what is wrong is told by `faults`. Raises NotVisible, Refused."""
    _check_may(actor)
    with write_transaction():
        draft = _draft(actor, matrix_id, version)
        _put(draft, definition)
        draft.save()
        _deed(actor, draft, "matrix.changed", {})
    return draft


def _put(draft: RiskMatrix, definition: Mapping[str, Any]) -> None:
    draft.definition = {**definition, "status": MatrixStatus.DRAFT.value, "code": draft.code}
    draft.title = str(definition.get("title", ""))[:150]
    draft.edition = str(definition.get("edition", ""))[:LONGEST_EDITION]
    draft.version += 1
    draft.__dict__.pop("rule", None)


def faults(draft: RiskMatrix) -> list[str]:
    """Everything that stands in the way of publishing, as sentences."""
    found = [wording.sentence(one) for one in risk_matrix_data.validate(draft.definition)]
    if not found:
        known = {code for code in matrices.shipped_adoption()["authority_codes"].values() if code}
        found += [
            _("“%(label)s” is an authority that no role holds. Use one of %(known)s.")
            % {"label": one.label, "known": ", ".join(sorted(known))}
            for one in draft.rule.authorities
            if one.code not in known
        ]
    clash = RiskMatrix.everywhere.filter(code=draft.code, edition=draft.edition).exclude(pk=draft.pk)
    if any(one.organisation_id in (None, draft.organisation_id) for one in clash):
        found.append(
            _("There is an edition “%(edition)s” of this matrix already. Give this one another name.")
            % {"edition": draft.edition}
        )
    return found


def cautions(draft: RiskMatrix) -> list[str]:
    """What is allowed but looks like a slip; for a draft without faults."""
    return [wording.sentence(one) for one in risk_matrix_data.cautions(draft.rule)]


def publish(actor: Actor, matrix_id: int, version: int, *, checked: str = "") -> RiskMatrix:
    """Put a draft in force. Lenses that used an earlier edition use this one; old ratings stay on theirs.

    `checked` says how a draft in the style of an order was compared with it; without that it stays a draft.
    Raises NotVisible, Refused, Invalid with every fault.
    """
    _check_may(actor)
    with write_transaction():
        draft = _draft(actor, matrix_id, version)
        wrong = faults(draft)
        if wrong:
            raise Invalid({"": " ".join(wrong)})
        now = moment.now()
        told = _confirm(actor, draft, checked.strip())
        # Where nothing was adopted, the shipped default counts as in use.
        by_default = [
            lens
            for lens in matrices.LENSES
            if matrices.matrix_for(actor, lens).code == draft.code
            and not Adoption.everywhere.filter(organisation_id=actor.organisation_id, lens=lens, until=None).exists()
        ]
        _same_code(actor, draft.code).filter(status=MatrixStatus.CURRENT).update(status=MatrixStatus.SUPERSEDED)
        draft.status, draft.published_at, draft.version = MatrixStatus.CURRENT, now, draft.version + 1
        draft.definition = {**draft.definition, "status": MatrixStatus.CURRENT.value}
        draft.save()
        in_use = Adoption.everywhere.filter(
            organisation_id=actor.organisation_id, matrix__code=draft.code, until=None
        ).order_by("pk")
        moving = [(one.lens, one.is_default) for one in in_use] + [(lens, True) for lens in by_default]
        in_use.update(until=now)
        for lens, is_default in dict(moving).items():
            _adopt(actor, draft, lens, is_default=is_default)
        told |= {"lenses": [matrices.lens_code(lens) for lens, _default in moving]}
        _deed(actor, draft, "matrix.published", told, reason=checked.strip())
    return draft


def _confirm(actor: Actor, draft: RiskMatrix, checked: str) -> dict[str, Any]:
    """Take the mark “not checked” off a draft, with who compared it and how. Raises Invalid without a word of that."""
    order = str(draft.definition.get("unchecked") or "")
    if not order:
        return {}
    if not checked:
        raise Invalid({"checked": _("Say who compared it with %(order)s, and what was found.") % {"order": order}})
    day = moment.now().astimezone(actor.tz).date().isoformat()
    said = _("compared with %(order)s by %(who)s on %(day)s: %(found)s")
    confidence = said % {"order": order, "who": actor.name, "day": day, "found": checked}
    kept = {key: value for key, value in draft.definition.items() if key != "unchecked"}
    draft.definition = {**kept, "confidence": confidence[:LONGEST_CONFIDENCE]}
    return {"compared_with": order}


def drop(actor: Actor, matrix_id: int) -> None:
    """Throw a draft away. Raises NotVisible, Refused."""
    _check_may(actor)
    with write_transaction():
        draft = _draft(actor, matrix_id, None)
        _deed(actor, draft, "matrix.dropped", {"title": str(draft)})
        draft.delete()


def adopt(actor: Actor, matrix_id: int, lens: int) -> None:
    """Make a matrix in force the usual one of a lens; the one before stays on offer. Raises NotVisible, Refused."""
    _check_may(actor)
    with write_transaction():
        table = _find(actor, matrix_id)
        if table.status != MatrixStatus.CURRENT:
            raise Refused([_("“%(matrix)s” is not in force. Publish it first.") % {"matrix": table}])
        before = matrices.offered(actor, lens)
        rows = Adoption.everywhere.filter(organisation_id=actor.organisation_id, lens=lens, until=None)
        if not rows.exists():
            _adopt(actor, before[0], lens, is_default=False)
        rows.update(is_default=False)
        if not rows.filter(matrix=table).update(is_default=True):
            _adopt(actor, table, lens, is_default=True)
        _deed(actor, table, "matrix.adopted", {"lens": matrices.lens_code(lens)})


def leave(actor: Actor, matrix_id: int, lens: int) -> None:
    """Offer a matrix no longer for a lens; the usual one cannot go. Raises NotVisible, Refused."""
    _check_may(actor)
    with write_transaction():
        table = _find(actor, matrix_id)
        one = Adoption.everywhere.filter(
            organisation_id=actor.organisation_id, lens=lens, matrix=table, until=None
        ).first()
        if one is None:
            return
        if one.is_default:
            raise Refused([_("This is the usual matrix of that lens. Make another one the usual one first.")])
        one.until = moment.now()
        one.save(update_fields=["until"])
        _deed(actor, table, "matrix.left", {"lens": matrices.lens_code(lens)})


def _adopt(actor: Actor, table: RiskMatrix, lens: int, *, is_default: bool) -> None:
    Adoption.everywhere.create(
        organisation_id=actor.organisation_id, matrix=table, lens=lens, is_default=is_default, since=moment.now()
    )


def _check_may(actor: Actor) -> None:
    if not actor.holds(EDIT):
        raise Refused([_("You may not change risk matrices. Ask the safety manager or an administrator.")])


def _find(actor: Actor, matrix_id: int) -> RiskMatrix:
    found = matrices.find(actor, matrix_id)
    if found is None:
        raise NotVisible
    return found


def _draft(actor: Actor, matrix_id: int, version: int | None) -> RiskMatrix:
    found = RiskMatrix.everywhere.select_for_update().filter(
        pk=matrix_id, organisation_id=actor.organisation_id
    ).first()  # fmt: skip
    if found is None:
        raise NotVisible
    if found.status != MatrixStatus.DRAFT:
        raise Refused([_("“%(matrix)s” is published and no longer changes. Edit a copy of it.") % {"matrix": found}])
    if version is not None and version != found.version:
        raise Refused([_("Somebody changed this draft since you opened it. Open it again and repeat your change.")])
    return found


def _deed(actor: Actor, table: RiskMatrix, verb: str, detail: dict[str, Any], *, reason: str = "") -> None:
    told = {"matrix": table.code, "edition": table.edition, **detail}
    history.write(actor, None, history.Act(verb, reason, told), subject=f"matrix:{table.pk}")
