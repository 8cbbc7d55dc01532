"""What is wrong with a catalog as a whole: ids used twice, and parameters in circles or without a definition."""

from __future__ import annotations

from collections.abc import Iterator

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

from .catalog import Catalog, Control, Group, Part
from .parameters import circles, named_in

MOST_NAMED = 20


def faults(catalog: Catalog) -> list[Sentence]:
    """Why the catalog cannot be used; empty when it can."""
    found: list[Sentence] = []
    seen: dict[str, str] = {}
    for kind, name in _ids(catalog):
        if name in seen:
            found.append(
                _("The id “%(id)s” is used twice: %(first)s and %(second)s.", id=name, first=seen[name], second=kind)
            )
        seen.setdefault(name, kind)
    return found + circles({each.id: each for each in catalog.all_params()})


def cautions(catalog: Catalog) -> list[Sentence]:
    """What can be used and looks like a slip."""
    defined = {each.id for each in catalog.all_params()}
    missing = dict.fromkeys(name for text in _texts(catalog) for name in named_in(text) if name not in defined)
    if not missing:
        return []
    return [
        _(
            "Parameters are inserted and not defined: %(names)s. They stand as their id.",
            names=", ".join(list(missing)[:MOST_NAMED]),
        )
    ]


def _ids(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for group in catalog.all_groups():
        yield from _own("group", group.id, group.parts)
    for control in catalog.all_controls():
        yield from _own("control", control.id, control.parts)
    for param in catalog.all_params():
        if param.id:
            yield "param", param.id


def _own(kind: str, name: str, parts: tuple[Part, ...]) -> Iterator[tuple[str, str]]:
    if name:
        yield kind, name
    for part in _parts(parts):
        if part.id:
            yield "part", part.id


def _parts(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from _parts(part.parts)


def _texts(catalog: Catalog) -> Iterator[str]:
    holders: list[Group | Control] = [*catalog.all_groups(), *catalog.all_controls()]
    for holder in holders:
        for part in _parts(holder.parts):
            yield part.prose
    for param in catalog.all_params():
        if param.select:
            yield from param.select.choices
