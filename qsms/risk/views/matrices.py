"""The matrices: which there are, which are in use since when, what each says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import keys
from qsms.records.choices import Lens
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import risk_matrix_shape
from qsms.ui import answers, dates, marks, table

from .. import drawing, matrices, matrix_editing, queries
from ..choices import MatrixStatus
from ..models import Adoption, RiskMatrix

USUAL_LEVELS = 5
SHAPES = {
    MatrixStatus.DRAFT: ("circle-dashed", "mute"),
    MatrixStatus.CURRENT: ("circle-check", "good"),
    MatrixStatus.SUPERSEDED: ("ban", "mute"),
}


def _check_sees(actor: Actor) -> None:
    if not (actor.holds("assessment.view") or actor.holds(matrix_editing.EDIT)):
        raise NotVisible


def _all(actor: Actor) -> list[RiskMatrix]:
    mine = Q(organisation_id=actor.organisation_id) | Q(organisation=None)
    return list(RiskMatrix.everywhere.filter(mine).order_by("title", "-pk"))


@dataclass(frozen=True, slots=True)
class Use:
    """A lens that rates on a matrix: whether it is the usual one, and since when in words."""

    lens: Lens
    is_usual: bool
    words: str


def in_use(actor: Actor, row: RiskMatrix) -> list[Use]:
    """The lenses that use a matrix."""
    rows = Adoption.everywhere.filter(organisation_id=actor.organisation_id, matrix=row, until=None).order_by("lens")
    found = []
    for one in rows:
        words = _("usual since %(day)s") if one.is_default else _("on offer since %(day)s")
        day = dates.moment(one.since, moment.now(), actor.tz, short=True, inside=True)
        found.append(Use(Lens(one.lens), one.is_default, words % {"day": day}))
    if found or row.organisation_id is not None:
        return found
    adopted = set(
        Adoption.everywhere.filter(organisation_id=actor.organisation_id, until=None).values_list("lens", flat=True)
    )
    return [
        Use(lens, True, _("usual from the start"))
        for lens in matrices.LENSES
        if lens not in adopted and matrices.matrix_for(actor, lens).pk == row.pk
    ]


@answers.for_people
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Every matrix of the organisation and every shipped one."""
    actor = answers.actor_of(request)
    _check_sees(actor)
    rated = queries.ratings_by_matrix(actor)
    rows = []
    for row in _all(actor):
        uses = in_use(actor, row) if row.status == MatrixStatus.CURRENT else []
        alike: dict[str, list[str]] = {}
        for one in uses:
            alike.setdefault(one.words, []).append(str(one.lens.label))
        used = "; ".join(f"{', '.join(lenses)}: {words}" for words, lenses in alike.items())
        shape, tone = SHAPES[MatrixStatus(row.status)]
        rows.append(
            [
                table.link(row.title, reverse("risk:matrix", args=[row.pk])),
                escape(row.edition),
                marks.status(row.get_status_display(), tone, shape),
                escape(used or "–"),
                escape(_("your own") if row.organisation_id else _("shipped")),
                escape(f"{rated.get(row.pk, 0):,}"),
            ]
        )
    columns = [
        table.Column(_("Matrix"), "t"),
        table.Column(_("Edition")),
        table.Column(_("Status")),
        table.Column(_("In use"), "wrap"),
        table.Column(_("From"), "hide-p"),
        table.Column(_("Ratings"), "r hide-p"),
    ]
    context = {
        "table": table.table(columns, [table.Group(rows)], _("Risk matrices")),
        "may_edit": actor.holds(matrix_editing.EDIT),
    }
    return answers.page(request, "risk/matrices.html", context)


@answers.for_people
@require_GET
def show(request: HttpRequest, matrix_id: int) -> HttpResponse:
    """One edition: the figure, the words of its levels and classes, and where it is used."""
    actor = answers.actor_of(request)
    _check_sees(actor)
    row = matrices.find(actor, matrix_id)
    if row is None:
        raise NotVisible
    wrong = matrix_editing.faults(row) if row.status == MatrixStatus.DRAFT else []
    context: dict[str, Any] = {"row": row, "may_edit": actor.holds(matrix_editing.EDIT), "wrong": wrong}
    shape, tone = SHAPES[MatrixStatus(row.status)]
    context["status"] = marks.status(row.get_status_display(), tone, shape, pill=True)
    if not wrong:
        rule = row.rule
        uses = in_use(actor, row) if row.status == MatrixStatus.CURRENT else []
        used = {one.lens for one in uses}
        meant = [lens for lens in matrices.LENSES if matrices.lens_code(lens) in rule.disciplines]
        context |= {
            "rule": rule,
            "matrix": drawing.grid(rule) if rule.kind == "grid" else None,
            "classes": [(one, drawing.who_may(rule, one)) for one in reversed(rule.classes)],
            "uses": uses,
            "unused": [lens for lens in meant if lens not in used] if row.status == MatrixStatus.CURRENT else [],
        }
    return answers.page(request, "risk/matrix.html", context)


@answers.for_people
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft from nothing."""
    actor = answers.actor_of(request)
    if not actor.holds(matrix_editing.EDIT):
        raise Refused([_("You may not change risk matrices. Ask the safety manager or an administrator.")])
    given = {key: request.POST.get(key, "") for key in ("title", "kind", "lens", "likelihood", "severity")}
    likelihood, severity = (keys.whole(given[key]) or USUAL_LEVELS for key in ("likelihood", "severity"))
    lens = keys.whole(given["lens"]) or int(Lens.SAFETY)
    error = ""
    if request.method == "POST":
        try:
            draft = matrix_editing.new_matrix(
                actor, given["title"], kind=given["kind"], lens=lens, likelihood=likelihood, severity=severity
            )
        except Invalid as wrong:
            error = " ".join(wrong.errors.values())
        else:
            said = _("This is a draft. Everything that is still to be decided is named on top.")
            return answers.done(request, reverse("risk:edit-matrix", args=[draft.pk]), said)
    context = {
        "given": given, "error": error, "lenses": matrices.LENSES, "chosen_lens": lens, "likelihood": likelihood,
        "severity": severity, "sizes": range(risk_matrix_shape.FEWEST_LEVELS, risk_matrix_shape.MOST_LEVELS + 1),
    }  # fmt: skip
    return answers.page(request, "risk/new_matrix.html", context, status=422 if error else 200)


@answers.for_people
@require_POST
def copy(request: HttpRequest, matrix_id: int) -> HttpResponse:
    """Begin a draft from an edition."""
    actor = answers.actor_of(request)
    draft = matrix_editing.copy_matrix(actor, matrix_id)
    said = _("This is a draft of your own. Nobody rates with it until you publish it.")
    return answers.done(request, reverse("risk:edit-matrix", args=[draft.pk]), said)


@answers.for_people
@require_POST
def adopt(request: HttpRequest, matrix_id: int) -> HttpResponse:
    """Make a matrix the usual one of a lens, or offer it no longer."""
    actor = answers.actor_of(request)
    lens = keys.whole(request.POST.get("lens", ""))
    if lens not in matrices.LENSES:
        raise Refused([_("Choose the lens.")])
    label = str(Lens(int(lens)).label)
    if request.POST.get("leave"):
        matrix_editing.leave(actor, matrix_id, int(lens))
        said = _("No longer on offer for %(lens)s. Ratings made on it stay.") % {"lens": label}
    else:
        matrix_editing.adopt(actor, matrix_id, int(lens))
        said = _("New ratings for %(lens)s begin on this matrix. Old ones stay on theirs.") % {"lens": label}
    return answers.done(request, reverse("risk:matrix", args=[matrix_id]), said)
