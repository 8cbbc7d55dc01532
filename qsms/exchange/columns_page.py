"""The page on which columns are matched with fields: what it shows, and what is sent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.exchange import kinds, limits, matching, runs, shelf
from qsms.exchange.mappings import ImportMapping
from qsms.exchange.matching import Choice, Fit, Fitting
from qsms.exchange.models import ImportRun
from qsms.exchange.sentences import ExchangeError, shown
from qsms.exchange.table import Table
from qsms.exchange.targets import Target, targets
from qsms.org.actor import Actor
from qsms.records.registry import RecordType

ORDERS = {
    "": gettext_lazy("As the columns show"),
    "DMY": gettext_lazy("Day, month, year"),
    "MDY": gettext_lazy("Month, day, year"),
    "YMD": gettext_lazy("Year, month, day"),
}
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "big5", "gb18030", "shift_jis")
DELIMITERS = {",": gettext_lazy("Comma"), ";": gettext_lazy("Semicolon"), "\t": gettext_lazy("Tab"), "|": "|"}
STATUS = {
    "good": (gettext_lazy("Ready"), "circle-check"),
    "warn": (gettext_lazy("Warning"), "alert-triangle"),
    "bad": (gettext_lazy("Error"), "bad"),
    "mute": (gettext_lazy("Left out"), "circle-minus"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file on the page."""

    place: int
    choice: Choice
    fit: Fit
    status: str
    shape: str


def act(actor: Actor, sheet: RecordType, run: ImportRun, sent: QueryDict) -> bool:
    """Do what was sent: True when the rows are being checked now. Raises ExchangeError with what to mend."""
    what = sent.get("do", "")
    if what == "read":
        runs.read_as(run, _reading(sent))
        return False
    if what == "forget":
        runs.forget(actor, run.kind, run.files[0]["layout"])
        return False
    if sent.get("by") == "hand":
        choices = _choices(run, sent)
        mapping = matching.mapping_from(sheet, choices, stand=sent.get("stand", ""))
        runs.match(run, mapping, by_hand=True, date_order=_order(sent.get("order", "")))
    else:
        strange = next((one["name"] for one in run.files if not one["mapping"]), "")
        if strange:
            sentence = _("“%(name)s” has a layout that no shipped mapping reads. Import it by itself.")
            raise ExchangeError(sentence % {"name": strange}, code="layout")
        runs.match(run, {}, by_hand=False)
    runs.start_check(actor, run)
    return True


def _order(word: str) -> str:
    return word if word in ORDERS else ""


def _reading(sent: QueryDict) -> dict[str, Any]:
    head: Any = None
    written = sent.get("head", "").strip()
    if written:
        try:
            head = [number for part in written.replace(";", ",").split(",") if (number := int(part)) > 0]
        except ValueError as error:
            sentence = _("“%(text)s” is no row number. Write 3, or 2, 3 for names on two rows, or 0 for none.")
            raise ExchangeError(sentence % {"text": shown(written)}, code="head") from error
    return {
        "sheet": sent.get("sheet", ""),
        "encoding": sent.get("encoding", "") if sent.get("encoding") in ENCODINGS else "",
        "delimiter": sent.get("delimiter", "") if sent.get("delimiter") in DELIMITERS else "",
        "head": head,
    }


def _choices(run: ImportRun, sent: QueryDict) -> list[Choice]:
    with shelf.lying_at(run.files[0]["hash"]) as path:
        columns = shelf.table_of(run.files[0], path).columns.names
    return [
        Choice(column, sent.get(f"to-{place}", ""), sent.get(f"how-{place}", ""))
        for place, column in enumerate(columns)
    ]


def draw(actor: Actor, sheet: RecordType, run: ImportRun, asked: QueryDict) -> dict[str, Any]:
    """What the page shows. `asked` is the address, or what was sent and refused. Raises ExchangeError."""
    one = run.files[0]
    with shelf.lying_at(one["hash"]) as path:
        table = shelf.table_of(one, path)
        context: dict[str, Any] = {
            "table": table,
            "reading": _reading_context(one, table),
            "notes": table.notes,
            "rows": f"{table.total:,}" if table.total is not None else "",
            "others": [other["name"] for other in run.files[1:]],
        }
        recognised = all(other["mapping"] for other in run.files)
        if recognised and asked.get("by") != "hand":
            mapping = kinds.shipped(run.kind)[one["mapping"]]
            return context | {"mapping": mapping, "flows": _flows(mapping, table, targets(sheet))}
        return context | {"recognised": recognised} | _by_hand(actor, sheet, run, table, asked)


def _by_hand(actor: Actor, sheet: RecordType, run: ImportRun, table: Table, asked: QueryDict) -> dict[str, Any]:
    columns = table.columns.names
    saved = runs.remembered(actor, run.kind, run.files[0]["layout"])
    order: Any = run.date_order
    stand = ""
    if "to-0" in asked:
        choices = _choices(run, asked)
        order, stand = _order(asked.get("order", "")), asked.get("stand", "")
    elif run.mapping:
        choices, stand = matching.choices_of(run.mapping, columns), matching.stand_of(run.mapping)
    elif saved is not None:
        choices, stand = matching.choices_of(saved.mapping, columns), matching.stand_of(saved.mapping)
        order = saved.date_order
    else:
        choices = matching.suggest(sheet, table, actor.organisation_id)
    known = targets(sheet)
    choices = [one if one.target in known else Choice(one.column) for one in choices]
    fits = Fitting(actor, sheet, table, order or None).fits(choices)
    lines = [
        Line(place, choice, fit, str(STATUS[fit.tone][0]), STATUS[fit.tone][1])
        for place, (choice, fit) in enumerate(zip(choices, fits, strict=True))
    ]
    dated = any(one.target and known[one.target].how in ("date", "moment") for one in choices)
    return {
        "lines": lines,
        "targets": list(known.values()),
        "transforms": matching.TRANSFORMS.items(),
        "orders": ORDERS.items(),
        "order": order,
        "dated": dated,
        "stands": kinds.of(run.kind).stands.items(),
        "stand": stand,
        "saved": saved,
        "matched": sum(1 for one in choices if one.target),
        "sample": limits.SAMPLE_ROWS,
    }


def _reading_context(one: Mapping[str, Any], table: Table) -> dict[str, Any]:
    return {
        "sheets": table.sheets if len(table.sheets) > 1 else (),
        "sheet": table.sheet,
        "head": ", ".join(map(str, table.head)) or "0",
        "is_text": table.kind == "csv",
        "is_json": table.kind == "json",
        "encodings": ENCODINGS,
        "encoding": one.get("encoding") or "",
        "found_encoding": table.encoding,
        "delimiters": DELIMITERS.items(),
        "delimiter": one.get("delimiter") or "",
        "found_delimiter": DELIMITERS.get(table.delimiter, table.delimiter),
    }


def _flows(mapping: ImportMapping, table: Table, known: Mapping[str, Target]) -> list[tuple[str, str]]:
    """For each field of a shipped mapping, what it is called and the columns that feed it."""
    bound = mapping.bind(table.columns.names)
    found = []
    for part in mapping.fields:
        columns = list(dict.fromkeys(column for source in part.sources if (column := bound.column_for(source))))
        if part.combine == "constant":
            value = part.constant
            columns = [_("always %(value)s") % {"value": ", ".join(value) if isinstance(value, list) else value}]
        target = known.get(part.name)
        name = part.name.replace("[].", " – ").replace("_", " ").capitalize()
        found.append((target.label if target else name, ", ".join(columns)))
    return found
