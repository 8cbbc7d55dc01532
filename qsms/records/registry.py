"""The register of record types. A room describes each kind of record once; kits read the description.

A sheet is a class deriving from `RecordType`. What is not said has a sensible default; where the default does not
serve, a room overrides the method, then replaces one view by name, then writes a plain view under the same scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Lifecycle, Move, Reason, State

from .models import Record

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from qsms.org.actor import Actor


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of fields, on the form and on the page."""

    title: StrOrPromise
    fields: tuple[str, ...]
    help: StrOrPromise = ""
    # False where a panel of the room shows these fields on the page in a way of its own.
    on_page: bool = True

    @classmethod
    def of(cls, title: StrOrPromise, *fields: str, help: StrOrPromise = "", on_page: bool = True) -> Section:
        return cls(title, fields, help, on_page)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: the path of its value from the child's row (`form__title`), its heading and its cell.

    `cell` gets the value and returns escaped text; without it the ui kit draws by the field's type.
    """

    name: str
    label: StrOrPromise = ""
    path: str = ""
    cell: Callable[[Any], str] | None = None
    align: str = ""  # "end" for figures
    wide: bool = False  # left out on narrow windows


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the record page that is not form fields: drawn by a template that gets what `context` returns."""

    code: str
    title: StrOrPromise
    template: str
    context: Callable[[Actor, Record], Mapping[str, Any]]
    tab: bool = True  # its own tab; otherwise it stands on the first one
    # "rail", or "wide": over body and rail on the first tab, for a figure that needs the width of the page.
    place: str = "body"
    count: Callable[[Mapping[str, Any]], int | None] | None = None
    order: int = 0  # on the first tab: below 0 before the form's sections, else after them
    # Who gets to see it at all; without it, everybody who sees the record.
    shown: Callable[[Actor, Record], bool] | None = None


@dataclass(frozen=True, slots=True)
class Raising:
    """A record type offers itself to be raised from others: "Raise hazard" on a report."""

    kind: str
    label: StrOrPromise
    from_kinds: tuple[str, ...]
    relation: str
    # Values for the new record, taken from the one it is raised from.
    values: Callable[[Record], Mapping[str, Any]]
    key: str = ""


def place_of(record: Record) -> dict[str, Any]:
    """Where a record belongs and which lenses it concerns: what begins the same in whatever is raised from it."""
    return {
        "site": record.site_id, "unit": record.unit_id, "process": record.process_id,
        "disciplines": record.disciplines,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskType:
    """A type of task that people get on records: its name where such tasks are counted, and how its button reads.

    `verb` is the word on the button where the name of the move that completes it would say too much; `tab` is the tab
    of the record on which it is answered, where no move does.
    """

    label: StrOrPromise
    verb: StrOrPromise = ""
    tab: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """What comes next on one record, where its lifecycle alone does not say it; what is empty follows from that."""

    why: str = ""
    title: str = ""
    # What else the reader should know: it follows the reason, whichever that is.
    also: str = ""
    # Codes of moves to put on the strip, the primary first; those that are shut to the reader are left out.
    moves: tuple[str, ...] = ()
    # Kinds of records to raise from this one, ahead of the moves.
    raises: tuple[str, ...] = ()
    # Pages to go on to, ahead of the moves: what is on the button, and the address. The reader may open each.
    ways: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Lack:
    """What one open record still lacks, as the trace lists it, and the way to it."""

    record_id: int
    said: str
    way: str
    url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of the room's own on which these records are worked on, offered above their list."""

    route: str
    label: StrOrPromise
    icon: str
    needs: str  # the permission without which it is not offered


# Says "every kind" where a room lends something to the kinds of others.
ANY = "*"
# The columns of the trace, from what happened to what shows whether it got better.
TRACE = ("happened", "means", "done", "changed", "shows")
# Never set from a form, an import or the API.
KEPT_FIELDS = frozenset(
    {
        "id", "record", "record_ptr", "tenant", "organisation", "kind", "number", "state", "phase", "raised_by",
        "opened_at", "closed_at", "risk_class", "risk_cell", "version", "extra", "changed_at", "judged",
    }
)  # fmt: skip


class RecordType:
    """One kind of record: its model, its life and how it shows. Subclass, fill in, decorate with `@register`."""

    model: type[Record]
    kind: str
    prefix: str
    label: StrOrPromise
    label_plural: StrOrPromise
    icon: str = "file-text"
    room: str = ""  # menu group: happens, act, assure, know, steer
    trace: str = "done"  # its column in the trace, one of TRACE
    lifecycle: Lifecycle
    columns: Sequence[str | Column] = (
        "number",
        "title",
        "disciplines",
        "state",
        "risk_class",
        "site",
        "owner",
        "due_on",
    )
    filters: Sequence[str] = ("state", "site", "owner", "disciplines", "risk_class")
    # Orders offered on the list; each has an index. "-id" is newest first.
    orders: Sequence[str] = ("-id", "due_on", "-risk_class")
    form: Sequence[Section] = ()
    panels: Sequence[Panel] = ()
    # Long text of the child that the search document and the duplicate check read.
    search_fields: Sequence[str] = ()
    # Which field recognises an imported row that is already here.
    import_key: str = ""
    # Where imported rows stand when their file does not say it; empty for the lifecycle's first state.
    import_state: str = ""
    # A child's field that fills `Record.category`.
    category_field: str = ""
    # Fields whose values never leave the page of somebody who may see the record: not in mail, not in lists.
    sealed_fields: Sequence[str] = ()
    # Own columns that no form, filter, list column or move shows: panels and services of the room deal with them. The
    # contract tests hold this list to be exact, so that no column is forgotten.
    room_fields: Sequence[str] = ()
    # People on the record that moves and tasks speak of, beside owner and raised_by: name -> field.
    party_fields: Mapping[str, str] = {}
    # Long texts written with marks (Markdown): their form has buttons and a preview, which is what `drawn` draws.
    written: Sequence[str] = ()
    # Fields that say who checks it, when and how: while it waits for that, whoever is checked leaves them alone.
    check_plan: Sequence[str] = ()
    # What a date is the date of, which says how far it may lie back or ahead; a field not named may be either.
    dates: Mapping[str, When] = {"due_on": When.DUE}
    # The types of tasks that people get on these records, by code; a task of another code is refused.
    tasks: Mapping[str, TaskType] = {}
    # Fields whose choices each organisation has its own of: what is the same for everybody, such as the description of
    # the API, names none of them.
    varying: Sequence[str] = ()
    # A register's entry lives on for years: what it was raised from need not stay open for it.
    lives_on: bool = False
    gap_free_numbers: bool = False
    # What this kind calls a field that every record has: {"due_on": "review on"}, and its head the day to come.
    labels: Mapping[str, StrOrPromise] = {}
    due_words: StrOrPromise = _("Due %(day)s")
    # The line under the title counts how often the record was written; not beside revisions, which are counted too.
    tells_version: bool = True
    desks: Sequence[Desk] = ()
    # What the room does with several records that were ticked in the list, by a page of its own that gets their keys.
    on_chosen: Sequence[Desk] = ()
    # Whether the menu shows it, and views that replace the kit's: {"page": "dotted.path"}.
    in_menu: bool = True
    views: Mapping[str, str] = {}

    # -- what the room may answer itself ----------------------------------------------------------------------------

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        """The conditions that the lifecycle's moves name: why each does not hold, or None when it does."""
        return {}

    def parties(self, record: Record) -> Mapping[str, frozenset[int]]:
        """Who plays which part on this record: the people that `only`, `independent_of` and task plans name."""
        named = {"owner": record.owner_id, "raised_by": record.raised_by_id}
        named |= {name: getattr(record, f"{field}_id") for name, field in self.party_fields.items()}
        return {name: frozenset() if person is None else frozenset({person}) for name, person in named.items()}

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        """Values a new record starts with when the form leaves them empty."""
        return {}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        """What is wrong with these values, by field, beyond what the model checks. `record` has them already."""
        return {}

    def held(self, actor: Actor, record: Record) -> Mapping[str, str]:
        """Fields that an edit by this actor leaves alone as the record stands, beyond what holding.py keeps for every
        kind: each with the sentence why, and what to do instead."""
        return {}

    def withheld(self, actor: Actor, name: str) -> frozenset[str]:
        """Choices of a field that forms offer no longer; a record that has one keeps it."""
        return frozenset()

    def files_held(self, record: Record) -> str:
        """Why no file is added to this record or taken off it as it stands, though it is open; empty if they may be."""
        return ""

    def files_changed(self, actor: Actor, record: Record) -> None:
        """Inside the transaction that adds a file to this record or takes one off it."""

    def weighty(self, actor: Actor, record: Record) -> Mapping[str, str]:
        """Fields whose change is told with a reason, each with the sentence that asks for it."""
        return {}

    def prepare(self, actor: Actor, record: Record) -> None:
        """A last touch in memory before a new record is written: columns that follow from others."""

    def created(self, actor: Actor, record: Record) -> None:
        """Inside the transaction of a create: first tasks, clocks, links."""

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        """The same for a chunk of a bulk create; override it where one by one would be slow."""
        for record in records:
            self.created(actor, record)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        """Inside the transaction of a move, after the state has changed."""

    def then(self, actor: Actor, record: Record, move: Move, before: str) -> str:
        """The code of the move that follows this one at once, because its work is done already; empty for none.

        `before` is the state that the record came from.
        """
        return ""

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        """Inside the transaction of an edit or a handing over, after these fields have changed."""

    def unlinked(self, actor: Actor, record: Record, target: Record, relation: str) -> None:
        """Inside the transaction that takes away a link from this record to `target`."""

    def doubt(self, actor: Actor, record: Record, move: Move) -> str:
        """What speaks against this open move just now. Whoever makes it all the same is told, and says why."""
        return ""

    def also_signed(self, actor: Actor, record: Record, move: Move) -> Mapping[str, str]:
        """What a signature with this move covers beside the fields and files of the record: label -> text, in order.

        The dialog shows it, the signature is over it, and the deed keeps it.
        """
        return {}

    def waits_for(self, record: Record, move: Move) -> frozenset[int] | None:
        """The people whom this move waits for, where the right to make it is not enough; None where it is."""
        return None

    def acts_for(self, actor: Actor, record: Record, move: Move) -> int | None:
        """For whom a deputy makes this move where the right to make it does not say it; None for themselves."""
        return None

    def foretold(self, actor: Actor, record: Record, move: Move) -> Sequence[tuple[str, str]]:
        """What will follow from this move, for its dialog: tone ("info", "warn") and sentence. It asks no reason."""
        return ()

    def may(self, actor: Actor, verb: str, record: Record) -> bool | None:
        """A say of the room's own in permissions on one record; None leaves it to grants."""
        return None

    def search_body(self, record: Record) -> str:
        """The text that search looks into, beside number and title."""
        return "\n".join(str(getattr(record, name) or "") for name in self.search_fields)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        """What comes next and why, in the room's words."""
        return Lead()

    def drawn(self, actor: Actor, record: Record, name: str) -> str:
        """A field as who signs reads it, as safe HTML, where its plain value is not what one reads; else empty."""
        return ""

    def open_ends(self, actor: Actor, records: Sequence[Record]) -> Sequence[Lack]:
        """What these open records of the kind still lack, in the room's words: for the trace, and for whoever closes
        what they came from."""
        return ()

    def own_page(self, record: Record) -> str:
        """Where whoever raised this record in confidence follows it, seen by them alone; empty when nowhere."""
        return ""

    def elsewhere(self, actor: Actor, record: Record) -> str:
        """Where this reader is led instead of to the record's page; empty for the page."""
        return ""

    def about(self, actor: Actor, record: Record) -> Sequence[str]:
        """What the line under the title says first about how it stands, beyond state, lenses and risk."""
        return ()

    # -- read from the above -----------------------------------------------------------------------------------------

    @cached_property
    def own_fields(self) -> tuple[models.Field[Any, Any], ...]:
        """The child's own columns, without its key and organisation."""
        return tuple(f for f in self.model._meta.local_fields if f.name not in KEPT_FIELDS)

    @cached_property
    def form_fields(self) -> tuple[str, ...]:
        return tuple(name for section in self.form for name in section.fields)

    @cached_property
    def has_due_day(self) -> bool:
        """Whether one asks by when it is due: a day typed in its form, or one that follows from clocks."""
        return "due_on" in (*self.form_fields, *self.filters)

    @cached_property
    def writable(self) -> frozenset[str]:
        """Every field that a service accepts: the form's, and those that a move's dialog asks for."""
        asked = (name for move in self.lifecycle.moves for name in (*move.asks, *move.offers))
        return frozenset({*self.form_fields, *asked}) - KEPT_FIELDS

    @cached_property
    def required(self) -> frozenset[str]:
        """What a new record cannot be without, of the form's fields."""
        names = ("title", *self.form_fields)
        return frozenset(name for name in names if (field := self.field(name)) is not None and not field.blank)

    def field(self, name: str) -> models.Field[Any, Any] | None:
        """The model field of this name, or None when the name is the room's own (a computed column)."""
        try:
            found = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        return found if isinstance(found, models.Field) else None

    def field_label(self, name: str) -> str:
        found = self.field(name)
        label = str(self.labels.get(name) or (found.verbose_name if found is not None else name.replace("_", " ")))
        return label[:1].upper() + label[1:]

    def due_label(self, record: Record) -> str:
        """What its due day is the day of, as it stands: “Check due” while a check is waited for."""
        what = self.state(record).due
        return _t("%(what)s due") % {"what": what} if what else self.field_label("due_on")

    def state(self, record: Record) -> State:
        return self.lifecycle.state(record.state)


_types: dict[str, RecordType] = {}
_raisings: list[Raising] = []
_lent: list[tuple[Panel, tuple[str, ...]]] = []
# Tasks that a room above gives on records of other kinds, by the kind ("*" for every one) and their code.
_lent_tasks: dict[tuple[str, str], TaskType] = {}


def register(sheet: type[RecordType]) -> type[RecordType]:
    """Class decorator: the kits know this record type from now on."""
    one = sheet()
    if one.kind in _types and type(_types[one.kind]) is not sheet:
        raise ValueError(f"The kind “{one.kind}” is registered twice.")
    if one.trace not in TRACE:
        raise ValueError(f"The kind “{one.kind}” stands in no column of the trace. Say one of {', '.join(TRACE)}.")
    if any(other.prefix == one.prefix for other in _types.values() if other.kind != one.kind):
        raise ValueError(f"The prefix “{one.prefix}” is used twice.")
    _types[one.kind] = one
    return sheet


def forget(kind: str) -> None:
    """Take a record type out again: for tests that bring one of their own."""
    _types.pop(kind, None)


def offer(raising: Raising) -> None:
    """Offer a record type to be raised from records of other kinds."""
    _raisings.append(raising)


def raisings(kind: str) -> list[Raising]:
    """What can be raised from a record of this kind."""
    return [one for one in _raisings if kind in one.from_kinds or ANY in one.from_kinds]


def lend(panel: Panel, kinds: Sequence[str]) -> None:
    """Show a panel on records of other kinds as well: "risk" on reports, without either room knowing the other. "*" is
    every kind."""
    if panel not in [known for known, _kinds in _lent]:
        _lent.append((panel, tuple(kinds)))


def lend_tasks(tasks: Mapping[str, TaskType], kind: str = ANY) -> None:
    """Give tasks of these types on records of another kind, or of every one."""
    _lent_tasks.update({(kind, code): one for code, one in tasks.items()})


def task_type(kind: str, code: str) -> TaskType | None:
    """The type of a task by its code on a record of this kind; None where there is no such task."""
    own = _types[kind].tasks.get(code) if kind in _types else None
    return own or _lent_tasks.get((kind, code)) or _lent_tasks.get((ANY, code))


def task_types() -> Mapping[tuple[str, str], TaskType]:
    """Every type of task by kind (ANY where records of every kind have it) and code."""
    return {(sheet.kind, code): one for sheet in all_types() for code, one in sheet.tasks.items()} | _lent_tasks


def panels(sheet: RecordType) -> list[Panel]:
    """The panels of a record type: its own, and those that other rooms lend it, in their order."""
    lent = [panel for panel, kinds in _lent if sheet.kind in kinds or ANY in kinds]
    return sorted([*sheet.panels, *lent], key=lambda panel: panel.order)


def get(kind: str) -> RecordType:
    """The sheet of this kind. Raises KeyError."""
    return _types[kind]


def is_known(kind: str) -> bool:
    """Whether this kind is installed: rows of one that is not any more stand in the table, and nobody can draw them."""
    return kind in _types


def shows(kind: str, state: str) -> bool:
    """Whether a record of this kind counts as evidence in this state; one of a kind that is not installed does not."""
    return kind in _types and state in _types[kind].lifecycle.showing


def all_types() -> Iterable[RecordType]:
    """Every registered sheet, in the order of registration."""
    return tuple(_types.values())
