"""Import mappings as data: which columns feed which field, and how. The kit knows the form, rooms and people the
content.

A mapping is a YAML file (or the same as a dictionary, when a person made it on the mapping page):

    mapping: safecom            code, unique
    label: SAFECOM              what people read
    version: 1
    target: report              the kind of record
    recognise: [Tracking #]     the columns that give the layout away; `absent` lists columns it must not have
    key: external_id            the field that tells a row seen before; for skipping duplicates
    blank: ["n/a", "[none*"]    cells that count as empty; a star at the end stands for anything
    lookups: {...}              see steps.py
    fields:
      title: {first: [Synopsis, Narrative], steps: [first_sentence, {shorten: 200}]}
      actions[].description: {column: Corrective Action}

A field takes its value from one `column`, the `first` filled of several, several joined by a `separator` (`join`), a
list collected from several (`collect`), or a `constant`. Wherever a column is named, a list names alternatives, the
first one the table has counts; in `join` and `collect` an entry may be {column, label, split}. `required` refuses rows
without the value, `default` stands in for it; `when` gives it only if one of the columns named is filled. Fields
`name[].part` make a list with one entry.

Column names are compared without regard to case and blanks; a plain name finds "Group / Name" if only one group has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from django.utils.translation import gettext as _

from qsms.exchange.sentences import ExchangeError, ValueProblem, shown
from qsms.exchange.steps import Lookup, MappingError, Step, Value, check_keys, folded, make_lookup, make_step
from qsms.exchange.table import Cell, Row
from qsms.exchange.values import nearest, to_text

Combine = Literal["column", "first", "join", "collect", "constant"]
_WAYS: tuple[Combine, ...] = ("column", "first", "join", "collect", "constant")


@dataclass(frozen=True)
class Source:
    """One column by its possible names, with what to put before its text and where to split it."""

    names: tuple[str, ...]
    label: str = ""
    split: str = ""


@dataclass(frozen=True)
class Field:
    """How one field of the target gets its value."""

    name: str
    combine: Combine
    sources: tuple[Source, ...] = ()
    constant: Value = None
    separator: str = "\n\n"
    steps: tuple[Step, ...] = ()
    required: bool = False
    default: Value = None
    when: tuple[Source, ...] = ()


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of one row, and in which column it came."""

    field: str
    column: str
    sentence: str


class RowErrors(ExchangeError):
    """All that is wrong in a row, not only the first thing. `str()` has every sentence; `values` is what was right."""

    def __init__(self, problems: Sequence[FieldProblem], values: Mapping[str, Value]) -> None:
        sentences = [f"{shown(p.column, 80)}: {p.sentence}" if p.column else p.sentence for p in problems]
        super().__init__(" ".join(sentences), code="row")
        self.problems = tuple(problems)
        self.values = values
        self.sentences = tuple(sentences)


@dataclass(frozen=True)
class ImportMapping:
    """A mapping as loaded. `bind` it to the columns of a table to apply it."""

    code: str
    label: str
    version: int
    target: str
    key: str
    signature: tuple[Source, ...]
    absent: tuple[Source, ...]
    blank: frozenset[str]
    blank_starts: tuple[str, ...]
    fields: tuple[Field, ...]

    def recognises(self, columns: Sequence[str]) -> bool:
        """Does a table with these columns have the layout this mapping is for?"""
        find = _Finder(columns)
        has_all = all(find(source) is not None for source in self.signature)
        return bool(self.signature) and has_all and not any(find(source) is not None for source in self.absent)

    def bind(self, columns: Sequence[str]) -> BoundMapping:
        """The mapping with every column found once, for applying it to many rows of one table."""
        return BoundMapping(self, columns)


class BoundMapping:
    """A mapping tied to the columns of one table. `missing` lists the columns it names that the table lacks, `unused`
    those of the table that feed nothing."""

    def __init__(self, mapping: ImportMapping, columns: Sequence[str]) -> None:
        self.mapping = mapping
        find = _Finder(columns)
        self._at: dict[Source, str] = {}
        missing: list[str] = []
        for part in mapping.fields:
            for source in (*part.sources, *part.when):
                column = find(source)
                if column is not None:
                    self._at[source] = column
                else:
                    missing.append(source.names[0])
        self.missing = tuple(dict.fromkeys(missing))
        used = set(self._at.values())
        self.unused = tuple(name for name in columns if name not in used)

    def apply(self, row: Row | Mapping[str, Cell]) -> dict[str, Value]:
        """The fields of the target that this row fills. Empty ones are left out. Raises RowErrors."""
        result: dict[str, Value] = {}
        problems: list[FieldProblem] = []
        for part in self.mapping.fields:
            try:
                value = self._value(part, row)
            except ValueProblem as problem:
                problems.append(FieldProblem(part.name, self._column(part), problem.sentence))
                continue
            if value is None or value == "" or value == []:
                value = part.default
            if value is None or value == "" or value == []:
                if part.required:
                    sentence = _("This cell is empty, but it is needed. Fill it in.")
                    problems.append(FieldProblem(part.name, self._column(part), sentence))
                continue
            _put(result, part.name, value)
        if problems:
            raise RowErrors(problems, result)
        return result

    def key_of(self, fields: Mapping[str, Value]) -> Value:
        """The value that tells whether this row has been seen before; None without such a field."""
        return fields.get(self.mapping.key) if self.mapping.key else None

    def column_for(self, source: Source) -> str:
        """The column of the table that a source of the mapping names; "" when the table has none."""
        return self._at.get(source, "")

    def column_of(self, name: str) -> str:
        """The column that feeds this field first; "" when none does."""
        return next((self._column(part) for part in self.mapping.fields if part.name == name), "")

    def _column(self, part: Field) -> str:
        return next((self._at[source] for source in part.sources if source in self._at), "")

    def _text(self, source: Source, row: Row | Mapping[str, Cell]) -> Cell:
        column = self._at.get(source)
        if column is None:
            return ""
        cell = row.get(column, "")
        if isinstance(cell, str):
            cell = cell.strip()
            low = cell.casefold()
            if low in self.mapping.blank or (self.mapping.blank_starts and low.startswith(self.mapping.blank_starts)):
                return ""
        return cell

    def _value(self, part: Field, row: Row | Mapping[str, Cell]) -> Value:
        if part.when and not any(self._text(source, row) != "" for source in part.when):
            return None
        value: Value
        if part.combine == "constant":
            value = list(part.constant) if isinstance(part.constant, list) else part.constant
        elif part.combine in ("column", "first"):
            value = next((cell for source in part.sources if (cell := self._text(source, row)) != ""), "")
        else:
            value = self._several(part, row)
        for step in part.steps:
            # "add" gives a list its fixed members even where no cell did, so steps run on a list however short.
            if value is None or value == "":
                break
            value = step(value)
        return value

    def _several(self, part: Field, row: Row | Mapping[str, Cell]) -> Value:
        texts: list[str] = []
        for source in part.sources:
            text = to_text(self._text(source, row))
            if not text:
                continue
            pieces = [piece.strip() for piece in text.split(source.split)] if source.split else [text]
            texts.extend(f"{source.label}: {piece}" if source.label else piece for piece in pieces if piece)
        return texts if part.combine == "collect" else part.separator.join(texts)


def apply(mapping: ImportMapping | BoundMapping, row: Row) -> dict[str, Value]:
    """The fields that `row` fills by `mapping`. For many rows of one table bind the mapping once."""
    bound = mapping if isinstance(mapping, BoundMapping) else mapping.bind(row.columns.names)
    return bound.apply(row)


def load_mapping(path: Path) -> ImportMapping:
    """The mapping in a YAML file. Raises MappingError with the place of what does not make sense."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name}: not readable as YAML: {error}") from error
    return make_mapping(data, path.name)


def load_mappings(folder: Path) -> dict[str, ImportMapping]:
    """All mappings of a folder by their code."""
    found: dict[str, ImportMapping] = {}
    for path in sorted(folder.glob("*.yaml")):
        mapping = load_mapping(path)
        if mapping.code in found:
            raise MappingError(f"{path.name}: there is another mapping “{mapping.code}”.")
        found[mapping.code] = mapping
    return found


def recognise(mappings: Iterable[ImportMapping], columns: Sequence[str]) -> ImportMapping | None:
    """The mapping for a table with these columns: of those that recognise it the one with the longest signature."""
    fitting = [mapping for mapping in mappings if mapping.recognises(columns)]
    return max(fitting, key=lambda mapping: (len(mapping.signature), mapping.version), default=None)


def suggest_columns(columns: Sequence[str], fields: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each field, by its labels and other names, the column that is likely meant. No column is given twice.

    The start of the mapping page; a person has the last word.
    """
    free = list(columns)
    found: dict[str, str] = {}
    find = _Finder(columns)
    for field, labels in fields.items():
        column = find(Source((*labels, field)))
        if column in free:
            found[field] = column
            free.remove(column)
    for field, labels in fields.items():
        if field in found:
            continue
        for label in labels:
            plain = {name.rsplit(" / ", 1)[-1]: name for name in reversed(free)}
            near = nearest(label, list(plain), least=80)
            if near:
                found[field] = plain[near]
                free.remove(plain[near])
                break
    return found


def make_mapping(data: object, where: str) -> ImportMapping:
    """A mapping from its dictionary form, checked strictly."""
    data = _dict(data, where)
    allowed = {
        "mapping",
        "label",
        "version",
        "target",
        "recognise",
        "absent",
        "key",
        "blank",
        "lookups",
        "fields",
        "note",
    }
    check_keys(data, allowed, where)
    for needed in ("mapping", "target", "fields"):
        if not data.get(needed):
            raise MappingError(f"{where}: “{needed}” is missing.")
    lookups = {
        str(name): make_lookup(_dict(entry, f"{where}: lookup {name}"), f"{where}: lookup {name}")
        for name, entry in _dict(data.get("lookups") or {}, f"{where}: lookups").items()
    }
    fields = tuple(
        _field(str(name), _dict(entry, f"{where}: field {name}"), lookups, f"{where}: field {name}")
        for name, entry in _dict(data["fields"], f"{where}: fields").items()
    )
    key = str(data.get("key") or "")
    if key and key not in {field.name for field in fields}:
        raise MappingError(f"{where}: the key “{key}” is no field of this mapping.")
    blank = [str(entry).strip().casefold() for entry in data.get("blank") or []]
    return ImportMapping(
        code=str(data["mapping"]),
        label=str(data.get("label") or data["mapping"]),
        version=int(data.get("version") or 1),
        target=str(data["target"]),
        key=key,
        signature=tuple(_source(entry, where) for entry in data.get("recognise") or []),
        absent=tuple(_source(entry, where) for entry in data.get("absent") or []),
        blank=frozenset(entry for entry in blank if not entry.endswith("*")),
        blank_starts=tuple(entry[:-1] for entry in blank if entry.endswith("*")),
        fields=fields,
    )


def _field(name: str, data: Mapping[str, Any], lookups: Mapping[str, Lookup], where: str) -> Field:
    check_keys(data, {*_WAYS, "separator", "steps", "required", "default", "when"}, where)
    ways = [way for way in _WAYS if way in data]
    if len(ways) != 1:
        raise MappingError(f"{where}: write exactly one of {', '.join(_WAYS)}.")
    way = ways[0]
    if name.count("[]") > 1 or ("[]" in name and not name.partition("[].")[2]):
        raise MappingError(f"{where}: write a list field as name[].part.")
    sources: tuple[Source, ...] = ()
    if way == "column":
        sources = (_source(data[way], where),)
    elif way != "constant":
        if not isinstance(data[way], list) or not data[way]:
            raise MappingError(f"{where}: “{way}” needs a list of columns.")
        sources = tuple(_source(entry, where) for entry in data[way])
    when = data.get("when") or []
    return Field(
        name=name,
        combine=way,
        sources=sources,
        constant=data.get("constant"),
        separator=str(data.get("separator", "\n\n")),
        steps=tuple(make_step(step, lookups, where) for step in data.get("steps") or []),
        required=bool(data.get("required", False)),
        default=data.get("default"),
        when=tuple(_source(entry, where) for entry in (when if isinstance(when, list) else [when])),
    )


def _source(entry: object, where: str) -> Source:
    if isinstance(entry, dict):
        check_keys(entry, {"column", "label", "split"}, where)
        inner = _source(entry.get("column"), where)
        return Source(inner.names, str(entry.get("label") or ""), str(entry.get("split") or ""))
    names = (entry,) if isinstance(entry, str) else tuple(entry) if isinstance(entry, list) else ()
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise MappingError(f"{where}: “{entry}” names no column.")
    return Source(names)


def _dict(data: object, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise MappingError(f"{where}: expected names with values, found “{shown(data)}”.")
    return data


def layout_of(columns: Sequence[str]) -> str:
    """A mark by which tables with the same columns in the same order are known again."""
    return hashlib.sha256("\n".join(folded(column) for column in columns).encode()).hexdigest()


def _put(result: dict[str, Value], name: str, value: Value) -> None:
    outer, nested, part = name.partition("[].")
    if not nested:
        result[name] = value
        return
    entries = result.setdefault(outer, [{}])
    entries[0][part] = value


class _Finder:
    """Finds columns by name, in full or by the last part when that is clear."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._full: dict[str, str] = {}
        self._plain: dict[str, str | None] = {}
        for column in columns:
            self._full.setdefault(folded(column), column)
            _group, slash, plain = column.partition(" / ")
            if slash:
                key = folded(plain)
                self._plain[key] = None if key in self._plain else column

    def __call__(self, source: Source) -> str | None:
        for name in source.names:
            key = folded(name)
            column = self._full.get(key) or self._plain.get(key)
            if column is not None:
                return column
        return None
