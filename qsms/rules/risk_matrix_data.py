"""Risk matrices from data: checked with sentences that name the place, built, and written back for an editor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.risk_matrix import Authority, Axis, Level, Matrix, Override, RiskClass
from qsms.rules.risk_matrix_check import cautions, validate

__all__ = ["cautions", "from_dict", "load", "load_all", "to_dict", "validate"]


def load(source: Path | str) -> Matrix:
    """The matrix of a YAML file (a path) or of YAML text; raises `DataError` that names file, place and mend."""
    name, data = read_mapping(source)
    return from_dict(data, name=name)


def load_all(folder: Path) -> dict[str, Matrix]:
    """Every matrix of a folder by code and edition, written “code/edition”, in the order of the file names."""
    found: dict[str, Matrix] = {}
    for path in sorted(folder.glob("*.yaml")):
        matrix = load(path)
        found[f"{matrix.code}/{matrix.edition}"] = matrix
    return found


def from_dict(data: Mapping[str, Any], *, name: str = "the matrix") -> Matrix:
    """The matrix of plain data; raises `DataError` with every sentence of `validate`."""
    wrong = validate(data)
    if wrong:
        raise DataError(name, wrong)
    return Matrix(
        code=_text(data, "code"),
        edition=_text(data, "edition"),
        title=_text(data, "title"),
        disciplines=tuple(str(each) for each in data["disciplines"]),
        status=_text(data, "status"),
        basis=_text(data, "basis"),
        confidence=_text(data, "confidence"),
        kind=_text(data, "kind"),
        axes=tuple(_axis(each) for each in data["axes"]),
        classes=tuple(_risk_class(each, order) for order, each in enumerate(data["classes"], start=1)),
        authorities=tuple(
            Authority(_text(each, "code"), _text(each, "label"), rank)
            for rank, each in enumerate(data["authorities"], start=1)
        ),
        notation=tuple(str(each) for each in data.get("notation") or ()),
        cells={str(cell): str(value) for cell, value in (data.get("cells") or {}).items()},
        score=tuple(tuple(str(each) for each in group) for group in data.get("score") or ()),
        overrides=tuple(_override(each) for each in data.get("overrides") or ()),
        unchecked=_text(data, "unchecked"),
    )


def to_dict(matrix: Matrix) -> dict[str, Any]:
    """Plain data that `from_dict` turns into an equal matrix; for an editor, an export or a JSON column."""
    data: dict[str, Any] = {
        "code": matrix.code,
        "edition": matrix.edition,
        "title": matrix.title,
        "disciplines": list(matrix.disciplines),
        "status": matrix.status,
        "basis": matrix.basis,
        "confidence": matrix.confidence,
        "kind": matrix.kind,
        "authorities": [{"code": each.code, "label": each.label} for each in matrix.authorities],
        "axes": [
            {
                "code": axis.code,
                "label": axis.label,
                "role": axis.role,
                "levels": [
                    {"code": each.code, "label": each.label, "meaning": each.meaning, "order": each.order}
                    for each in axis.levels
                ],
            }
            for axis in matrix.axes
        ],
        "classes": [_class_data(each) for each in matrix.classes],
    }
    if matrix.kind == "grid":
        data["notation"] = list(matrix.notation)
        data["cells"] = dict(matrix.cells)
    else:
        data["score"] = [list(group) for group in matrix.score]
    if matrix.overrides:
        data["overrides"] = [
            {"code": each.code, "label": each.label, "class": each.class_code, "when": dict(each.when)}
            for each in matrix.overrides
        ]
    if matrix.unchecked:
        data["unchecked"] = matrix.unchecked
    return data


def _class_data(each: RiskClass) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": each.code,
        "label": each.label,
        "tone": each.tone,
        "meaning": each.meaning,
        "behaviour": each.behaviour,
        "days_to_act": each.days_to_act,
        "acceptance": {"authority": each.authority, "max_months": each.max_months} if each.authority else None,
        "stop_activity": each.stop_activity,
    }
    if each.at_least is not None:
        data["at_least"] = each.at_least
    return data


def _text(data: Mapping[str, Any], key: str) -> str:
    return str(data.get(key) or "").strip()


def _axis(data: Mapping[str, Any]) -> Axis:
    levels = tuple(
        Level(_text(each, "code"), _text(each, "label"), _text(each, "meaning"), int(each["order"]))
        for each in data["levels"]
    )
    return Axis(_text(data, "code"), _text(data, "label"), _text(data, "role"), levels)


def _risk_class(data: Mapping[str, Any], order: int) -> RiskClass:
    acceptance = data.get("acceptance") or {}
    return RiskClass(
        code=_text(data, "code"),
        label=_text(data, "label"),
        tone=_text(data, "tone"),
        order=order,
        meaning=_text(data, "meaning"),
        behaviour=_text(data, "behaviour"),
        days_to_act=data.get("days_to_act"),
        authority=_text(acceptance, "authority"),
        max_months=acceptance.get("max_months"),
        stop_activity=bool(data.get("stop_activity", False)),
        at_least=data.get("at_least"),
    )


def _override(data: Mapping[str, Any]) -> Override:
    when = tuple(sorted((str(axis), str(level)) for axis, level in (data.get("when") or {}).items()))
    return Override(_text(data, "code"), _text(data, "label"), _text(data, "class"), when)
