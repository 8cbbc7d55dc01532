"""Crosswalks from data: rows of columns, one column for each edition, turned into pairs that all exist.

A row relates what stands under “from” to what stands under “to”, or the columns under “among” each with each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from qsms.rules.crosswalk import Pair, Relation
from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.framework_check import is_text
from qsms.rules.frameworks import Change, Confidence, Framework, Reference
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

TEXTS = ("edition", "basis", "confidence_note")
KNOWN = frozenset({*TEXTS, "confidence", "columns", "rows"})
ROW_KNOWN = frozenset({"row", "topic", "relation", "why", "from", "to", "among", "confidence"})
SIDES = ("from", "to", "among")
# What reads the same from both ends.
MUTUAL = frozenset({Relation.EQUAL, Relation.OVERLAP})
ALONE = "none"


@dataclass(frozen=True)
class Column:
    """One edition in the rows; where it is silent it takes the numbers of the earlier edition that it `follows`."""

    code: str
    framework: Framework
    follows: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table with the pairs that it makes; none where the requirement stands alone."""

    row: int
    topic: str
    rationale: str
    anchors: tuple[Reference, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class CrosswalkTable:
    """A crosswalk as it was written, with where it comes from."""

    edition: str
    basis: str
    confidence: Confidence
    confidence_note: str
    rows: tuple[Row, ...]

    @property
    def pairs(self) -> Iterator[Pair]:
        """Every pair, in the order of the rows."""
        return (pair for row in self.rows for pair in row.pairs)


def load_crosswalk(source: Path | str, frameworks: Mapping[str, Framework]) -> CrosswalkTable:
    """The crosswalk of a YAML file or text; raises `DataError` that names each row that cannot be used."""
    name, data = read_mapping(source)
    wrong = [_("“%(key)s” is missing. Write it as text.", key=key) for key in TEXTS if not is_text(data.get(key))]
    wrong += [_("“%(key)s” is not known here. Remove it.", key=key) for key in sorted(set(data) - KNOWN, key=str)]
    if data.get("confidence") not in tuple(Confidence):
        wrong.append(_("“confidence” must be one of %(known)s.", known=", ".join(Confidence)))
    columns, faults = _columns(data.get("columns"), frameworks)
    rows = data.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        faults.append(_("“rows” is missing. List the rows, each with a topic and the requirements from and to."))
    if wrong or faults:
        raise DataError(name, [*wrong, *faults])
    assert isinstance(rows, list)
    found = []
    for place, row in enumerate(rows, start=1):
        where = str(row.get("row") or f"number {place}")
        faults = [*_row_faults(where, row), *_column_faults(where, row, columns)]
        wrong += faults
        if not faults:
            found.append(_row(row, columns, Confidence(data["confidence"])))
    if wrong:
        raise DataError(name, wrong)
    return CrosswalkTable(
        data["edition"], data["basis"].strip(), Confidence(data["confidence"]), data["confidence_note"].strip(),
        tuple(found),
    )  # fmt: skip


def _columns(given: object, frameworks: Mapping[str, Framework]) -> tuple[dict[str, Column], list[Sentence]]:
    found: dict[str, Column] = {}
    wrong: list[Sentence] = []
    if not isinstance(given, Mapping) or not given:
        return {}, [_("“columns” is missing. Name the columns, each with the framework that it stands for.")]
    for code, value in given.items():
        key = value.get("framework") if isinstance(value, Mapping) else value
        follows = str(value.get("follows") or "") if isinstance(value, Mapping) else ""
        if not isinstance(key, str) or key not in frameworks:
            wrong.append(_("Column %(code)s stands for “%(key)s”, which is not loaded.", code=code, key=key))
        elif follows and follows not in found:
            wrong.append(
                _("Column %(code)s follows “%(follows)s”, which is not before it.", code=code, follows=follows)
            )
        else:
            found[str(code)] = Column(str(code), frameworks[str(key)], follows)
    return found, wrong


def _row_faults(where: str, row: Mapping[str, Any]) -> Iterator[Sentence]:
    for key in sorted(set(row) - ROW_KNOWN, key=str):
        yield _("Row %(where)s: “%(key)s” is not known here. Remove it.", where=where, key=key)
    if not isinstance(row.get("row"), int):
        yield _("Row %(where)s needs its “row” as a whole number.", where=where)
    for key in ("topic", "why"):
        if not is_text(row.get(key)):
            yield _("Row %(where)s: “%(key)s” is missing. Write it as text.", where=where, key=key)
    among = row.get("among")
    allowed = [ALONE] if not row.get("to") else [each.value for each in Relation]
    if among is not None:
        allowed = [each.value for each in Relation if each in MUTUAL]
    if row.get("relation") not in allowed:
        yield _(
            "Row %(where)s: “%(given)s” is not a relation here. Write one of %(allowed)s.",
            where=where, given=row.get("relation", ""), allowed=", ".join(allowed),
        )  # fmt: skip
    if row.get("confidence", Confidence.BACKGROUND) not in tuple(Confidence):
        yield _("Row %(where)s: “confidence” must be one of %(known)s.", where=where, known=", ".join(Confidence))
    if among is not None:
        yield from _among_faults(where, row)
    elif not isinstance(row.get("from"), Mapping) or len(row["from"]) != 1:
        yield _("Row %(where)s: “from” names one column with its requirements.", where=where)


def _among_faults(where: str, row: Mapping[str, Any]) -> Iterator[Sentence]:
    among = row["among"]
    if "from" in row or "to" in row:
        yield _("Row %(where)s: write either “among”, or “from” and “to”.", where=where)
    if not isinstance(among, Mapping) or len(among) < 2:
        yield _("Row %(where)s: “among” names two columns or more with their requirements.", where=where)
    elif row.get("relation") == Relation.EQUAL and any(
        len(each) > 1 for each in among.values() if isinstance(each, list)
    ):
        yield _("Row %(where)s: name one requirement in each column, for two cannot both equal a third.", where=where)


def _column_faults(where: str, row: Mapping[str, Any], columns: Mapping[str, Column]) -> Iterator[Sentence]:
    for side in SIDES:
        cells = row.get(side) or {}
        if not isinstance(cells, Mapping):
            yield _("Row %(where)s: “%(side)s” names columns with their requirements.", where=where, side=side)
            continue
        for code, numbers in cells.items():
            column = columns.get(str(code))
            if column is None:
                yield _("Row %(where)s: there is no column “%(code)s”.", where=where, code=code)
            elif not isinstance(numbers, list) or not all(isinstance(each, str) for each in numbers):
                yield _("Row %(where)s, %(code)s: list the numbers in quotes.", where=where, code=code)
            else:
                yield from _missing(where, column, numbers)
        for column in columns.values():
            if column.follows in cells and column.code not in cells:
                yield from _unfollowed(where, column, cells[column.follows])


def _missing(where: str, column: Column, numbers: list[str]) -> Iterator[Sentence]:
    for number in numbers:
        if number not in column.framework.by_number:
            yield _(
                "Row %(where)s: %(framework)s has no requirement “%(number)s”.",
                where=where,
                framework=column.framework.key,
                number=number,
            )


def _unfollowed(where: str, column: Column, numbers: object) -> Iterator[Sentence]:
    for number in numbers if isinstance(numbers, list) else ():
        row = column.framework.by_number.get(str(number))
        if row is None or row.change in (Change.NEW, Change.RENUMBERED):
            yield _(
                "Row %(where)s: “%(number)s” is not the same requirement in %(framework)s. Name it under %(code)s.",
                where=where,
                number=number,
                framework=column.framework.key,
                code=column.code,
            )


def _row(row: Mapping[str, Any], columns: Mapping[str, Column], confidence: Confidence) -> Row:
    confidence = Confidence(row.get("confidence", confidence))
    why = row["why"].strip()
    if "among" in row:
        return _mutual(row, columns, why, confidence)
    pairs: list[Pair] = []
    from_cells = _followed(row["from"], columns)
    anchors = {code: _references(columns[code], numbers) for code, numbers in from_cells.items()}
    for code, lefts in anchors.items():
        for target, numbers in _followed(row.get("to") or {}, columns).items():
            if target == code:
                continue
            rights = _references(columns[target], numbers)
            relation = Relation(row["relation"])
            pairs += [
                Pair(left, right, relation, why, confidence, row["row"], _jointly(relation, left, right, lefts, rights))
                for left in lefts
                for right in rights
            ]
    return Row(
        row["row"], row["topic"].strip(), why, tuple(one for each in anchors.values() for one in each), tuple(pairs)
    )


def _mutual(row: Mapping[str, Any], columns: Mapping[str, Column], why: str, confidence: Confidence) -> Row:
    """Each column with each other one, but for two editions of one standard."""
    cells = _followed(row["among"], columns)
    ends = {code: _references(columns[code], cells[code]) for code in columns if code in cells}
    pairs = [
        Pair(left, right, Relation(row["relation"]), why, confidence, row["row"])
        for one, other in combinations(ends, 2)
        if columns[one].framework.code != columns[other].framework.code
        for left in ends[one]
        for right in ends[other]
    ]
    anchors = tuple(one for each in ends.values() for one in each)
    return Row(row["row"], row["topic"].strip(), why, anchors, tuple(pairs))


def _followed(cells: Mapping[str, list[str]], columns: Mapping[str, Column]) -> dict[str, list[str]]:
    """The cells with those of the columns that follow another; an empty list says that nothing follows."""
    found = {code: list(numbers) for code, numbers in cells.items()}
    for column in columns.values():
        if column.follows in found and column.code not in found:
            found[column.code] = found[column.follows]
    return {code: numbers for code, numbers in found.items() if numbers}


def _references(column: Column, numbers: list[str]) -> tuple[Reference, ...]:
    return tuple(Reference(column.framework.key, number) for number in numbers)


def _jointly(
    relation: Relation, left: Reference, right: Reference, lefts: tuple[Reference, ...], rights: tuple[Reference, ...]
) -> tuple[str, ...]:
    """The others on the larger side: only all of them together are more than the smaller one."""
    if relation is Relation.SUPERSET:
        return tuple(each.number for each in lefts if each != left)
    if relation is Relation.SUBSET:
        return tuple(each.number for each in rights if each != right)
    return ()
