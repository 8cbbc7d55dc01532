"""Matching the columns of a file with fields: what is likely meant, how well it fits, and the mapping it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qsms.exchange import dates, kinds, limits
from qsms.exchange.fitting import Fitter
from qsms.exchange.mappings import suggest_columns
from qsms.exchange.recognising import NUMBER, known_numbers, number_column
from qsms.exchange.sentences import ExchangeError, ValueProblem, shown
from qsms.exchange.table import Row, Table
from qsms.exchange.targets import Target, fillable, targets
from qsms.exchange.values import is_empty, to_text
from qsms.org.actor import Actor
from qsms.records.registry import RecordType

# What may happen to a value on its way, by the code that the page sends.
TRANSFORMS: Mapping[str, Any] = {
    "": gettext_lazy("As it is"),
    "shorten": gettext_lazy("Shortened to fit"),
    "first": gettext_lazy("Its first sentence"),
    "comma": gettext_lazy("Number, comma before decimals"),
    "point": gettext_lazy("Number, point before decimals"),
    "commas": gettext_lazy("Several, separated by commas"),
    "lines": gettext_lazy("Several, one a line"),
}
JOINABLE = ("text", "list", "lenses")
FIRST_VALUES = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a column goes, and what happens to its values on the way. An empty target: it is not imported."""

    column: str
    target: str = ""
    transform: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the values of a column suit its field, in the first rows of the file."""

    column: str
    first: str
    tone: str  # good, warn, bad, mute
    sentence: str


class Unmatched(ExchangeError):
    """The columns as chosen make no mapping."""


def suggest(sheet: RecordType, table: Table, organisation_id: int) -> list[Choice]:
    """For each column the field that is likely meant, by its label, its name and what people call it."""
    columns = table.columns.names
    # A field's own name before what others call it: our own export has both "number" and the number elsewhere.
    labels = {target.name: (target.name, target.label, *target.known_as) for target in fillable(sheet)}
    by_column = {column: name for name, column in suggest_columns(columns, labels).items()}
    own = number_column(sheet, columns)
    # Others' lists call their own key "Number" too: with no better key in the file, it is ours when it stands here.
    if own and (by_column.get(own) != sheet.import_key or _stands(sheet, table, own, organisation_id)):
        by_column[own] = NUMBER
    _settle_key(sheet.import_key, by_column, columns, table.first(limits.SAMPLE_ROWS))
    return [Choice(column, by_column.get(column, "")) for column in columns]


# A column that is called so numbers the rows of its list.
KEY_WORDS = frozenset({"id", "no", "nr", "number", "num", "ref", "reference", "key", "code"})


def _settle_key(key: str, by_column: dict[str, str], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """What tells a row again must differ from row to row: no other column is proposed for it, however it is called.

    Where none is, the first one that is called like an id and does differ is.
    """
    if not key:
        return
    chosen = next((column for column, name in by_column.items() if name == key), "")
    if chosen and _filled(rows, chosen) and not _tells_apart(rows, chosen):
        del by_column[chosen]
        chosen = ""
    if chosen or NUMBER in by_column.values():
        return
    free = (column for column in columns if column not in by_column)
    called = (column for column in free if KEY_WORDS & set(re.split(r"[\W_]+", column.casefold())))
    found = next((column for column in called if _tells_apart(rows, column)), "")
    if found:
        by_column[found] = key


def _tells_apart(rows: Sequence[Row], column: str) -> bool:
    """Whether the values of a column differ; a list may repeat one of them by mistake, a long one one in ten."""
    filled = _filled(rows, column)
    return bool(filled) and len(filled) - len(set(filled)) <= max(1, len(filled) // 10)


def _filled(rows: Sequence[Row], column: str) -> list[str]:
    return [to_text(row.get(column)) for row in rows if not is_empty(row.get(column))]


def _stands(sheet: RecordType, table: Table, column: str, organisation_id: int) -> bool:
    numbers = [to_text(row.get(column)) for row in table.first(limits.SAMPLE_ROWS)]
    return bool(known_numbers(sheet, organisation_id, numbers))


def mapping_from(sheet: RecordType, choices: Iterable[Choice], *, stand: str = "") -> dict[str, Any]:
    """The mapping that these choices make, in the form in which mappings are kept. Raises Unmatched.

    `stand` is the state of rows that do not say it themselves, one of those that the kind offers.
    """
    known = targets(sheet)
    by_target: dict[str, list[Choice]] = {}
    for choice in choices:
        if choice.target:
            by_target.setdefault(choice.target, []).append(choice)
    for name, feeding in by_target.items():
        if name not in known or any(choice.transform not in TRANSFORMS for choice in feeding):
            raise Unmatched(_("A choice is not known. Choose from the lists."), code="choice")
        if len(feeding) > 1 and (known[name].how not in JOINABLE or name in (sheet.import_key, NUMBER)):
            names = ", ".join(f"“{shown(choice.column, 40)}”" for choice in feeding)
            sentence = _("%(columns)s all go to “%(field)s”, which takes one of them. Choose which.")
            raise Unmatched(sentence % {"columns": names, "field": known[name].label}, code="several")
    missing = [target.label for name, target in known.items() if target.required and name not in by_target]
    if missing:
        named = ", ".join(f"“{label}”" for label in missing)
        sentence = _("No column goes to %(fields)s, which every record needs. Choose the column that holds it.")
        raise Unmatched(sentence % {"fields": named}, code="needed")
    fields = {name: _field(known[name], feeding) for name, feeding in by_target.items()}
    if stand:
        if stand not in kinds.of(sheet.kind).stands:
            raise Unmatched(_("A choice is not known. Choose from the lists."), code="choice")
        fields["state"] = {**fields["state"], "default": stand} if "state" in fields else {"constant": stand}
    return {
        "mapping": "by-hand",
        "target": sheet.kind,
        "key": sheet.import_key if sheet.import_key in by_target else "",
        "fields": fields,
    }


def stand_of(mapping: Mapping[str, Any]) -> str:
    """How a kept mapping has rows stand that do not say it themselves."""
    entry = mapping.get("fields", {}).get("state", {})
    return str(entry.get("constant") or entry.get("default") or "")


def _field(target: Target, feeding: Sequence[Choice]) -> dict[str, Any]:
    made: dict[str, Any] = {"steps": _steps(target, feeding[0].transform)}
    if len(feeding) == 1:
        made["column"] = feeding[0].column
    elif target.how == "text":
        made["join"] = [feeding[0].column, *({"column": one.column, "label": one.column} for one in feeding[1:])]
    else:
        made["collect"] = [{"column": one.column, "split": ";"} for one in feeding]
    if target.required:
        made["required"] = True
    return made


def _steps(target: Target, transform: str) -> list[Any]:
    longest = target.longest or 250
    made: dict[str, list[Any]] = {
        "shorten": [{"shorten": longest}],
        "first": ["first_sentence", {"shorten": longest}],
        "comma": [{"number": ","}],
        "point": [{"number": "."}],
        "commas": [{"split": ","}],
        "lines": [{"split": "\n"}],
    }
    return made.get(transform, [])


def choices_of(mapping: Mapping[str, Any], columns: Sequence[str]) -> list[Choice]:
    """The choices that a kept mapping was made from, for these columns."""
    found: dict[str, Choice] = {}
    for name, entry in mapping.get("fields", {}).items():
        sources = [entry["column"]] if "column" in entry else entry.get("join") or entry.get("collect") or []
        for source in sources:
            column = source["column"] if isinstance(source, dict) else source
            found[column] = Choice(column, name, _transform(entry.get("steps") or []))
    return [found.get(column, Choice(column)) for column in columns]


def _transform(steps: Sequence[Any]) -> str:
    if steps and steps[0] == "first_sentence":
        return "first"
    if steps and isinstance(steps[0], dict):
        [(step, setting)] = steps[0].items()
        return {
            ("number", ","): "comma", ("number", "."): "point", ("split", ","): "commas", ("split", "\n"): "lines",
        }.get((step, setting), "shorten" if step == "shorten" else "")  # fmt: skip
    return ""


class Fitting:
    """How well choices suit the first rows of a table."""

    def __init__(self, actor: Actor, sheet: RecordType, table: Table, order: dates.Order | None) -> None:
        self.rows = table.first(limits.SAMPLE_ROWS)
        self._sheet = sheet
        self._actor = actor
        self._targets = targets(sheet)
        self._order = order

    def order(self, columns: Iterable[str]) -> dates.Order | None:
        """The order of day, month and year that these columns agree on."""
        found = {order for column in columns if (order := dates.date_order_of(row.get(column) for row in self.rows))}
        return found.pop() if len(found) == 1 else None

    def fits(self, choices: Sequence[Choice]) -> list[Fit]:
        """One line for each column."""
        dated = [one.column for one in choices if one.target and self._targets[one.target].how in ("date", "moment")]
        fitter = Fitter(self._actor, self._targets, self._order or self.order(dated))
        return [self._fit(fitter, choice) for choice in choices]

    def _fit(self, fitter: Fitter, choice: Choice) -> Fit:
        cells = [row.get(choice.column) for row in self.rows]
        filled = [cell for cell in cells if not is_empty(cell)]
        different = list(dict.fromkeys(to_text(cell) for cell in filled))
        first = ", ".join(shown(text, 30) for text in different[:FIRST_VALUES])
        count = {"filled": f"{len(filled):,}", "rows": f"{len(self.rows):,}"}
        if not choice.target:
            said = _("%(filled)s of the first %(rows)s rows have a value") % count if filled else _("empty")
            return Fit(choice.column, first, "mute", said)
        target = self._targets[choice.target]
        wrong = self._wrong(fitter, choice, target, different)
        if wrong:
            told = _("%(n)s of %(all)s different values do not fit: %(first)s")
            numbers = {"n": f"{len(wrong):,}", "all": f"{len(different):,}", "first": wrong[0]}
            return Fit(choice.column, first, "bad", told % numbers)
        if target.required and len(filled) < len(self.rows):
            told = _("needed, but empty in %(n)s of the first %(rows)s rows")
            return Fit(choice.column, first, "bad", told % {**count, "n": f"{len(self.rows) - len(filled):,}"})
        if choice.target == NUMBER:
            here = known_numbers(self._sheet, self._actor.organisation_id, different)
            n = sum(to_text(cell) in here for cell in filled)
            told = _("%(n)s of the first %(rows)s rows are here already")
            return Fit(choice.column, first, "good", told % {**count, "n": f"{n:,}"})
        if choice.target == self._sheet.import_key and len(different) < len(filled):
            n = len(filled) - len(different)
            told = ngettext(
                "one repeats an earlier one; each comes in once", "%(n)s repeat an earlier one; each comes in once", n
            )
            return Fit(choice.column, first, "warn", told % {"n": f"{n:,}"})
        return Fit(choice.column, first, "good", _("%(filled)s of the first %(rows)s rows") % count)

    def _wrong(self, fitter: Fitter, choice: Choice, target: Target, different: Sequence[str]) -> list[str]:
        if choice.transform:
            return []
        wrong = []
        for text in different:
            try:
                fitter.fit(target.name, text)
            except ValueProblem as problem:
                wrong.append(problem.sentence)
        return wrong
