"""What is wrong with the data of a risk matrix, said so that somebody in a matrix editor can mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from qsms.rules.risk_matrix import KINDS, ROLES, STATUSES, TONES
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

if TYPE_CHECKING:
    from qsms.rules.risk_matrix import Matrix

TEXTS = ("code", "edition", "title", "basis", "confidence")
GRID_AXES = 2
FEWEST_LEVELS = 2


def validate(data: Mapping[str, Any]) -> list[Sentence]:
    """Every fault of a matrix given as plain data, as sentences; empty when it can be used.

    Faults of the outline (missing lists, twin codes) are told first and alone, because cells cannot be judged then.
    """
    outline = [*_heading(data), *_authorities(data), *_axes(data), *_classes(data)]
    if outline:
        return outline
    body = [*_acceptance(data), *_overrides(data)]
    body += _grid(data) if data["kind"] == "grid" else _scored(data)
    return body


def cautions(matrix: Matrix) -> list[Sentence]:
    """What is allowed but looks like a slip: a cell rated milder than a neighbour that is milder on both axes."""
    found: list[Sentence] = []
    cells = matrix.all_cells()
    order = {each.code: each.order for each in matrix.classes}
    at = {cell.code: tuple(matrix.axis(axis).level(level).order for axis, level in cell.levels) for cell in cells}
    for cell in cells:
        for other in cells:
            one_step = sum(a - b for a, b in zip(at[cell.code], at[other.code], strict=True)) == 1
            worse = all(a >= b for a, b in zip(at[cell.code], at[other.code], strict=True))
            if one_step and worse and order[cell.class_code] < order[other.class_code]:
                found.append(
                    _(
                        "Cell %(cell)s is %(class)s although %(other)s, one step milder, is %(other_class)s. "
                        "Check both cells.",
                        **{
                            "cell": cell.code,
                            "class": cell.class_code,
                            "other": other.code,
                            "other_class": other.class_code,
                        },
                    )
                )
    return found


def _rows(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = data.get(key)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _heading(data: Mapping[str, Any]) -> Iterator[Sentence]:
    for key in TEXTS:
        if not _plain(data.get(key)):
            yield _("“%(key)s” is missing. Write it as text.", key=key)
    for key, allowed in (("kind", KINDS), ("status", STATUSES)):
        if data.get(key) not in allowed:
            yield _(
                "“%(key)s” is “%(given)s”. Write one of %(allowed)s.",
                key=key,
                given=data.get(key, ""),
                allowed=", ".join(allowed),
            )
    disciplines = data.get("disciplines")
    if not isinstance(disciplines, list) or not disciplines or not all(_plain(each) for each in disciplines):
        yield _("“disciplines” is missing. List at least one, such as [safety].")
    for key in ("authorities", "axes", "classes"):
        value = data.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
            yield _("“%(key)s” is missing. Write it as a list with a code and a label for each.", key=key)


def _authorities(data: Mapping[str, Any]) -> Iterator[Sentence]:
    yield from _coded(_rows(data, "authorities"), "authorities")


def _axes(data: Mapping[str, Any]) -> Iterator[Sentence]:
    axes = _rows(data, "axes")
    yield from _coded(axes, "axes")
    if data.get("kind") == "grid" and len(axes) != GRID_AXES:
        yield _("A grid has two axes, this one has %(count)s. List the one drawn down first.", count=len(axes))
    for axis in axes:
        name = axis.get("code", "?")
        if axis.get("role") not in ROLES:
            yield _(
                "Axis %(axis)s has the role “%(role)s”. Write one of %(roles)s.",
                axis=name,
                role=axis.get("role", ""),
                roles=", ".join(ROLES),
            )
        levels = _rows(axis, "levels")
        if len(levels) < FEWEST_LEVELS or len(levels) != len(axis["levels"]):
            yield _("Axis %(axis)s needs at least two levels, each with a code, a label and an order.", axis=name)
            continue
        yield from _coded(levels, f"axis {name}")
        orders = sorted(str(level.get("order", "")) for level in levels)
        whole = all(_whole(level.get("order")) for level in levels)
        if not whole or sorted(level["order"] for level in levels) != list(range(1, len(levels) + 1)):
            yield _(
                "The levels of axis %(axis)s have the orders %(orders)s. Number them 1 to %(count)s, 1 the mildest.",
                axis=name,
                orders=", ".join(orders),
                count=len(levels),
            )
    for role in ("severity", "likelihood"):
        if sum(axis.get("role") == role for axis in axes) != 1:
            yield _("Exactly one axis must have the role “%(role)s”. Mend the roles of the axes.", role=role)


def _classes(data: Mapping[str, Any]) -> Iterator[Sentence]:
    classes = _rows(data, "classes")
    yield from _coded(classes, "classes")
    last = 0
    for each in classes:
        name = each.get("code", "?")
        tone = each.get("tone")
        if tone not in TONES:
            yield _(
                "Class %(code)s has the tone “%(tone)s”. Write one of %(tones)s.",
                code=name,
                tone=each.get("tone", ""),
                tones=", ".join(TONES),
            )
        elif TONES.index(tone) < last:
            yield _(
                "Class %(code)s has a milder tone than the class before it. List the mildest class first.", code=name
            )
        else:
            last = TONES.index(tone)
        for key in ("meaning", "behaviour"):
            if not _plain(each.get(key)):
                yield _("Class %(code)s has no “%(key)s”. Write one sentence.", code=name, key=key)
        days = each.get("days_to_act")
        if days is not None and not (_whole(days) and days >= 0):
            yield _(
                "Class %(code)s has “%(given)s” days to act. Write a whole number or leave it empty.",
                code=name,
                given=days,
            )


def _acceptance(data: Mapping[str, Any]) -> Iterator[Sentence]:
    known = [str(each["code"]) for each in data["authorities"]]
    rank_before = 0
    for each in data["classes"]:
        name = each["code"]
        if "acceptance" not in each:
            yield _("Class %(code)s does not say who may accept it. Write an authority, or null for nobody.", code=name)
            continue
        acceptance = each["acceptance"]
        if acceptance is None:
            rank_before = len(known) + 1
            continue
        authority = str(acceptance.get("authority", "")) if isinstance(acceptance, Mapping) else str(acceptance)
        if authority not in known:
            yield _(
                "Class %(code)s may be accepted by “%(authority)s”, which is not listed. Choose one of %(known)s.",
                code=name,
                authority=authority,
                known=", ".join(known),
            )
            continue
        rank = known.index(authority) + 1
        if rank < rank_before:
            yield _("Class %(code)s may be accepted by a lower authority than a milder class. Raise it.", code=name)
        rank_before = max(rank, rank_before)
        months = acceptance.get("max_months")
        if months is not None and not (_whole(months) and months > 0):
            yield _(
                "Class %(code)s may be accepted for “%(given)s” months. Write a whole number above 0, or null for "
                "no limit.",
                code=name,
                given=months,
            )


def _overrides(data: Mapping[str, Any]) -> Iterator[Sentence]:
    given = data.get("overrides") or []
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        yield _("“overrides” must be a list with a code, a label and a class for each.")
        return
    classes = [str(each["code"]) for each in data["classes"]]
    levels = _level_codes(data)
    yield from _coded(given, "overrides")
    for each in given:
        name = each.get("code", "?")
        if str(each.get("class")) not in classes:
            yield _(
                "Override %(code)s leads to “%(class)s”, which is not a class. Choose one of %(classes)s.",
                **{"code": name, "class": each.get("class", ""), "classes": ", ".join(classes)},
            )
        when = each.get("when") or {}
        if not isinstance(when, Mapping):
            yield _("Override %(code)s: write “when” as axis and level, such as {severity: 5}.", code=name)
            continue
        for axis, level in when.items():
            if str(level) not in levels.get(str(axis), ()):
                yield _(
                    "Override %(code)s asks for level “%(level)s” of axis “%(axis)s”, which does not exist.",
                    code=name,
                    level=level,
                    axis=axis,
                )


def _grid(data: Mapping[str, Any]) -> Iterator[Sentence]:
    levels = _level_codes(data)
    given = data.get("notation")
    notation = [str(each) for each in given] if isinstance(given, list) else []
    if sorted(notation) != sorted(levels):
        yield _(
            "“notation” says in which order the level codes make the name of a cell. Write %(axes)s in that order.",
            axes=", ".join(levels),
        )
        return
    wanted = ["".join(codes) for codes in product(*(levels[axis] for axis in notation))]
    if len(set(wanted)) != len(wanted):
        yield _("Two cells get the same name from these level codes. Use digits on one axis and letters on the other.")
        return
    cells = data.get("cells")
    if not isinstance(cells, Mapping):
        yield _("“cells” is missing. Write the class of each of the %(count)s cells.", count=len(wanted))
        return
    classes = [str(each["code"]) for each in data["classes"]]
    written = {str(cell): value for cell, value in cells.items()}
    for cell in wanted:
        if cell not in written:
            yield _(
                "Cell %(cell)s is missing. Give it one of the classes %(classes)s.",
                cell=cell,
                classes=", ".join(classes),
            )
        elif str(written[cell]) not in classes:
            yield _(
                "Cell %(cell)s is “%(given)s”, which is not a class. Choose one of %(classes)s.",
                cell=cell,
                given=written[cell],
                classes=", ".join(classes),
            )
    for cell in written:
        if cell not in wanted:
            yield _("Cell %(cell)s does not fit the levels of the axes. Remove it or add the level.", cell=cell)
    yield from _only_for("score", "product", data)


def _scored(data: Mapping[str, Any]) -> Iterator[Sentence]:
    levels = _level_codes(data)
    groups = data.get("score")
    flat = [str(each) for group in groups for each in group] if isinstance(groups, list) and _groups(groups) else []
    if sorted(flat) != sorted(levels):
        yield _(
            "“score” must name every axis once, in groups that are added up and then multiplied: %(axes)s.",
            axes=", ".join(levels),
        )
    before = -1
    for number, each in enumerate(data["classes"]):
        start = each.get("at_least")
        if not _whole(start):
            yield _(
                "Class %(code)s does not say from which score it begins. Write “at_least” as a whole number.",
                code=each["code"],
            )
            continue
        if number == 0 and start > 0:
            yield _("Class %(code)s is the mildest and must begin at 0.", code=each["code"])
        if start <= before:
            yield _("Class %(code)s must begin at a higher score than the class before it.", code=each["code"])
        before = start
    yield from _only_for("cells", "grid", data)


def _only_for(key: str, kind: str, data: Mapping[str, Any]) -> Iterator[Sentence]:
    if data.get(key):
        yield _("“%(key)s” belongs to matrices of the kind “%(kind)s”. Remove it.", key=key, kind=kind)


def _coded(rows: Sequence[Mapping[str, Any]], where: str) -> Iterator[Sentence]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        code = row.get("code")
        if not _plain(code) or not _plain(row.get("label")):
            yield _("Entry %(number)s of %(where)s needs a code and a label, both as text.", number=number, where=where)
            continue
        if str(code) in seen:
            yield _("The code “%(code)s” is used twice in %(where)s. Change one of them.", code=code, where=where)
        seen.add(str(code))


def _level_codes(data: Mapping[str, Any]) -> dict[str, list[str]]:
    return {str(axis["code"]): [str(level["code"]) for level in axis["levels"]] for axis in data["axes"]}


def _groups(value: list[object]) -> bool:
    return bool(value) and all(isinstance(group, list) and group for group in value)


def _plain(value: object) -> bool:
    # YAML reads an unquoted “no” as a truth value and “5” as a number: numbers are fine as codes, truth values are not.
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(str(value).strip())


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
