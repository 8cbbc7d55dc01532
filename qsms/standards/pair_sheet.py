"""A table of how requirements relate: one row for each pair, read from a file and written to one."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.exchange.readers import open_table
from qsms.exchange.sentences import TableError, shown
from qsms.exchange.table import Row
from qsms.exchange.writers import write_csv, write_xlsx
from qsms.rules.crosswalk import Relation
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Confidence, Framework, Reference
from qsms.rules.sentences import say as sentence

from .choices import JUDGEMENTS, STRANGERS
from .judging import Judged

FORMS = ("csv", "xlsx")
# One person confirms what comes in, so a larger table is read in parts.
MOST = 5_000
# What each column is called, and what else it may be, in small letters with blanks between the words.
HEADS: Mapping[str, str] = {
    "framework": "From framework", "clause": "From clause", "other": "To framework", "number": "To clause",
    "relation": "Relation", "why": "Rationale", "confidence": "Confidence", "standing": "Standing",
}  # fmt: skip
NAMES: Mapping[str, tuple[str, ...]] = {
    "framework": ("from framework", "from standard", "from edition", "source framework", "source standard",
                  "left framework", "focal document", "framework", "standard", "from"),
    "clause": ("from clause", "from requirement", "from number", "source clause", "source requirement", "left clause",
               "focal document element", "clause", "requirement"),
    "other": ("to framework", "to standard", "to edition", "target framework", "target standard", "right framework",
              "reference document", "other framework", "other standard", "to"),
    "number": ("to clause", "to requirement", "to number", "target clause", "target requirement", "right clause",
               "reference document element", "other clause", "other requirement"),
    "relation": ("relation", "relationship", "relationship type", "how they relate", "mapping"),
    "why": ("rationale", "why", "reason", "justification", "comment", "comments", "note", "notes"),
    "confidence": ("confidence", "how sure", "sureness"),
}  # fmt: skip
NEEDED = ("framework", "clause", "other", "number", "relation", "why")
# The words of the field for a relation, read from the first requirement to the second.
RELATION_WORDS: Mapping[str, tuple[str, ...]] = {
    Relation.EQUAL: ("equal", "equals", "equal to", "same", "same as", "equivalent", "equivalent to", "identical",
                     "exact", "match", "1:1", "=", "≡"),
    Relation.SUBSET: ("subset", "subset of", "is subset of", "part", "part of", "is part of", "contained in",
                      "narrower", "narrower than", "⊂", "⊆", "<"),
    Relation.SUPERSET: ("superset", "superset of", "is superset of", "contains", "includes", "exceeds", "broader",
                        "broader than", "asks more", "⊃", "⊇", ">"),
    Relation.OVERLAP: ("overlap", "overlaps", "overlaps with", "overlapping", "intersects", "intersects with",
                       "partial", "partially", "partly", "partly the same", "similar", "∩"),
    STRANGERS: ("none", "no relation", "no relationship", "not related", "not related to", "unrelated", "disjoint",
                "no match", "∅"),
}  # fmt: skip

# What of a row cannot be read as it was meant.
DAMAGE = {
    "long": gettext_lazy(
        "It has more cells than the table has columns. Put quotation marks around a cell with the separator."
    ),
    "bytes": gettext_lazy("It holds characters that cannot be read. Save the file as UTF-8."),
    "control": gettext_lazy("It holds characters that cannot be kept. Type the cell anew."),
    "error": gettext_lazy(
        "It holds an error of the spreadsheet in place of a value. Mend the formula or type the value."
    ),
}


@dataclass(frozen=True)
class Line:
    """One row of such a table: what it judges, and what of it cannot be read. With faults it judges nothing."""

    row: int
    judged: Judged | None
    faults: tuple[str, ...] = ()


def read(content: bytes, name: str, editions: Mapping[str, Framework]) -> list[Line]:
    """The rows of a table; `editions` are those that one may name. Raises DataError where there is no such table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"pairs{Path(name).suffix.lower()}"
        path.write_bytes(content)
        try:
            table = open_table(path, name=name)
            columns = _columns(table.columns.names, name)
            reader = _Reader(columns, _by_name(editions))
            lines: list[Line] = []
            for row in table.rows():
                given = reader.texts(row)
                if any(given.values()):
                    lines.append(reader.line(row, given))
                if len(lines) > MOST:
                    raise DataError(
                        name, [sentence("The table has more than %(most)s rows. Split it.", most=f"{MOST:,}")]
                    )
        except TableError as error:
            raise DataError(name, [sentence("%(said)s", said=str(error))]) from error
    if not lines:
        raise DataError(name, [sentence("The table has no row with a pair.")])
    return lines


def write(rows: Iterable[tuple[Judged, str]], form: str) -> bytes:
    """Pairs, each with how it stands in words, as such a table: what `read` takes in again unchanged."""
    table = (
        [one.left.framework, one.left.number, one.right.framework, one.right.number, one.relation, one.why,
         one.confidence.value, standing]
        for one, standing in rows
    )  # fmt: skip
    book = io.BytesIO()
    if form == "xlsx":
        write_xlsx(book, list(HEADS.values()), table, sheet="Crosswalk")
    else:
        write_csv(book, list(HEADS.values()), table)
    return book.getvalue()


def _folded(word: str) -> str:
    return " ".join(word.replace("_", " ").replace("-", " ").casefold().split())


def _columns(names: tuple[str, ...], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, called in NAMES.items():
        # The surer name first: “From clause” before a mere “Clause” beside it.
        here = {_folded(one): one for one in reversed(names) if one not in found.values()}
        column = next((here[one] for one in called if one in here), None)
        if column is not None:
            found[field] = column
    missing = [field for field in NEEDED if field not in found]
    if missing:
        raise DataError(name, [sentence("There is no column “%(head)s”. Name one so, or one of: %(names)s.",
                                 head=HEADS[field], names=", ".join(NAMES[field])) for field in missing])  # fmt: skip
    return found


def _by_name(editions: Mapping[str, Framework]) -> dict[str, set[str]]:
    """Which editions a word may mean: their key, title, title without its subject, and code."""
    found: dict[str, set[str]] = {}
    for key, framework in editions.items():
        title = framework.title
        words = (key, title, title.split(",", 1)[0], framework.code, f"{framework.code} {framework.edition}")
        for word in words:
            found.setdefault(_folded(word), set()).add(key)
    # What one edition is called in full is never in doubt.
    return found | {_folded(key): {key} for key in editions}


class _Reader:
    """Reads rows by the columns that were found."""

    def __init__(self, columns: Mapping[str, str], known: Mapping[str, set[str]]) -> None:
        self.columns = columns
        self.known = known
        self.relations = {_folded(word): code for code, words in RELATION_WORDS.items() for word in words}
        self.relations |= {_folded(str(words)): code for code, words in JUDGEMENTS}

    def texts(self, row: Row) -> dict[str, str]:
        """The cells of a row by field, as text."""
        return {field: _text(row.get(column)) for field, column in self.columns.items()}

    def line(self, row: Row, given: Mapping[str, str]) -> Line:
        """What a row says."""
        damage = dict.fromkeys(str(DAMAGE[one.code]) for one in row.problems if one.code in DAMAGE)
        faults = tuple(damage) or tuple(self._faults(row, given))
        if faults:
            return Line(row.number, None, faults)
        [left], [right] = self.known[_folded(given["framework"])], self.known[_folded(given["other"])]
        judged = Judged(
            Reference(left, given["clause"]), Reference(right, given["number"]),
            self.relations[_folded(given["relation"])], given["why"], _confidence(given.get("confidence", "")),
        )  # fmt: skip
        return Line(row.number, judged)

    def _faults(self, row: Row, given: Mapping[str, str]) -> Iterator[str]:
        for field in ("framework", "other"):
            yield from self._edition_faults(HEADS[field], given[field])
        for field in ("clause", "number"):
            cell = row.get(self.columns[field])
            if isinstance(cell, dt.date | dt.time | dt.timedelta):
                yield _("“%(given)s” is a date or a time to the spreadsheet. Write the clause as text.") % {
                    "given": shown(cell)
                }
            elif not given[field]:
                yield _("“%(head)s” is empty. Write the number of the requirement, such as 7.1.5.") % {
                    "head": HEADS[field]
                }
        if _folded(given["relation"]) not in self.relations:
            yield _("“%(given)s” is no relation. Write one of: %(known)s.") % {
                "given": shown(given["relation"]), "known": ", ".join([*Relation, STRANGERS])
            }  # fmt: skip
        sure = given.get("confidence", "")
        if sure and _folded(sure) not in tuple(Confidence):
            yield _("“%(given)s” is no confidence. Write one of: %(known)s.") % {
                "given": shown(sure), "known": ", ".join(Confidence)
            }  # fmt: skip

    def _edition_faults(self, head: str, given: str) -> Iterator[str]:
        found = self.known.get(_folded(given), set())
        if not given:
            yield _("“%(head)s” is empty. Write the standard, such as iso-9001/2015.") % {"head": head}
        elif not found:
            said = _("There is no standard “%(given)s” here. Write it as the list of standards names it.")
            yield said % {"given": shown(given)}
        elif len(found) > 1:
            yield _("“%(given)s” has several editions here. Write one of: %(known)s.") % {
                "given": shown(given), "known": ", ".join(sorted(found))
            }  # fmt: skip


def _text(cell: Any) -> str:
    return str(cell).strip()


def _confidence(given: str) -> Confidence:
    """As sure as the editor takes it where nobody says."""
    return Confidence(_folded(given)) if given else Confidence.SECONDARY
