"""A spreadsheet of clauses as an edition: one row for each requirement, faults by the number of their row."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qsms.exchange.readers import open_table
from qsms.exchange.sentences import TableError
from qsms.exchange.table import Row, Table
from qsms.exchange.writers import write_csv, write_xlsx
from qsms.rules import framework_data
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Framework, numbers_above
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

ENDINGS = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"})
# What a column may be called, in small letters.
NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "clause", "no", "no.", "nr", "id", "paragraph"),
    "title": ("title", "heading", "name"),
    "intent": ("intent", "requirement", "what it asks for", "paraphrase", "text"),
    "evidence": ("evidence", "what shows it"),
    "parent": ("parent", "under"),
    "assessable": ("assessable", "asked"),
}
NO = frozenset({"no", "n", "false", "0", "heading"})


def is_table(name: str) -> bool:
    """Whether a file of this name is read as a table."""
    return Path(name).suffix.lower() in ENDINGS


def write(framework: Framework, form: str) -> bytes:
    """An edition as such a table, CSV or XLSX: what `read` takes in again, so without dates, conditions and notes."""
    head = list(NAMES)
    rows = [
        [one.number, one.title, one.intent or one.addition, one.evidence, one.parent, "yes" if one.assessable else "no"]
        for one in framework.requirements
    ]
    book = io.BytesIO()
    if form == "xlsx":
        write_xlsx(book, head, rows, sheet="Clauses")
    else:
        write_csv(book, head, rows)
    return book.getvalue()


def read(content: bytes, name: str, about: Mapping[str, str]) -> Framework:
    """The edition of a table; `about` says code, edition, title and publisher. Raises DataError with every fault."""
    missing = [one for one in ("code", "edition") if not about.get(one)]
    if missing:
        raise DataError(name, [_("Say the code and the edition that this standard gets here.")])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"clauses{Path(name).suffix.lower()}"
        path.write_bytes(content)
        try:
            table = open_table(path, name=name)
            rows, wrong = _rows(table, name)
        except TableError as error:
            raise DataError(name, [_("%(said)s", said=str(error))]) from error
    if wrong:
        raise DataError(name, wrong)
    data: dict[str, Any] = {
        "code": about["code"], "edition": about["edition"], "title": about.get("title") or about["code"],
        "publisher": about.get("publisher") or "unknown", "status": "in_force", "basis": f"Spreadsheet {name}",
        "confidence": "background", "confidence_note": "Imported as it was written", "dates": {}, "requirements": rows,
    }  # fmt: skip
    return framework_data.from_dict(data, name=name)


def _rows(table: Table, name: str) -> tuple[list[dict[str, Any]], list[Sentence]]:
    columns = _columns(table.columns.names)
    for needed in ("number", "title"):
        if needed not in columns:
            said = _("There is no column “%(needed)s”. Name one so, or one of: %(names)s.", needed=needed,
                     names=", ".join(NAMES[needed]))  # fmt: skip
            raise DataError(name, [said])
    found: dict[str, dict[str, Any]] = {}
    wrong: list[Sentence] = []
    for row in table.rows():
        given = {field: str(row.get(column)).strip() for field, column in columns.items()}
        if not any(given.values()):
            continue
        faults = list(_faults(row, given, found))
        wrong += faults
        if not faults:
            found[given["number"]] = _requirement(given, found)
    if not found and not wrong:
        wrong.append(_("The table has no row with a requirement."))
    return list(found.values()), wrong


def _columns(names: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        for field, called in NAMES.items():
            if name.strip().lower() in called and field not in found:
                found[field] = name
    return found


def _faults(row: Row, given: Mapping[str, str], found: Mapping[str, Any]) -> Iterator[Sentence]:
    if not given["number"]:
        yield _("Row %(row)s: the number is missing. Write it, such as 7.1.5.", row=row.number)
    elif given["number"] in found:
        yield _("Row %(row)s: “%(number)s” is there already. Keep one of the two.", row=row.number,
                number=given["number"])  # fmt: skip
    if not given["title"]:
        yield _("Row %(row)s: the title is missing.", row=row.number)
    parent = given.get("parent", "")
    if parent and parent not in found:
        yield _("Row %(row)s: “%(parent)s”, which it stands under, is not above it.", row=row.number, parent=parent)


def _requirement(given: Mapping[str, str], found: Mapping[str, Any]) -> dict[str, Any]:
    parent = given.get("parent") or next((one for one in numbers_above(given["number"]) if one in found), "")
    row: dict[str, Any] = {"number": given["number"], "title": given["title"]}
    row |= {name: given[name] for name in ("intent", "evidence") if given.get(name)}
    if parent:
        row["under"] = parent
    if given.get("assessable", "").lower() in NO:
        row["heading"] = True
    elif "intent" not in row:
        # A register often has titles alone: what is asked for is then what they say.
        row["intent"] = given["title"]
    return row
