"""The matrix editor: its shape, words of the levels, classes with authority and validity, the class of each cell."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qsms.records import keys, listing
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import risk_matrix_shape
from qsms.rules.risk_matrix import TONES
from qsms.ui import answers

from .. import matrices, matrix_editing
from ..choices import MatrixStatus
from ..models import RiskMatrix

LONGEST_CODE, LONGEST_REASON = 4, 500
# What the buttons of the page do to the shape, each with how many places it names.
SHAPES: dict[str, tuple[Callable[..., dict[str, Any]], int]] = {
    "add-level": (risk_matrix_shape.add_level, 2),
    "take-level": (risk_matrix_shape.take_level, 2),
    "add-class": (risk_matrix_shape.add_class, 1),
    "take-class": (risk_matrix_shape.take_class, 1),
    "add-scale": (risk_matrix_shape.add_scale, 0),
    "take-scale": (risk_matrix_shape.take_scale, 1),
}


@answers.for_people
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, matrix_id: int) -> HttpResponse:
    """Change a draft, keep it with its faults, publish it when it has none."""
    actor = answers.actor_of(request)
    if not actor.holds(matrix_editing.EDIT):
        raise Refused([_("You may not change risk matrices. Ask the safety manager or an administrator.")])
    row = matrices.find(actor, matrix_id)
    if row is None:
        raise NotVisible
    if row.status != MatrixStatus.DRAFT:
        raise Refused([_("“%(matrix)s” is published and no longer changes. Edit a copy of it.") % {"matrix": row}])
    if request.method == "GET":
        return _page(request, row)
    version = keys.whole(request.POST.get("version", ""))
    definition, where = read(row.definition, request.POST), ""
    if "shape" in request.POST:
        definition, where = reshaped(definition, request.POST["shape"])
    row = matrix_editing.change(actor, row.pk, -1 if version is None else version, definition)
    wrong = matrix_editing.faults(row)
    if "publish" not in request.POST:
        said = _("The draft is kept.")
        return answers.done(request, request.path + where, said)
    if wrong:
        return _page(request, row, status=422)
    checked = request.POST.get("checked", "")[:LONGEST_REASON]
    try:
        published = matrix_editing.publish(actor, row.pk, row.version, checked=checked)
    except Invalid as error:
        return _page(request, row, status=422, checked_error=error.errors.get("checked", ""))
    said = _("“%(matrix)s” is in force. Ratings made before stay on the edition they were made on.") % {
        "matrix": published
    }
    return answers.done(request, reverse("risk:matrix", args=[published.pk]), said)


@answers.for_people
@require_POST
def drop(request: HttpRequest, matrix_id: int) -> HttpResponse:
    """Throw a draft away."""
    matrix_editing.drop(answers.actor_of(request), matrix_id)
    return answers.done(request, reverse("risk:matrices"), _("The draft is thrown away."))


def reshaped(definition: dict[str, Any], asked: str) -> tuple[dict[str, Any], str]:
    """The definition in another shape, and where on the page that is: “add-level 0 2”, “take-class 1”."""
    what, *numbers = asked.split()
    places = [-1 if (number := keys.whole(each)) is None else number for each in numbers]
    if what not in SHAPES or len(places) != SHAPES[what][1]:
        raise NotVisible
    try:
        made: dict[str, Any] = SHAPES[what][0](definition, *places)
    except risk_matrix_shape.OutOfShape as error:
        raise Refused([_("A matrix cannot have one more of it, or one less. Open the draft again.")]) from error
    where = "#classes" if what.endswith("class") else f"#scale-{places[0]}" if what.endswith("level") else "#scales"
    return made, where


def _page(request: HttpRequest, row: RiskMatrix, *, status: int = 200, checked_error: str = "") -> HttpResponse:
    wrong = matrix_editing.faults(row)
    context = {
        "row": row,
        "wrong": wrong,
        "cautions": [] if wrong else matrix_editing.cautions(row),
        "tried": status == 422,
        "checked": request.POST.get("checked", ""),
        "checked_error": checked_error,
        **shown(row.definition),
    }
    return answers.page(request, "risk/edit_matrix.html", context, status=status)


def read(stored: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The definition with what the editor's form says in place of the old words, classes and cells.

    What is no number stays as typed, so that the check can quote it.
    """
    found = copy.deepcopy(dict(stored))
    for key in ("title", "edition", "basis"):
        if key in given:
            found[key] = given[key].strip()
    for a, axis in enumerate(found["axes"]):
        axis["label"] = given.get(f"axis_{a}", axis["label"]).strip()
        for n, level in enumerate(axis["levels"]):
            level["label"] = given.get(f"level_{a}_{n}", level["label"]).strip()
            level["meaning"] = given.get(f"meaning_{a}_{n}", level["meaning"]).strip()
    for n, one in enumerate(found["authorities"]):
        one["label"] = given.get(f"authority_{n}", one["label"]).strip()
    for n, one in enumerate(found["classes"]):
        for key in ("label", "meaning", "behaviour"):
            one[key] = given.get(f"{key}_class_{n}", one[key]).strip()
        if f"label_class_{n}" in given:
            one["tone"] = given.get(f"tone_{n}", one["tone"])
            one["days_to_act"] = _number(given.get(f"days_{n}", ""))
            one["stop_activity"] = bool(given.get(f"stop_{n}"))
            who = given.get(f"who_{n}", "")
            one["acceptance"] = {"authority": who, "max_months": _number(given.get(f"months_{n}", ""))} if who else None
            if "at_least" in one:
                one["at_least"] = _number(given.get(f"at_least_{n}", ""))
    for cell in found.get("cells", {}):
        found["cells"][cell] = given.get(f"cell_{cell}", found["cells"][cell])
    # Last, because the form names each cell by the codes that it was drawn with.
    for a, axis in enumerate(found["axes"]):
        was = [str(level["code"]) for level in axis["levels"]]
        codes = [given.get(f"code_{a}_{n}", code).strip()[:LONGEST_CODE] for n, code in enumerate(was)]
        if codes != was:
            found = risk_matrix_shape.rename_levels(found, a, codes)
    return found


def _number(text: str) -> int | str | None:
    text = text.strip()
    number = keys.whole(text)
    return number if number is not None else text or None


def shown(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What the editor's template walks through: axes, classes, and the grid row by row."""
    axes, classes = definition["axes"], definition["classes"]
    tones = {one["code"]: one["tone"] for one in classes}
    rows: list[tuple[Mapping[str, Any], list[dict[str, str]]]] = []
    columns: list[Mapping[str, Any]] = []
    if definition["kind"] == risk_matrix_shape.GRID:
        down, across = axes
        columns = across["levels"]
        names, chosen = risk_matrix_shape.names(definition), risk_matrix_shape.places(definition)
        for i, level in enumerate(down["levels"]):
            at = [(i, j) for j in range(len(columns))]
            cells = [{"name": names[key], "chosen": chosen[key], "tone": tones.get(chosen[key], "none")} for key in at]
            rows.append((level, cells))
    told = []
    for one in classes:
        acceptance = one.get("acceptance") or {}
        told.append(
            {
                **one,
                "who": acceptance.get("authority", ""),
                "months": _typed(acceptance.get("max_months")),
                "days": _typed(one.get("days_to_act")),
                "from_score": _typed(one.get("at_least")) if "at_least" in one else None,
            }
        )
    return {
        "definition": definition,
        "classes": told,
        "rows": rows,
        "columns": columns,
        "tones": [(tone, listing.RISK_TONES[n]) for n, tone in enumerate(TONES, start=1)],
        "scales": [
            {
                "axis": axis,
                "code_length": LONGEST_CODE,
                "more": len(axis["levels"]) < risk_matrix_shape.MOST_LEVELS,
                "less": len(axis["levels"]) > risk_matrix_shape.FEWEST_LEVELS,
                "may_go": risk_matrix_shape.may_take_scale(definition, a),
            }
            for a, axis in enumerate(axes)
        ],
        "more_classes": len(classes) < risk_matrix_shape.MOST_CLASSES,
        "less_classes": len(classes) > risk_matrix_shape.FEWEST_CLASSES,
        "more_scales": definition["kind"] == risk_matrix_shape.PRODUCT and len(axes) < risk_matrix_shape.MOST_SCALES,
    }


def _typed(value: object) -> str:
    return "" if value is None else str(value)
