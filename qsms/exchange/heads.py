"""Where the head of a table is, and what its columns are called.

Real files put titles, notes and empty lines above the names, or write the names on two rows: groups above, names below.
The guess made here is a suggestion; a person can always say which rows are the head.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.exchange import limits
from qsms.exchange.guard import unguarded
from qsms.exchange.sentences import TableError, shown
from qsms.exchange.table import Cell, Columns, RawRow

_NUMBER = re.compile(r"[-+(]?[\d.,'\u00a0 ]*\d[\d.,]*\s*[%)]?$")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$")
_NOTHING = {"null", "none", "na", "n/a", "nan", "-", "--", "."}


def find_head(rows: Sequence[RawRow]) -> tuple[int, ...]:
    """The row numbers of the head among the first rows of a table; empty when no row looks like names."""
    filled = [(row, _kinds(row.cells)) for row in rows]
    filled = [(row, kinds) for row, kinds in filled if kinds]
    if not filled:
        return ()
    width = _usual_width([len(kinds) for _row, kinds in filled])
    best, best_score, passed = None, 0.0, 0
    for at, (row, kinds) in enumerate(filled):
        if len(kinds) < max(1, 0.5 * width):
            continue
        if _names(row, kinds):
            # Full rows above the names would be lost as "titles", so a lower row has to be much better to be chosen.
            score = _score(kinds, [later for _row, later in filled[at + 1 : at + 31]], width) - 0.3 * passed
            if score > best_score + 1e-9:
                best, best_score = at, score
        passed += len(kinds) >= 0.8 * width
    if best is None:
        return ()
    row = filled[best][0]
    for upper in (best - 1, best):
        pair = filled[upper : upper + 2] if upper >= 0 else []
        if len(pair) < 2 or not _names(*pair[1]):
            continue
        over, names = pair[0][0], pair[1][0]
        if names.number - over.number == 1 and _is_group_row(over, names):
            return (over.number, names.number)
    return (row.number,)


def name_columns(rows: Sequence[RawRow], below: Sequence[RawRow], *, loose: bool) -> Columns:
    """Unique names from the head `rows`, outermost group first, for as many columns as head and rows `below` speak of.

    Says in `notes` what it made up. Empty nameless columns at the end are left out. `loose` says that a cell beyond the
    last name is a cell like others; in a text table it is more likely a separator too many.
    """
    width = _width(rows, below, loose=loose)
    if width > limits.COLUMNS:
        sentence = _(
            "The table has %(found)s columns; the most that can be read is %(most)s. Leave out those not needed."
        )
        raise TableError(sentence % {"found": width, "most": limits.COLUMNS}, code="too-wide")
    layers = [_layer(row, width, spread=row is not rows[-1]) for row in rows]
    names: list[str] = []
    made: list[str] = []
    repeated: list[str] = []
    plain = [_join(layer[at] for layer in layers) for at in range(width)]
    reserved = Counter(plain)
    used: set[str] = set()
    for at, name in enumerate(plain):
        if not name:
            name = _free(_("Column %(n)s") % {"n": at + 1}, used, reserved)
            made.append(name)
        elif name in used:
            repeated.append(name)
            name = _free(name, used, reserved)
        used.add(name)
        names.append(name)
    return Columns(tuple(names), tuple(_notes(made, repeated) if rows else ()))


def _notes(made: list[str], repeated: list[str]) -> list[str]:
    notes = []
    if made:
        sentence = ngettext(
            "One column has no name; it is called %(names)s.",
            "%(count)s columns have no name; they are called %(names)s.",
            len(made),
        )
        notes.append(sentence % {"count": len(made), "names": _listed(made)})
    if repeated:
        sentence = ngettext(
            "The column name %(names)s stands more than once; the later one has a number behind it.",
            "These column names stand more than once; the later ones have a number behind them: %(names)s.",
            len(repeated),
        )
        notes.append(sentence % {"names": _listed(list(dict.fromkeys(repeated)))})
    return notes


def _listed(names: list[str]) -> str:
    quoted = [f"“{shown(name, 40)}”" for name in names[:5]]
    return ", ".join(quoted) + (" …" if len(names) > 5 else "")


def _free(name: str, used: set[str], reserved: Counter[str]) -> str:
    if name not in used and not reserved[name]:
        return name
    number = 2
    while f"{name} ({number})" in used or reserved[f"{name} ({number})"]:
        number += 1
    return f"{name} ({number})"


def _join(parts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(part for part in parts if part))


def _width(head: Sequence[RawRow], below: Sequence[RawRow], *, loose: bool) -> int:
    filled = Counter(at for row in below for at, cell in enumerate(row.cells) if cell != "")
    if not head:
        return max(filled, default=-1) + 1
    width = max((at for row in head for at, cell in enumerate(row.cells) if _name(cell)), default=-1) + 1
    declared = max(len(row.cells) for row in head)
    # Beyond the last name: a column the head leaves blank counts when anything stands in it, one that the head does
    # not reach only when most rows have it. Otherwise a single long row would widen the table.
    beyond = [at for at, count in filled.items() if at >= width and (loose or at < declared or count * 2 > len(below))]
    return max([width, *(at + 1 for at in beyond)])


def _layer(row: RawRow, width: int, *, spread: bool) -> list[str]:
    names = [_name(cell) for cell in row.cells[:width]]
    names += [""] * (width - len(names))
    if not spread:
        return names
    for at, value in row.merged.items():
        if at < width and not names[at]:
            names[at] = _name(value)
    if not row.merged and not _repeats(names):
        # A merged group saved as text leaves its name in the first cell only.
        for at in range(1, len(row.cells[:width])):
            names[at] = names[at] or names[at - 1]
    return names


def _repeats(names: Sequence[str]) -> int:
    return sum(a == b != "" for a, b in pairwise(names))


def _name(cell: Cell) -> str:
    return shown(unguarded(cell) if isinstance(cell, str) else cell, 200) if cell != "" else ""


def _kinds(cells: Sequence[Cell]) -> dict[int, str]:
    """What kind of thing each filled cell holds: number, date, nothing ("null"), yes-no or text."""
    return {at: _kind(cell) for at, cell in enumerate(cells) if not (isinstance(cell, str) and not cell.strip())}


def _kind(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "flag"
    if not isinstance(cell, str):
        return "number" if isinstance(cell, int | float) else "date"
    text = cell.strip()
    if text.casefold() in _NOTHING:
        return "nothing"
    if len(text) > 40 or text[-1:].isalpha():
        return "text"
    if _NUMBER.match(text):
        return "number"
    return "date" if _DATE.match(text) else "text"


def _usual_width(widths: list[int]) -> float:
    """How many cells a row of the table proper has: the upper middle, for titles and notes are narrow."""
    ordered = sorted(widths)
    return ordered[(len(ordered) * 2) // 3] if len(ordered) > 2 else ordered[-1]


def _names(row: RawRow, kinds: dict[int, str]) -> bool:
    texts = [kind for kind in kinds.values() if kind == "text"]
    if not texts:
        return _years([row.cells[at] for at in kinds])
    if "date" in kinds.values() or "flag" in kinds.values() or "nothing" in kinds.values():
        return False
    if len(texts) * 2 > len(kinds):
        return True
    return _years([row.cells[at] for at, kind in kinds.items() if kind == "number"])


def _years(cells: Sequence[Cell]) -> bool:
    """Numbers are names only as a run of different years."""
    found = [str(cell).strip() for cell in cells]
    return len(set(found)) == len(found) > 1 and all(re.fullmatch(r"(19|20)\d\d", text) for text in found)


def _score(kinds: dict[int, str], later: list[dict[int, str]], width: float) -> float:
    """How well names over `later` rows explain them: columns named, each column of one kind, other than the names'."""
    score = min(1.0, len(kinds) / max(width, 1))
    if not later:
        return score
    following = [len(row) for row in later[:3]]
    score += sum(min(1.0, count / max(width, 1)) for count in following) / len(following)
    pure = contrast = counted = 0.0
    for at in kinds:
        below = [row[at] for row in later if at in row and row[at] != "nothing"]
        if not below:
            continue
        counted += 1
        kind, count = Counter(below).most_common(1)[0]
        pure += count / len(below)
        contrast += kind != kinds[at]
    if counted:
        score += 2 * (pure / counted) + contrast / counted
    return score


def _is_group_row(over: RawRow, names: RawRow) -> bool:
    """Groups say something twice (written out, or one merged cell over several names), or tell equal names apart."""
    width = len(names.cells)
    below = [_name(cell) for cell in names.cells]
    layer = [group if name else "" for group, name in zip(_layer(over, width, spread=True), below, strict=True)]
    filled = [group for group in layer if group]
    if len(set(filled)) < 2 or any(_kind(group) != "text" for group in filled):
        return False
    repeats = _repeats(layer)
    named = [name for name in below if name]
    if not repeats:
        return False
    if len(set(named)) < len(named):
        pairs = [(group, name) for group, name in zip(layer, below, strict=False) if name]
        return len(set(pairs)) > len(set(named))
    # With unique names a group row adds words and nothing else, unless it is plainly written out over every column.
    written_out = _repeats([_name(cell) for cell in over.cells])
    return written_out * 2 >= len(named) and len(filled) * 10 >= len(named) * 8
