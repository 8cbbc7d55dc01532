"""Frameworks from data and back: checked, set upon the edition that they extend, and sealed with a checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.framework_check import DEEPEST, date_text, too_deep, validate
from qsms.rules.frameworks import (
    Base,
    BaseKind,
    Change,
    Confidence,
    Documented,
    Framework,
    Requirement,
    Status,
    Subject,
    numbers_above,
    reading_order,
)
from qsms.rules.sentences import say as _

__all__ = ["checksum", "from_dict", "load", "load_all", "to_dict", "validate"]

SHOWN = 10
CONTENT = ("title", "intent", "addition", "evidence", "applies_when")


def load(source: Path | str, known: Mapping[str, Framework] | None = None) -> Framework:
    """The framework of a YAML file (a path) or of YAML text; raises `DataError` that names place and mend.

    `known` are the frameworks by key that it may extend.
    """
    name, data = read_mapping(source)
    return from_dict(data, known, name=name)


def load_all(folder: Path) -> dict[str, Framework]:
    """Every framework of a folder by key, each set upon its base, in the order of the file names."""
    waiting = {path.name: read_mapping(path)[1] for path in sorted(folder.glob("*.yaml"))}
    found: dict[str, Framework] = {}
    names = list(waiting)
    while waiting:
        ready = [name for name, data in waiting.items() if _extends(data) in {"", *found}]
        if not ready:
            name, data = next(iter(waiting.items()))
            raise DataError(name, [_no_base(data)])
        for name in ready:
            framework = from_dict(waiting.pop(name), found, name=name)
            if framework.key in found:
                raise DataError(name, [_("The edition %(key)s is in another file already.", key=framework.key)])
            found[framework.key] = framework
    by_name = {f"{each.code}-{each.edition}.yaml": key for key, each in found.items()}
    for name in names:
        if name not in by_name:
            raise DataError(name, [_("Name the file after code and edition: %(names)s.", names=", ".join(by_name))])
    return {by_name[name]: found[by_name[name]] for name in names}


def from_dict(
    data: Mapping[str, Any], known: Mapping[str, Framework] | None = None, *, name: str = "the framework"
) -> Framework:
    """The framework of plain data; raises `DataError` with every sentence of `validate`."""
    base = (known or {}).get(_extends(data))
    wrong = validate(data, base.by_number if base else None)
    if _extends(data) and base is None:
        wrong = [_no_base(data)]
    if wrong:
        raise DataError(name, wrong)
    requirements = _extended(name, data, base) if base else _listed(data)
    _check_parents(name, requirements)
    subject = data.get("subject") or (base.subject if base else None)
    return Framework(
        code=data["code"].strip(),
        edition=data["edition"].strip(),
        title=data["title"].strip(),
        publisher=data["publisher"].strip(),
        status=Status(data["status"]),
        basis=data["basis"].strip(),
        confidence=Confidence(data["confidence"]),
        confidence_note=data["confidence_note"].strip(),
        dates={key: date_text(value) for key, value in data.get("dates", {}).items()},
        requirements=requirements,
        base=_base(data),
        subject=Subject(subject) if subject else None,
    )


def to_dict(framework: Framework) -> dict[str, Any]:
    """Plain data, complete without its base, that `from_dict` turns into an equal framework."""
    data: dict[str, Any] = {
        "code": framework.code,
        "edition": framework.edition,
        "title": framework.title,
        "publisher": framework.publisher,
        "status": framework.status.value,
        "dates": dict(framework.dates),
        "basis": framework.basis,
        "confidence": framework.confidence.value,
        "confidence_note": framework.confidence_note,
    }
    if framework.subject:
        data["subject"] = framework.subject.value
    if framework.base:
        data["base"] = {"framework": framework.base.framework, "kind": framework.base.kind.value}
        if framework.base.leaves_out:
            data["base"]["leaves_out"] = list(framework.base.leaves_out)
    known: set[str] = set()
    rows = []
    for each in framework.requirements:
        rows.append(_row_data(each, known))
        known.add(each.number)
    data["requirements"] = rows
    return data


def checksum(framework: Framework) -> str:
    """A fingerprint of the whole content, the same whatever file or format it came in."""
    text = json.dumps(to_dict(framework), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _extends(data: Mapping[str, Any]) -> str:
    extends = data.get("extends")
    return str(extends.get("framework") or "") if isinstance(extends, Mapping) else ""


def _no_base(data: Mapping[str, Any]) -> Any:
    return _("It extends “%(base)s”, which is not there. Load that edition first.", base=_extends(data))


def _base(data: Mapping[str, Any]) -> Base | None:
    given = data.get("extends") or data.get("base")
    if not given:
        return None
    return Base(given["framework"], BaseKind(given["kind"]), tuple(given.get("leaves_out", ())))


def _listed(data: Mapping[str, Any]) -> tuple[Requirement, ...]:
    known: set[str] = set()
    found = []
    for row in data["requirements"]:
        found.append(_requirement(row, known))
        known.add(row["number"])
    return tuple(found)


def _requirement(row: Mapping[str, Any], known: set[str]) -> Requirement:
    documented = row.get("documented", [])
    return Requirement(
        number=row["number"],
        title=_text(row, "title"),
        parent=row.get("under", _stands_under(row["number"], known)),
        intent=_text(row, "intent"),
        addition=_text(row, "adds"),
        evidence=_text(row, "evidence"),
        documented=tuple(Documented(each) for each in (documented if isinstance(documented, list) else [documented])),
        applies_when=_text(row, "applies_when"),
        assessable=not row.get("heading", False),
        confidence=Confidence(row["confidence"]) if "confidence" in row else None,
        note=_text(row, "note"),
        change=Change(row.get("change", Change.NEW)),
        was=tuple(row.get("was", ())),
    )


def _extended(name: str, data: Mapping[str, Any], base: Framework) -> tuple[Requirement, ...]:
    left_out = set(data["extends"].get("leaves_out", ()))
    kept = {
        each.number: replace(each, change=Change.SAME, was=(each.number,))
        for each in base.requirements
        if each.number not in left_out
    }
    numbers = {*kept, *(row["number"] for row in data["requirements"])}
    for row in data["requirements"]:
        number = row["number"]
        given = _requirement(row, numbers)
        old = kept.get(number)
        kept[number] = _upon(old, given, row) if old else _moved(given)
    below: dict[str, list[str]] = {}
    for each in kept.values():
        below.setdefault(each.parent if each.parent in kept else "", []).append(each.number)
    ordered: list[Requirement] = []
    waiting = [""]
    while waiting:
        parent = waiting.pop()
        if parent:
            ordered.append(kept[parent])
        waiting += sorted(below.get(parent, ()), key=reading_order, reverse=True)
    if len(ordered) < len(kept):
        lost = ", ".join(sorted(set(kept) - {each.number for each in ordered}, key=reading_order)[:SHOWN])
        raise DataError(name, [_("Requirements stand under one another in a circle: %(numbers)s.", numbers=lost)])
    return tuple(ordered)


def _upon(old: Requirement, given: Requirement, row: Mapping[str, Any]) -> Requirement:
    """The base's requirement with what the row says instead."""
    values: dict[str, Any] = {key: getattr(given, key) for key in CONTENT if getattr(given, key)}
    for key in ("documented", "confidence", "note"):
        if key in row:
            values[key] = getattr(given, key)
    if "heading" in row:
        values["assessable"] = given.assessable
    if "change" in row:
        change = given.change
    elif given.addition:
        change = Change.EXTENDED
    else:
        change = Change.CHANGED
    return replace(old, **values, change=change, was=given.was or old.was)


def _moved(given: Requirement) -> Requirement:
    """A number that the base does not keep: moved here when it says where it stood, else new."""
    return replace(given, change=Change.RENUMBERED) if given.was and given.change is Change.NEW else given


def _stands_under(number: str, known: set[str]) -> str:
    return next((above for above in numbers_above(number) if above in known), "")


def _check_parents(name: str, requirements: tuple[Requirement, ...]) -> None:
    depth = {"": 0}
    for each in requirements:
        if each.parent not in depth:
            wrong = _(
                "Requirement %(number)s stands under “%(under)s”, which is not kept or comes after it.",
                number=each.number,
                under=each.parent,
            )
            raise DataError(name, [wrong])
        depth[each.number] = depth[each.parent] + 1
        if depth[each.number] > DEEPEST:
            raise DataError(name, [too_deep(each.number)])


def _row_data(each: Requirement, known: set[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"number": each.number, "title": each.title}
    if each.parent != _stands_under(each.number, known):
        row["under"] = each.parent
    texts = {"intent": each.intent, "adds": each.addition, "evidence": each.evidence, "applies_when": each.applies_when}
    row.update({key: value for key, value in texts.items() if value})
    if each.documented:
        row["documented"] = [one.value for one in each.documented]
    if not each.assessable:
        row["heading"] = True
    if each.confidence:
        row["confidence"] = each.confidence.value
    if each.note:
        row["note"] = each.note
    if each.change is not Change.NEW:
        row["change"] = each.change.value
    if each.was:
        row["was"] = list(each.was)
    return row


def _text(row: Mapping[str, Any], key: str) -> str:
    return str(row.get(key) or "").strip()
