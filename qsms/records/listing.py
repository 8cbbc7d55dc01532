"""What a list was asked for: filters, order and page key, read from a query string and turned into a condition.

Pages, exports and the API read the same words, so a link to a list, its export and its API answer agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qsms.base.prepared import Prepared, Several
from qsms.org import names
from qsms.org.actor import Actor
from qsms.rules.lifecycle import Phase

from . import keys, lateness
from .choices import Lens
from .models import Record
from .registry import RecordType

PLACE_FIELDS = ("site", "unit", "process")
RISK_TONES = {
    0: gettext_lazy("Not rated"),
    1: gettext_lazy("Acceptable"),
    2: gettext_lazy("Tolerable"),
    3: gettext_lazy("Intolerable"),
}
PHASES = ("open", "all", "done", "void")
NONE = "none"
FLAGS = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
ME = "me"

# Searching is a kit's: the assembly hands over a function (actor, listing, limit) -> ids, newest first. It gets the
# whole listing, because the newest hits alone may all fall to another filter.
TextSearch = Callable[[Actor, "Listing", int], Sequence[int]]
_search: list[TextSearch] = []
TEXT_LIMIT = 200
# Rows are asked for by so many ids at a time: a page on the screen, a step of an export.
PREPARED = (50, 250)


def provide_search(search: TextSearch) -> None:
    """Say how lists, exports and the API find records by text."""
    _search[:] = [search]


class Params(Protocol):
    """A query string: several values a name."""

    def getlist(self, key: str) -> list[str]: ...
    def get(self, key: str, default: Any = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing a list can be narrowed by: its options, or none for dates and text."""

    name: str
    label: str
    kind: str  # choice, person, date, text, flag
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is set: what it is and its values in words."""

    name: str
    label: str
    words: str


@dataclass(slots=True)
class Listing:
    """A parsed request for a list."""

    sheet: RecordType
    where: Q = field(default_factory=Q)
    # The filters that a text index can know, and the conditions beyond them; together they are `where`. Each of
    # `lenses` holds the bits of which a record needs one, `sites` the sites of which it needs to be at one.
    lenses: list[int] = field(default_factory=list)
    sites: list[int] = field(default_factory=list)
    beyond: Q = field(default_factory=Q)
    phase: str = "open"
    order: str = "-id"
    after: str = ""
    text: str = ""
    active: list[Active] = field(default_factory=list)
    # Places that were written by code or name: filter, what was written, and the value that stands for it.
    spelt: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    # True while only columns are filtered that the tallies hold, so that counts are exact and free.
    tallied: bool = True

    @property
    def is_few(self) -> bool:
        """Whether a text search leaves at most TEXT_LIMIT records, whose ids are part of the condition."""
        return bool(self.text and _search)

    def narrow(self, condition: Q) -> None:
        """Add a condition that only the record's columns can answer."""
        self.where &= condition
        self.beyond &= condition

    def condition(self) -> Q:
        """The filters together with the phase."""
        if self.phase == "open":
            return self.where & Q(phase__lt=Phase.DONE)
        if self.phase == "done":
            return self.where & Q(phase=Phase.DONE)
        if self.phase == "void":
            return self.where & Q(phase=Phase.VOID)
        return self.where


def found(actor: Actor, listing: Listing, limit: int = TEXT_LIMIT) -> Q:
    """The filters, with the ids that the text search found; without a search, the numbers that begin so."""
    condition = listing.condition()
    if listing.text and _search:
        condition &= Q(pk__in=list(_search[0](actor, listing, limit)))
    elif listing.text:
        condition &= Q(number__gte=listing.text, number__lt=listing.text + "\U0010ffff")
    return condition


# What narrows a list without being offered on it: where a figure's number leads. Takes the actor and the value; gives
# a condition and its words, or None for a value that cannot be read.
Narrowing = Callable[[Actor, str], "tuple[Q, str] | None"]
_narrowings: dict[str, tuple[Any, Narrowing]] = {}


def narrowing(name: str, label: Any) -> Callable[[Narrowing], Narrowing]:
    """Decorator: lists of every kind understand `name=value` in their address."""

    def keep(function: Narrowing) -> Narrowing:
        _narrowings[name] = (label, function)
        return function

    return keep


def narrowing_names() -> frozenset[str]:
    """What lists of every kind understand in their address beside their filters."""
    return frozenset(_narrowings)


def filters(sheet: RecordType, actor: Actor) -> list[Filter]:
    """Every filter that this list offers to this actor."""
    found = [_filter(sheet, actor, name) for name in sheet.filters]
    found.append(Filter("opened_at", _("Opened"), "date"))
    if "due_on" not in sheet.filters and "due_on" in sheet.form_fields:
        found.append(Filter("due_on", sheet.field_label("due_on"), "date"))
    found.append(Filter("late", _("Late"), "flag"))
    return found


def _filter(sheet: RecordType, actor: Actor, name: str) -> Filter:
    label = sheet.field_label(name)
    if name == "state":
        return Filter(name, label, "choice", tuple(Option(s.code, str(s.label)) for s in sheet.lifecycle.states))
    if name == "disciplines":
        return Filter(name, label, "choice", tuple(Option(str(lens.value), str(lens.label)) for lens in Lens))
    if name == "risk_class":
        return Filter(name, label, "choice", tuple(Option(str(k), str(v)) for k, v in RISK_TONES.items()))
    if name in PLACE_FIELDS:
        options = (Option(str(pk), name_) for pk, name_ in names.places(name, actor.organisation_id).items())
        return Filter(name, label, "choice", (*options, Option(NONE, _("None"))))
    column = sheet.field(name)
    if isinstance(column, models.ForeignKey):
        return Filter(name, label, "person")
    if column is not None and column.choices:
        return Filter(name, label, "choice", tuple(Option(str(v), str(words)) for v, words in column.flatchoices))
    if isinstance(column, models.BooleanField):
        return Filter(name, label, "choice", (Option("1", _("Yes")), Option("0", _("No"))))
    if isinstance(column, models.DateField):
        return Filter(name, label, "date")
    return Filter(name, label, "text")


def parse(sheet: RecordType, actor: Actor, params: Params, *, lens: int = 0) -> Listing:
    """Read a query string. What cannot be read is told in `problems` and left out, never guessed."""
    listing = Listing(sheet)
    phase = params.get("phase", "open")
    if phase in PHASES:
        listing.phase = phase
    else:
        listing.problems.append(_("“%(given)s” is no phase. Choose open, all, done or void.") % {"given": phase})
    order = params.get("order") or sheet.orders[0]
    if order in sheet.orders or order in ("-id", "id"):
        listing.order = order
    else:
        listing.problems.append(_("This list has no order “%(given)s”.") % {"given": order})
    listing.after = params.get("after", "") or ""
    # NUL is text that PostgreSQL cannot be asked for.
    listing.text = (params.get("q", "") or "").replace("\x00", "").strip()[:200]
    for one in filters(sheet, actor):
        _apply(listing, actor, one, params)
    for name, (label, narrow) in _narrowings.items():
        _narrow(listing, actor, Filter(name, str(label), "narrowing"), narrow, params)
    if lens:
        listing.where &= concerning(lens)
        listing.lenses.append(lens)
    _apply_ticked(listing, params)
    return listing


def _apply_ticked(listing: Listing, params: Params) -> None:
    """Only these rows, as somebody ticked them in a list: `row` holds their keys."""
    ids = {pk for value in params.getlist("row") if (pk := keys.whole(value))}
    if not ids:
        return
    listing.narrow(Q(pk__in=ids))
    words = ngettext("%(n)d of the list", "%(n)d of the list", len(ids)) % {"n": len(ids)}
    listing.active.append(Active("row", _("Ticked"), words))
    listing.tallied = False


def _narrow(listing: Listing, actor: Actor, one: Filter, narrow: Narrowing, params: Params) -> None:
    given = params.get(one.name, "") or ""
    if not given:
        return
    found = narrow(actor, given)
    if found is None:
        listing.problems.append(_("“%(given)s” is no choice for %(label)s.") % {"given": given, "label": one.label})
        return
    listing.narrow(found[0])
    listing.active.append(Active(one.name, one.label, found[1]))
    listing.tallied = False


def concerning(lens: int) -> Q:
    """Records that concern this lens, as a list of values: an index can serve it, a bit operation cannot."""
    return Q(disciplines__in=with_lens(lens))


def with_lens(lens: int) -> list[int]:
    """Every value of `disciplines` that has this lens in it."""
    return [bits for bits in range(2 * max(Lens.values)) if bits & lens]


def _apply(listing: Listing, actor: Actor, one: Filter, params: Params) -> None:
    if one.kind == "date":
        _apply_dates(listing, one, params)
        return
    values = [value for value in params.getlist(one.name) if value != ""]
    if not values:
        return
    if one.kind == "flag":
        if values[0] not in FLAGS:
            listing.problems.append(
                _("“%(given)s” is no choice for %(label)s. Write 1, or leave it out.")
                % {"given": values[0], "label": one.label}
            )
        if not FLAGS.get(values[0]):
            return
        listing.narrow(lateness.late_to(actor))
        listing.active.append(Active(one.name, one.label, _("yes")))
        listing.tallied = False
        return
    condition, words = _chosen(listing, actor, one, values)
    if words:
        meant = {listing.spelt.get((one.name, value), value) for value in values}
        _choose(listing, one, {option.value for option in one.options if option.value in meant}, condition)
        listing.active.append(Active(one.name, one.label, ", ".join(words)))
        listing.tallied &= one.name in ("state", "site", "disciplines")


def _choose(listing: Listing, one: Filter, values: set[str], condition: Q) -> None:
    if one.name == "disciplines":
        listing.where &= condition
        listing.lenses.append(sum(map(int, values)))
    elif one.name == "site" and NONE not in values:
        listing.where &= condition
        listing.sites = sorted(map(int, values))
    else:
        listing.narrow(condition)


def _chosen(listing: Listing, actor: Actor, one: Filter, values: Sequence[str]) -> tuple[Q, list[str]]:
    if one.kind == "text":
        # A prefix, as a range: an index can serve it on both engines.
        text = values[0].replace("\x00", "")
        return Q(**{f"{one.name}__gte": text, f"{one.name}__lt": text + "\U0010ffff"}), [text]
    if one.kind == "person":
        return _people(listing, actor, one, values)
    known = {option.value: option.label for option in one.options}
    if one.name in PLACE_FIELDS:
        values = [value if value in known else _place(listing, actor, one.name, value) for value in values]
    for value in values:
        if value not in known:
            listing.problems.append(_("“%(given)s” is no choice for %(label)s.") % {"given": value, "label": one.label})
    values = [value for value in values if value in known]
    words = [known[value] for value in values]
    if one.name == "disciplines":
        condition = Q()
        for value in values:
            condition |= concerning(int(value))
        return condition, words
    plain = [value for value in values if value != NONE]
    condition = Q(**{f"{one.name}__in": plain}) if plain else Q()
    if NONE in values:
        condition |= Q(**{f"{one.name}__isnull": True})
    return condition, words


def _place(listing: Listing, actor: Actor, what: str, word: str) -> str:
    """The value of the place that somebody wrote by its code or name; the word itself where there is none."""
    pk = names.place_called(what, actor.organisation_id, word)
    if pk is None:
        return word
    listing.spelt[what, word] = str(pk)
    return str(pk)


def _people(listing: Listing, actor: Actor, one: Filter, values: Sequence[str]) -> tuple[Q, list[str]]:
    ids = {value: actor.person_id if value == ME else keys.whole(value) for value in values if value != NONE}
    known = names.people(actor.organisation_id, set(ids.values()) - {None})
    condition = Q(**{f"{one.name}__in": list(known)}) if known else Q()
    words = list(known.values())
    if NONE in values:
        condition |= Q(**{f"{one.name}__isnull": True})
        words.append(_("nobody"))
    for value in (value for value, pk in ids.items() if pk not in known):
        listing.problems.append(_("“%(given)s” is nobody here, for %(label)s.") % {"given": value, "label": one.label})
    return condition, words


def _apply_dates(listing: Listing, one: Filter, params: Params) -> None:
    words = []
    for edge, lookup in (("from", "gte"), ("to", "lte")):
        raw = (params.get(f"{one.name}_{edge}") or "").strip()
        if not raw:
            continue
        try:
            day = dt.date.fromisoformat(raw)
        except ValueError:
            listing.problems.append(_("“%(given)s” is not a date. Write 2026-11-24.") % {"given": raw})
            continue
        is_moment = isinstance(listing.sheet.field(one.name), models.DateTimeField)
        listing.narrow(Q(**{f"{one.name}__{'date__' if is_moment else ''}{lookup}": day}))
        words.append(_("from %(day)s") % {"day": day} if edge == "from" else _("to %(day)s") % {"day": day})
    if words:
        listing.active.append(Active(one.name, one.label, " ".join(words)))
        listing.tallied = False


def rows(sheet: RecordType, ids: Sequence[int], columns: Iterable[str]) -> list[Mapping[str, Any]]:
    """The values of these records, in the order of `ids` (one query for each 250)."""
    wanted = ("pk", *columns)
    found = {}
    for start in range(0, len(ids), PREPARED[-1]):
        chunk = ids[start : start + PREPARED[-1]]
        question = _rows(sheet, wanted, next(size for size in PREPARED if size >= len(chunk)))
        found.update({row[0]: dict(zip(wanted, row, strict=True)) for row in question.rows(ids=chunk)})
    return [found[pk] for pk in ids if pk in found]


@lru_cache(maxsize=256)
def _rows(sheet: RecordType, columns: tuple[str, ...], most: int) -> Prepared:
    own = {f.name for f in sheet.own_fields}
    child = any(name.split("__")[0].removesuffix("_id") in own for name in columns)
    manager = sheet.model.everywhere if child else Record.everywhere

    def build(ids: list[int]) -> models.QuerySet[Any, Any]:
        return manager.filter(pk__in=ids).values_list(*columns)

    return Prepared(build, ids=Several(most))
