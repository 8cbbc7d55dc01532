"""Rating a risk, and taking it or passing it on, by programs as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import signing
from qsms.records.choices import Lens
from qsms.records.errors import Invalid, NotVisible
from qsms.records.models import Record
from qsms.records.verbs import Holds, Member, Shows, Takes, ToSign, Verb, offer

from . import accepting, assessing, authority, matrices, queries
from .choices import AssessmentKind
from .models import RiskMatrix
from .picture import Picture

# Those on whose pages the tab of risk stands.
KINDS = ("hazard", "report", "action")
LENSES = {matrices.lens_code(lens): int(lens) for lens in matrices.LENSES}
LENS = Member("lens", _("Through which lens; where it is left out, the one that the record concerns"),
              choices=tuple(LENSES))  # fmt: skip


def _rate(actor: Actor, record_id: int, given: Mapping[str, Any]) -> object:
    lens = _lens(given)
    choice = given.get("levels") or given.get("cell")
    if not choice:
        raise Invalid({"cell": _t("Give the cell, such as 3B, or in “levels” a level for each axis.")})
    return assessing.assess(
        actor, record_id, kind=given["kind"], matrix=_matrix(actor, given.get("matrix", ""), lens), choice=choice,
        why=given["why"], why_severity=given.get("why_severity", ""), facts=given.get("facts", ()), lens=lens,
    )  # fmt: skip


def _matrix(actor: Actor, code: str, lens: int) -> RiskMatrix:
    if not code:
        return matrices.matrix_for(actor, lens or Lens.SAFETY)
    rows = [row for row in matrices.in_force(actor) if row.code == code]
    if not rows:
        known = ", ".join(sorted({row.code for row in matrices.in_force(actor)}))
        said = _t("No matrix “%(code)s” is in force here. Choose from %(known)s.") % {"code": code, "known": known}
        raise Invalid({"matrix": said})
    # The organisation's own before a shipped one of the same code.
    return max(rows, key=lambda row: (row.organisation_id is not None, row.pk))


def _lens(given: Mapping[str, Any]) -> int:
    return LENSES.get(given.get("lens", ""), 0)


def _accept(actor: Actor, record_id: int, given: Mapping[str, Any]) -> object:
    return accepting.accept(
        actor, record_id, lens=_lens(given), expires_on=given.get("expires_on"),
        conditions=given.get("conditions", ""), proof=signing.Proof(given["password"], given["shown"]),
    )  # fmt: skip


def _to_accept(actor: Actor, record: Record) -> Sequence[ToSign]:
    """Of each lens the newest rating, where this actor may accept it."""
    if not authority.may_see(actor, record):
        return ()
    picture = Picture.of(record)
    found = []
    for lens in picture.lenses():
        one = picture.newest(lens)
        if one is None or not accepting.answer(actor, record, one)[0].allowed:
            continue
        covers = {_t("Rating"): f"{one.cell} {one.class_label}", _t("Because"): one.why}
        shown = accepting.content_hash(record, one)
        found.append(ToSign(accepting.MEANING, shown, covers, {"lens": matrices.lens_code(lens)}))
    return found


def _ratings(actor: Actor, record: Record) -> Sequence[Mapping[str, Any]]:
    if not authority.may_see(actor, record):
        raise NotVisible
    return [
        {
            "kind": one.kind, "lens": matrices.lens_code(one.lens), "matrix": one.matrix.code,
            "edition": one.matrix.edition, "cell": one.cell, "class": one.class_label, "why": one.why,
            "by": one.by.name if one.by else "", "at": one.at, "valid": one.valid,
        }
        for one in reversed(queries.assessments(record))
    ]  # fmt: skip


RATED = dict.fromkeys(("kind", "lens", "matrix", "edition", "cell", "class", "why", "by"), Holds.TEXT)

offer(
    Verb(
        "rate_risk",
        KINDS,
        _("Rate the risk"),
        _("On the matrix in use for the lens, or on another one that is in force. What was rated before stays on its."),
        (
            Member("kind", _("Which risk"), needed=True, choices=tuple(AssessmentKind.values)),
            Member("cell", _("The cell as the matrix writes it")),
            Member("levels", _("In place of the cell: a level by axis"), Takes.WORDS),
            Member("why", _("Why this cell is right"), needed=True),
            Member("why_severity", _("Why severity is lower than before, where it is")),
            Member("facts", _("Which of the matrix's further facts are true"), Takes.TEXTS),
            Member("matrix", _("The code of a matrix; where it is left out, the usual one")),
            LENS,
        ),
        _rate,
        {"kind": "initial", "cell": "3B", "why": "Seen twice this year; the stand is beside the fuel farm."},
        writes_over=True,
        shows=Shows({**RATED, "at": Holds.MOMENT, "valid": Holds.FLAG}, _ratings),
    ),
    Verb(
        "accept_risk",
        KINDS,
        _("Accept the risk"),
        _("Signed, by whoever has the authority, for as long as is allowed. Below that level it is refused, and those "
          "who may accept get the task."),
        (
            Member("expires_on", _("Until which day; where it is left out, the last one allowed"), Takes.DAY),
            Member("conditions", _("On condition that")),
            LENS,
        ),
        _accept,
        {"lens": "safety", "expires_on": "2027-05-31", "password": "your password", "shown": "4f1c…"},
        moves=("accept",),
        to_sign=_to_accept,
    ),
    Verb(
        "pass_risk_on",
        KINDS,
        _("Refuse it, and ask who may accept"),
        _("Those who hold the authority for this risk get the task to accept or refuse it."),
        (LENS,),
        lambda actor, pk, given: accepting.ask(actor, pk, lens=_lens(given)),
        {"lens": "safety"},
    ),
)  # fmt: skip
