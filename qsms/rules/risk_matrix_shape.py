"""Giving a matrix another shape: one level, class or scale more or less, or a new matrix from nothing.

Everything works on plain data that may still have faults, and gives plain data. What somebody has to decide stays
empty, a new cell above all, so that the check asks for it; nothing is filled in with a guess.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from string import ascii_uppercase
from typing import Any, Final

from qsms.rules.risk_matrix import TONES

FEWEST_LEVELS, MOST_LEVELS = 2, 10
FEWEST_CLASSES, MOST_CLASSES = 2, 9
FEWEST_SCALES, MOST_SCALES = 2, 5
GRID, PRODUCT = "grid", "product"

Data = dict[str, Any]
Places = dict[tuple[int, int], str]

# How the codes of levels go by their place, for so many of them.
SCHEMES: Final[tuple[Callable[[int], list[str]], ...]] = (
    lambda n: [str(place) for place in range(1, n + 1)],
    lambda n: [str(place) for place in range(n, 0, -1)],
    lambda n: list(ascii_uppercase[:n]),
    lambda n: list(reversed(ascii_uppercase[:n])),
)


class OutOfShape(ValueError):
    """There is no such level, class or scale, or the matrix cannot have one more or less."""


def new_matrix(title: str, kind: str, disciplines: list[str], levels: tuple[int, int], authorities: list[Data]) -> Data:
    """An empty matrix with so many levels of likelihood and severity, in three classes."""
    likelihood, severity = (min(max(n, FEWEST_LEVELS), MOST_LEVELS) for n in levels)
    letters = SCHEMES[2 if kind == GRID else 1](severity)
    data: Data = {
        "title": title,
        "disciplines": disciplines,
        "kind": kind,
        "authorities": authorities,
        "axes": [
            _scale("likelihood", "likelihood", SCHEMES[1](likelihood)),
            _scale("severity", "severity", letters),
        ],
        "classes": [_class(f"class_{n}", tone) for n, tone in enumerate(TONES, start=1)],
    }
    if kind == GRID:
        data |= {"notation": ["likelihood", "severity"], "cells": {}}
        put_cells(data, {})
    else:
        data["score"] = [["likelihood"], ["severity"]]
        for each in data["classes"]:
            each["at_least"] = None
    return data


def _scale(code: str, role: str, codes: list[str]) -> Data:
    levels = [_level(each, len(codes) - place) for place, each in enumerate(codes)]
    return {"code": code, "label": "", "role": role, "levels": levels}


def _level(code: str, order: int) -> Data:
    return {"code": code, "label": "", "meaning": "", "order": order}


def _class(code: str, tone: str) -> Data:
    return {
        "code": code, "label": "", "tone": tone, "meaning": "", "behaviour": "", "days_to_act": None,
        "acceptance": None, "stop_activity": False,
    }  # fmt: skip


def add_level(data: Mapping[str, Any], scale: int, place: int) -> Data:
    """One level more on a scale, before the one at this place; codes that go in order go on in order."""
    found = copy.deepcopy(dict(data))
    levels = _levels(found, scale)
    if not 0 <= place <= len(levels) or len(levels) >= MOST_LEVELS:
        raise OutOfShape
    cells = places(found)
    was = [str(level["code"]) for level in levels]
    levels.insert(place, _level("", 0))
    _number(levels, falling=_falls(data["axes"][scale]["levels"]))
    _name(found, scale, was, [None if at == place else was[at - (at > place)] for at in range(len(levels))])
    put_cells(found, {_moved(key, scale, place, 1): value for key, value in cells.items()})
    return found


def take_level(data: Mapping[str, Any], scale: int, place: int) -> Data:
    """One level less, with its cells and the rules that asked for it."""
    found = copy.deepcopy(dict(data))
    levels = _levels(found, scale)
    if not 0 <= place < len(levels) or len(levels) <= FEWEST_LEVELS:
        raise OutOfShape
    cells = places(found)
    falling = _falls(levels)
    was = [str(level["code"]) for level in levels]
    gone = str(levels.pop(place)["code"])
    axis = str(found["axes"][scale]["code"])
    _keep_overrides(found, lambda each: str((each.get("when") or {}).get(axis)) != gone)
    _number(levels, falling=falling)
    _name(found, scale, was, was[:place] + was[place + 1 :])
    kept = {key: value for key, value in cells.items() if key[scale] != place} if cells else {}
    put_cells(found, {_moved(key, scale, place + 1, -1): value for key, value in kept.items()})
    return found


def add_class(data: Mapping[str, Any], place: int) -> Data:
    """One class more, before the one at this place, in the tone of its neighbour."""
    found = copy.deepcopy(dict(data))
    classes: list[Data] = found["classes"]
    if not 0 <= place <= len(classes) or len(classes) >= MOST_CLASSES:
        raise OutOfShape
    taken = {str(each["code"]) for each in classes}
    code = next(name for n in range(1, len(classes) + 2) if (name := f"class_{n}") not in taken)
    made = _class(code, str(classes[min(place, len(classes) - 1)]["tone"]))
    if found["kind"] == PRODUCT:
        made["at_least"] = None
    classes.insert(place, made)
    return found


def take_class(data: Mapping[str, Any], place: int) -> Data:
    """One class less. Its cells are in no class until somebody says in which."""
    found = copy.deepcopy(dict(data))
    classes: list[Data] = found["classes"]
    if not 0 <= place < len(classes) or len(classes) <= FEWEST_CLASSES:
        raise OutOfShape
    gone = str(classes.pop(place)["code"])
    _keep_overrides(found, lambda each: str(each.get("class")) != gone)
    if found["kind"] == GRID:
        found["cells"] = {cell: "" if str(value) == gone else value for cell, value in found["cells"].items()}
    return found


def add_scale(data: Mapping[str, Any]) -> Data:
    """One more question by whose level the score is multiplied."""
    found = copy.deepcopy(dict(data))
    axes: list[Data] = found["axes"]
    if found["kind"] != PRODUCT or len(axes) >= MOST_SCALES:
        raise OutOfShape
    taken = {str(each["code"]) for each in axes}
    code = next(name for n in range(1, len(axes) + 2) if (name := f"scale_{n}") not in taken)
    axes.append(_scale(code, "factor", SCHEMES[1](len(axes[0]["levels"]))))
    found["score"].append([code])
    return found


def take_scale(data: Mapping[str, Any], scale: int) -> Data:
    """One question less; that of likelihood and that of severity stay."""
    found = copy.deepcopy(dict(data))
    axes: list[Data] = found["axes"]
    if not may_take_scale(found, scale):
        raise OutOfShape
    gone = str(axes.pop(scale)["code"])
    _keep_overrides(found, lambda each: gone not in (each.get("when") or {}))
    found["score"] = [kept for group in found["score"] if (kept := [each for each in group if str(each) != gone])]
    return found


def may_take_scale(data: Mapping[str, Any], scale: int) -> bool:
    """Whether the matrix can do without this scale."""
    axes = data["axes"]
    if data["kind"] != PRODUCT or len(axes) <= FEWEST_SCALES or not 0 <= scale < len(axes):
        return False
    return axes[scale]["role"] not in ("severity", "likelihood")


def rename_levels(data: Mapping[str, Any], scale: int, codes: list[str]) -> Data:
    """The levels of a scale under other codes; cells and rules go along."""
    found = copy.deepcopy(dict(data))
    cells = places(found)
    levels = _levels(found, scale)
    was = [str(level["code"]) for level in levels]
    for level, code in zip(levels, codes, strict=True):
        level["code"] = code
    _follow(found, scale, was, dict(zip(was, codes, strict=True)))
    put_cells(found, cells)
    return found


def places(data: Mapping[str, Any]) -> Places:
    """The class of each cell of a grid by the places of its levels, down and across; empty where there is none."""
    if data["kind"] != GRID:
        return {}
    known = {str(cell): str(value) for cell, value in (data.get("cells") or {}).items()}
    return {key: known.get(name, "") for key, name in names(data).items()}


def names(data: Mapping[str, Any]) -> dict[tuple[int, int], str]:
    """What each cell of a grid is called."""
    down, across = data["axes"]
    found = {}
    for i, one in enumerate(down["levels"]):
        for j, other in enumerate(across["levels"]):
            codes = {str(down["code"]): str(one["code"]), str(across["code"]): str(other["code"])}
            found[i, j] = "".join(codes[str(axis)] for axis in data["notation"])
    return found


def put_cells(data: Data, cells: Places) -> None:
    """Write the classes of the cells under the names that these have now."""
    if data["kind"] == GRID:
        data["cells"] = {name: cells.get(key, "") for key, name in names(data).items()}


def _levels(data: Data, scale: int) -> list[Data]:
    if not 0 <= scale < len(data["axes"]):
        raise OutOfShape
    levels: list[Data] = data["axes"][scale]["levels"]
    return levels


def _falls(levels: list[Data]) -> bool:
    """Whether the worst level stands first."""
    return bool(levels[0]["order"] > levels[-1]["order"])


def _number(levels: list[Data], *, falling: bool) -> None:
    for place, level in enumerate(levels):
        level["order"] = len(levels) - place if falling else place + 1


def _name(data: Data, scale: int, was: list[str], kept: list[str | None] | list[str]) -> None:
    """Give the levels their codes: on in the order that they had, or a free one to the new level."""
    levels = data["axes"][scale]["levels"]
    scheme = next((one for one in SCHEMES if one(len(was)) == was), None)
    if scheme is not None:
        codes = scheme(len(levels))
    else:
        free = next(code for code in (*map(str, range(1, MOST_LEVELS + 2)), *ascii_uppercase) if code not in was)
        codes = [free if code is None else code for code in kept]
    for level, code in zip(levels, codes, strict=True):
        level["code"] = code
    _follow(data, scale, was, {old: code for old, code in zip(kept, codes, strict=True) if old is not None})


def _follow(data: Data, scale: int, was: list[str], now: Mapping[str, str]) -> None:
    """Rules that asked for a level ask for it by its new code."""
    axis = str(data["axes"][scale]["code"])
    for each in data.get("overrides") or []:
        when = each.get("when") or {}
        if str(when.get(axis)) in was:
            when[axis] = now.get(str(when[axis]), when[axis])


def _keep_overrides(data: Data, keep: Callable[[Data], bool]) -> None:
    if data.get("overrides"):
        data["overrides"] = [each for each in data["overrides"] if keep(each)]


def _moved(key: tuple[int, int], scale: int, start: int, by: int) -> tuple[int, int]:
    """A place of the grid after those from `start` on moved along one scale."""
    there = [at + by if axis == scale and at >= start else at for axis, at in enumerate(key)]
    return there[0], there[1]
