"""A list as a file: the rows that somebody may see, as filtered, with the columns they chose, streamed by key.

CSV and workbooks are for people: labels, names, times in the reader's zone. JSON is for programs: the names of the
fields, codes, UTC. Both come back through the import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.exchange import kinds
from qsms.exchange.targets import PLACES
from qsms.exchange.writers import csv_chunks, json_chunks, write_csv, write_json, write_xlsx
from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, listing, paging, scope
from qsms.records.choices import Lens
from qsms.records.errors import Invalid, Refused
from qsms.records.listing import Listing
from qsms.records.models import Record
from qsms.records.registry import Column, RecordType

FORMS: Mapping[str, tuple[str, str]] = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "json": ("application/json", "json"),
}
STEP = 500
# Of a text that is found more often the newest go out: the ids of all would fill a query to bursting.
TEXT_LIMIT = 5_000
# What every record has beside its form, in the order in which it is offered.
HEAD = ("number", "title", "state")
TAIL = ("opened_at", "closed_at", "risk_class", "risk_cell", "confidential")


@dataclass(frozen=True, slots=True)
class Out:
    """A column of an export."""

    name: str
    label: str
    path: str
    read: Callable[[Any], Any]


@dataclass(slots=True)
class Export:
    """What is to be exported, for whom, and how."""

    actor: Actor
    sheet: RecordType
    listing: Listing
    where: Q
    form: str
    columns: list[str]
    # The text is found more often than the file has rows: only the newest are in it.
    is_cut: bool = False

    @property
    def left_out(self) -> str:
        """What the file leaves out, in a sentence; nothing where it is whole."""
        if not self.is_cut:
            return ""
        sentence = _(
            "“%(text)s” is found in %(most)s records or more. The newest %(most)s are in the file, the others are left "
            "out. For all of them search for more words, or add a filter."
        )
        return sentence % {"text": self.listing.text, "most": f"{TEXT_LIMIT:,}"}

    @property
    def coded(self) -> bool:
        return self.form == "json"

    @property
    def file_name(self) -> str:
        newest = f"-newest-{TEXT_LIMIT}" if self.is_cut else ""
        return f"{self.sheet.kind}{newest}.{FORMS[self.form][1]}"


def offered(sheet: RecordType) -> dict[str, str]:
    """The columns that an export of this kind can have: name to label. Sealed fields are none of them."""
    offer = kinds.of(sheet.kind)
    shown = [one.name if isinstance(one, Column) else one for one in sheet.columns]
    found = dict.fromkeys((*HEAD, *sheet.form_fields, *offer.fields, *shown, *TAIL))
    if sheet.import_key:
        found[sheet.import_key] = None
    if sheet.category_field in found:
        # The same once more, in codes.
        found.pop("category", None)
    return {name: sheet.field_label(name) for name in found if name not in sheet.sealed_fields and sheet.field(name)}


def prepare(actor: Actor, sheet: RecordType, query: QueryDict, *, form: str, columns: Sequence[str] = ()) -> Export:
    """Read what is asked for. Raises Refused without the right to export, Invalid for what makes no sense."""
    if not actor.holds(f"{sheet.kind}.export"):
        raise Refused([_("You may not export these. Ask a manager of your organisation.")])
    if form not in FORMS:
        raise Invalid({"format": _("“%(form)s” is no format. Choose csv, xlsx or json.") % {"form": form}})
    known = offered(sheet)
    unknown = [name for name in columns if name not in known]
    if unknown:
        sentence = _("There is no column “%(name)s”. Choose from: %(known)s.")
        raise Invalid({"columns": sentence % {"name": unknown[0], "known": ", ".join(known)}})
    one = listing.parse(sheet, actor, query, lens=_lens(query))
    if one.problems:
        raise Invalid({"": " ".join(one.problems)})
    where = listing.found(actor, one, TEXT_LIMIT)
    is_cut = bool(one.text) and paging.count(actor, sheet, where, cap=TEXT_LIMIT) >= TEXT_LIMIT
    if scope.branches(actor, sheet.kind) != scope.branches(actor, sheet.kind, "export"):
        # Nobody takes out what they may not see, however a role was put together.
        where &= scope.predicate(actor, sheet.kind)
    return Export(actor, sheet, one, where, form, list(columns) or list(known), is_cut)


def _lens(query: QueryDict) -> int:
    word = str(query.get("lens") or "").upper()
    return int(Lens[word]) if word in Lens.__members__ else 0


def count(export: Export, cap: int) -> int:
    """How many rows there are, counted up to `cap` + 1."""
    # Reach for the export, not only for seeing: the rows are those that the right to export covers.
    return paging.count(export.actor, export.sheet, export.where, verb="export", cap=cap)


def note(export: Export, n: int) -> None:
    """Leave a deed on the organisation: who took how many rows out, filtered how. Written before the rows go out."""
    filters = {active.label: active.words for active in export.listing.active}
    if export.listing.text:
        filters[str(_("Text"))] = export.listing.text
    if export.is_cut:
        filters[str(_("Left out"))] = str(_("all but the newest %(most)s") % {"most": f"{TEXT_LIMIT:,}"})
    _note(
        export.actor,
        {
            "kind": export.sheet.kind, "rows": n, "form": export.form, "filters": filters,
            "phase": export.listing.phase, "columns": export.columns,
        },
    )  # fmt: skip


def note_file(
    actor: Actor, what: str, *, form: str, kind: str = "", n: int | None = None, columns: Sequence[str] = (),
    narrowed: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """The same for a file that a room makes and that is no list of records: `what` says which, as people call it."""
    detail: dict[str, Any] = {"what": what, "kind": kind, "form": form}
    if n is not None:
        detail |= {"rows": n, "columns": list(columns), "filters": dict(narrowed or {})}
    _note(actor, detail)


def _note(actor: Actor, detail: dict[str, Any]) -> None:
    with write_transaction():
        history.write(actor, None, history.Act("exported", detail=detail), subject="organisation")


def head(export: Export) -> list[str]:
    """The names of the columns: of the fields in JSON, else their labels, each different."""
    if export.coded:
        return export.columns
    known = offered(export.sheet)
    labels: list[str] = []
    for name in export.columns:
        label = known[name]
        labels.append(f"{label} ({name})" if label in labels else label)
    return labels


def rows(export: Export, tell: Callable[[int], None] | None = None) -> Iterator[list[Any]]:
    """The rows, page by page. Each page starts behind the last row of the one before, so none comes twice."""
    outs = _outs(export)
    after, done = "", 0
    while True:
        page = paging.page(
            export.actor, export.sheet, export.where, verb="export", order=export.listing.order, after=after, limit=STEP
        )
        found = listing.rows(export.sheet, page.ids, [out.path for out in outs])
        people = _people(export, outs, found)
        for row in found:
            yield [people(out, row) if out.read is _as_person else out.read(row[out.path]) for out in outs]
        done += len(found)
        if tell is not None:
            tell(done)
        after = page.after
        if not after:
            return


def stream(export: Export) -> Iterator[bytes]:
    """The file in pieces, for CSV and JSON."""
    make = json_chunks if export.coded else csv_chunks
    return make(head(export), rows(export))


def write(export: Export, target: IO[bytes], tell: Callable[[int], None] | None = None) -> None:
    """Write the whole file."""
    table: Iterable[list[Any]] = rows(export, tell)
    if export.form == "xlsx":
        write_xlsx(target, head(export), table, sheet=str(export.sheet.label_plural), zone=export.actor.tz)
    elif export.form == "json":
        write_json(target, head(export), table)
    else:
        write_csv(target, head(export), table)


def _outs(export: Export) -> list[Out]:
    known = offered(export.sheet)
    return [_out(export, name, known[name]) for name in export.columns]


def _out(export: Export, name: str, label: str) -> Out:
    column = export.sheet.field(name)
    if isinstance(column, models.ForeignKey):
        path = f"{name}_id"
        if column.related_model is Person:
            return Out(name, label, path, _as_person)
        what = next((what for what, model in PLACES.items() if model is column.related_model), "")
        if what:
            return Out(name, label, path, partial(_known, _places(export, what)))
        if issubclass(column.related_model, Record):
            # Another organisation knows it by its number, if at all; nobody by its key.
            return Out(name, label, f"{name}__number", _as_it_is)
        return Out(name, label, path, _as_it_is)
    return Out(name, label, name, _reader(export, name, column))


def _reader(export: Export, name: str, column: Any) -> Callable[[Any], Any]:
    if name == "disciplines":
        return partial(_lenses, export.coded)
    if isinstance(column, models.DateTimeField):
        return partial(_moment, dt.UTC if export.coded else export.actor.tz)
    if export.coded:
        return _as_it_is
    if name == "state":
        return partial(_known, {state.code: str(state.label) for state in export.sheet.lifecycle.states})
    if name == "risk_class":
        return partial(_known, {tone: str(label) if tone else "" for tone, label in listing.RISK_TONES.items()})
    if column.choices:
        return partial(_known, {code: str(label) for code, label in column.flatchoices})
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _as_person(value: Any) -> Any:
    raise AssertionError("People are named by the page.")


def _known(words: Mapping[Any, str], value: Any) -> Any:
    return words.get(value, "" if value is None else value)


def _lenses(coded: bool, bits: int) -> list[str]:
    return [lens.name.lower() if coded else str(lens.label) for lens in Lens if bits & lens]


def _moment(zone: dt.tzinfo, value: dt.datetime | None) -> dt.datetime | None:
    """In the zone of whoever reads it, to the second: nobody looks for the microsecond in which a form was sent."""
    return value.astimezone(zone).replace(microsecond=0) if value is not None else None


def _places(export: Export, what: str) -> Mapping[int, str]:
    if not export.coded:
        return names.places(what, export.actor.organisation_id)
    rows = PLACES[what]._default_manager.filter(organisation_id=export.actor.organisation_id)
    return dict(rows.values_list("pk", "code"))


def _people(export: Export, outs: Sequence[Out], found: Sequence[Mapping[str, Any]]) -> Callable[[Out, Any], str]:
    """Names of the people of one page. In JSON the e-mail address, which names one person only, where there is one."""
    ids = {row[out.path] for out in outs if out.read is _as_person for row in found} - {None}
    if not ids:
        return lambda _out, _row: ""
    people = Person.objects.filter(pk__in=ids, organisation_id=export.actor.organisation_id)
    words = {
        pk: (email or name) if export.coded else name for pk, name, email in people.values_list("pk", "name", "email")
    }
    return lambda out, row: words.get(row[out.path], "")
