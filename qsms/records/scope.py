"""Who may see and do what. Every read of records starts here; the default is no.

An actor's rights compile to branches, each an index range: everything of a kind, one site, one unit, own records.
A page of newest records is the union of one limited query per branch: a single OR over all branches looks the same
on busy sites and reads the whole table for quiet ones. The OR form stays for one record, for capped counts and for
orders by another column, and is the oracle that the tests hold the union against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from qsms.base.prepared import Prepared, Several
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis

from . import registry
from .models import Record, Task
from .registry import RecordType

CONFIDENTIAL = "view_confidential"
COUNT_CAP = 1_000
# The sizes that a look-up by ids is prepared for.
LOOKED_UP = (5, 25, 100)
# No person has this key.
NOBODY = 0
OWN_BRANCHES = frozenset({"owner", "raised_by", "task"})


class RecordLike(Protocol):
    """A record, or a row with the columns that scope looks at."""

    @property
    def pk(self) -> Any: ...
    @property
    def kind(self) -> str: ...
    @property
    def site_id(self) -> int | None: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def raised_by_id(self) -> int | None: ...
    @property
    def confidential(self) -> bool: ...


# The columns of the protocol, for `only()` and `values()`.
SCOPE_FIELDS = ("kind", "site_id", "unit_id", "owner_id", "raised_by_id", "confidential")


class Glance(NamedTuple):
    """Of a record, its key and what scope looks at, in the order of SCOPE_FIELDS."""

    pk: int
    kind: str
    site_id: int | None
    unit_id: int | None
    owner_id: int | None
    raised_by_id: int | None
    confidential: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """One index range of a kind's records that an actor reaches."""

    axis: str  # all, site, unit, owner, raised_by, task
    value: int | None = None
    confidential: bool = True

    def condition(self) -> Q:
        condition = Q()
        if self.axis == "task":
            condition = Q(Exists(Task.everywhere.filter(record=OuterRef("pk"), person_id=self.value)))
        elif self.axis != Axis.ALL:
            condition = Q(**{f"{self.axis}_id": self.value})
        return condition if self.confidential else condition & Q(confidential=False)

    def holds(self, site: int | None, unit: int | None, confidential: bool) -> bool:
        """Whether a record that stands there is in this branch, which is none of own records."""
        if confidential and not self.confidential:
            return False
        return self.axis == Axis.ALL or self.value == (site if self.axis == Axis.SITE else unit)

    def narrows(self) -> Q:
        """The same as `condition`, but a task branch starts from the person's tasks: their few ids, not every row."""
        if self.axis == "task":
            # Every id is above 0; without saying so SQLite reads all that is open (100,000: 4.8 against 0.1 ms).
            return Q(pk__in=Task.everywhere.filter(person_id=self.value).values("record_id"), pk__gt=0)
        return self.condition()


def branches(actor: Actor, kind: str, verb: str = "view") -> list[Branch]:
    """What the actor reaches of a kind for a verb, without branches that a wider one contains."""
    found: dict[tuple[str, int | None], bool] = {}
    secret = f"{kind}.{CONFIDENTIAL}"
    secret_everywhere = actor.is_system or any(r.gives(secret) and r.axis == Axis.ALL for r in actor.rights)
    for right in actor.rights:
        if not right.gives(f"{kind}.{verb}"):
            continue
        secrets_too = secret_everywhere or right.gives(secret)
        if right.axis == Axis.OWN:
            if actor.person_id is not None:
                found |= {(axis, actor.person_id): True for axis in ("owner", "raised_by", "task")}
            continue
        value = right.site_id if right.axis == Axis.SITE else right.unit_id if right.axis == Axis.UNIT else None
        key = (str(right.axis), value)
        found[key] = found.get(key, False) or secrets_too
    if found.get((Axis.ALL, None)):
        return [Branch(Axis.ALL)]
    all_but_secret = (Axis.ALL, None) in found
    return [
        Branch(axis, value, secrets_too)
        for (axis, value), secrets_too in found.items()
        # Beside "everything not confidential", a branch adds something only when it shows confidential records.
        if not all_but_secret or axis == Axis.ALL or secrets_too
    ]


def predicate(actor: Actor, kind: str, verb: str = "view") -> Q:
    """The branches as one condition. Matches nothing when there is no branch."""
    condition = Q(pk__in=())
    found = branches(actor, kind, verb)
    # For who reaches only what is their own, every branch is a few ids: an index range each, and no look at the rest.
    own_alone = all(branch.axis in OWN_BRANCHES for branch in found)
    for branch in found:
        if branch == Branch(Axis.ALL):
            return Q()
        condition |= branch.narrows() if own_alone else branch.condition()
    return condition


def visible(actor: Actor, kind: str, verb: str = "view") -> QuerySet[Any]:
    """The records of a kind that the actor reaches for a verb, as instances of the child model."""
    model = registry.get(kind).model
    return model.everywhere.filter(predicate(actor, kind, verb), organisation_id=actor.organisation_id, kind=kind)


def reaches(actor: Actor, right: Right, record: RecordLike) -> bool:
    """Whether this right's axis covers this record."""
    if right.axis == Axis.ALL:
        return True
    if right.axis == Axis.SITE:
        return record.site_id is not None and record.site_id == right.site_id
    if right.axis == Axis.UNIT:
        return record.unit_id is not None and record.unit_id == right.unit_id
    return actor.person_id is not None and (
        actor.person_id in (record.owner_id, record.raised_by_id) or _involved(actor, record)
    )


def _involved(actor: Actor, record: RecordLike) -> bool:
    """Whether the actor has or had a task on it. A record keeps the answer: one page asks for many verbs."""
    known: dict[int | None, bool] = {}
    if isinstance(record, Record):
        known = record.__dict__.setdefault("_involved", known)
    if actor.person_id not in known:
        known[actor.person_id] = Task.everywhere.filter(record_id=record.pk, person_id=actor.person_id).exists()
    return known[actor.person_id]


def sees(actor: Actor, record: RecordLike) -> bool:
    """Whether the actor may see this record. A bare row without its organisation is taken to be of the actor's."""
    if getattr(record, "organisation_id", actor.organisation_id) != actor.organisation_id:
        return False
    if actor.is_system:
        return True
    rights = sorted(actor.rights_for(f"{record.kind}.view"), key=lambda right: right.axis == Axis.OWN)
    if not record.confidential:
        return any(reaches(actor, right, record) for right in rights)
    secret = f"{record.kind}.{CONFIDENTIAL}"
    everywhere = any(right.gives(secret) and right.axis == Axis.ALL for right in actor.rights)
    # A right that shows secrets counts when it reaches the record; any other one only beside such a right.
    return any(
        reaches(actor, right, record) for right in rights if everywhere or right.axis == Axis.OWN or right.gives(secret)
    )


def may(actor: Actor, verb: str, record: RecordLike) -> bool:
    """Whether the actor may do `verb` on this record: sees it, and a right that gives the verb reaches it."""
    if getattr(record, "organisation_id", actor.organisation_id) != actor.organisation_id:
        return False
    if actor.is_system:
        return True
    sheet = registry.get(record.kind)
    if isinstance(record, Record):
        own_say = sheet.may(actor, verb, record)
        if own_say is not None:
            return own_say and sees(actor, record)
    return sees(actor, record) and any(
        reaches(actor, right, record) for right in actor.rights_for(f"{record.kind}.{verb}")
    )


def permitted(actor: Actor, record: Record, verbs: Iterable[str]) -> frozenset[str]:
    """Those of `verbs` that the actor may do on this record."""
    return frozenset(verb for verb in verbs if may(actor, verb, record))


def authority(actor: Actor, record: RecordLike, verb: str = "accept") -> int:
    """The highest rank in accepting risk among the rights that give the verb and reach this record."""
    return max((r.authority for r in actor.rights_for(f"{record.kind}.{verb}") if reaches(actor, r, record)), default=0)


def kinds_seen(actor: Actor) -> list[str]:
    """The kinds of which the actor may see any record at all."""
    return [sheet.kind for sheet in registry.all_types() if actor.holds(f"{sheet.kind}.view")]


# -- pages of ids ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    ids: list[int]
    # The key of the next page, or empty on the last one.
    after: str = ""


class BadPageKey(ValueError):
    """A page key that no list of ours gave out."""


def page(
    actor: Actor,
    sheet: RecordType,
    where: Q | None = None,
    *,
    verb: str = "view",
    order: str = "-id",
    after: str = "",
    limit: int = 50,
    few: bool = False,
) -> Page:
    """Ids of one page of a list, by key and never by offset. `where` may name the child's columns.

    `few` says that `where` names the ids it allows, so that one look at each of them is all there is to do.

    Raises BadPageKey when `after` was not given out by this order. `order` is one of the sheet's orders.
    """
    where = where or Q()
    reach = branches(actor, sheet.kind, verb)
    if not reach:
        return Page([])
    rows = _rows(actor, sheet, where)
    field, down = order.lstrip("-"), order.startswith("-")
    if few:
        rows, reach = rows.filter(predicate(actor, sheet.kind, verb)), [Branch(Axis.ALL)]
    if field == "id":
        return _newest(rows, reach, down, after, limit)
    condition = Q()
    if Branch(Axis.ALL) not in reach:
        condition = Q(pk__in=())
        for branch in reach:
            condition |= branch.narrows()
    return _by_column(rows.filter(condition), field, down, after, limit)


def _rows(actor: Actor, sheet: RecordType, where: Q) -> QuerySet[Any]:
    """The organisation's records of a kind that match, asked of the child's table only if a condition names it."""
    if not _names_child(sheet, where):
        return Record.everywhere.filter(where, organisation_id=actor.organisation_id, kind=sheet.kind)
    here = {"organisation_id": actor.organisation_id, "tenant_id": actor.organisation_id}
    return sheet.model.everywhere.filter(where, kind=sheet.kind, **here)


def _names_child(sheet: RecordType, where: Q) -> bool:
    own = {f.name for f in sheet.own_fields}
    return any(name.split("__")[0].removesuffix("_id") in own for name in _names(where))


def _names(where: Q) -> Iterable[str]:
    for child in where.children:
        if isinstance(child, Q):
            yield from _names(child)
        elif isinstance(child, tuple):
            yield str(child[0])


def _newest(rows: QuerySet[Any], reach: list[Branch], down: bool, after: str, limit: int) -> Page:
    key = "-pk" if down else "pk"
    if after:
        try:
            rows = rows.filter(**{"pk__lt" if down else "pk__gt": int(after)})
        except ValueError as error:
            raise BadPageKey(after) from error
    if len(reach) == 1:
        ids = list(rows.filter(reach[0].narrows()).order_by(key).values_list("pk", flat=True)[: limit + 1])
    else:
        parts = [rows.filter(b.narrows()).order_by(key).values_list("pk", flat=True)[: limit + 1] for b in reach]
        ids = [pk for (pk,) in _union(parts, down, limit + 1)]
    return Page(ids[:limit], str(ids[limit - 1]) if len(ids) > limit else "")


def newest(actor: Actor, kind: str, where: Q, *, limit: int) -> QuerySet[Any] | RawSQL | tuple[()]:
    """The ids of the first page of a list, the newest first, as a part of another query: for its `pk__in`."""
    sheet = registry.get(kind)
    rows = _rows(actor, sheet, where).order_by("-pk").values("pk")
    parts = [rows.filter(branch.narrows())[:limit] for branch in branches(actor, kind)]
    if len(parts) == 1:
        return parts[0]
    union = _union_sql(parts, True, limit)
    return RawSQL(*union) if union is not None else ()  # noqa: S611 put together by _union_sql alone


def own_beside(actor: Actor, kind: str) -> list[tuple[str, int]] | None:
    """State and lenses of the actor's own records that no wider branch shows; None when they are more than a few."""
    wider = [branch for branch in branches(actor, kind) if branch.axis not in OWN_BRANCHES]
    given = {"organisation": actor.organisation_id, "kind": kind, "person": actor.person_id or NOBODY}
    own = OWN_RECORDS.rows(**given)
    if len(own) > OWN_COUNTED:
        return None
    return [
        (state, lenses)
        for _pk, site, unit, confidential, state, lenses in own
        if not any(branch.holds(site, unit, confidential) for branch in wider)
    ]


def _own_records(organisation: int, kind: str, person: int) -> QuerySet[Record, Any]:
    """Some more than OWN_COUNTED when there are more, each once."""
    all_of_them = Record.everywhere.filter(organisation_id=organisation, kind=kind)
    first = [all_of_them.filter(Branch(axis, person).narrows()).order_by("-pk") for axis in sorted(OWN_BRANCHES)]
    columns = ("pk", "site_id", "unit_id", "confidential", "state", "disciplines")
    parts = [
        Record.everywhere.filter(pk__in=some.values("pk")[: OWN_COUNTED + 1]).values_list(*columns) for some in first
    ]
    return parts[0].union(*parts[1:])


OWN_COUNTED = 100
OWN_RECORDS = Prepared(_own_records, organisation=int, kind=str, person=int)


def _union(parts: list[QuerySet[Any]], down: bool, limit: int) -> list[tuple[Any, ...]]:
    """The first `limit` rows of several limited queries, by their first column."""
    union = _union_sql(parts, down, limit)
    if union is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*union)
        return cursor.fetchall()


def _union_sql(parts: list[QuerySet[Any]], down: bool, limit: int) -> tuple[str, list[Any]] | None:
    """That as text with its values; None where nothing can match. Django cannot limit inside a union on SQLite; SQL
    can."""
    statements: list[str] = []
    values: list[Any] = []
    for part in parts:
        try:
            statement, given = part.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            # Django sees without asking that nothing can match: a text search, say, that found no id.
            continue
        statements.append(f"SELECT * FROM ({statement}) AS branch")  # noqa: S608
        values += given
    if not statements:
        return None
    union = " UNION ".join(statements)
    direction = "DESC" if down else "ASC"
    # Every value is a parameter; only Django's own SQL and these words are put together here.
    return f"SELECT * FROM ({union}) AS found ORDER BY 1 {direction} LIMIT {int(limit)}", values  # noqa: S608


def _by_column(rows: QuerySet[Any], field: str, down: bool, after: str, limit: int) -> Page:
    """By another column, then by id; rows without a value come last on both engines, as a second segment."""
    sign = "-" if down else ""
    segment, value, last = _read_key(after)
    found: list[tuple[Any, int]] = []
    if segment == "v":
        valued = rows.filter(**{f"{field}__isnull": False})
        if after:
            value = _read_value(rows.model, field, value)
            beyond = Q(**{f"{field}__{'lt' if down else 'gt'}": value})
            beyond |= Q(**{field: value, f"pk__{'lt' if down else 'gt'}": last})
            valued = valued.filter(beyond)
        found = list(valued.order_by(f"{sign}{field}", f"{sign}pk").values_list(field, "pk")[: limit + 1])
    if len(found) <= limit and rows.model._meta.get_field(field).null:
        empty = rows.filter(**{f"{field}__isnull": True})
        if segment == "n" and after:
            empty = empty.filter(pk__lt=last)
        room = limit + 1 - len(found)
        found += [(None, pk) for pk in empty.order_by("-pk").values_list("pk", flat=True)[:room]]
    if len(found) <= limit:
        return Page([pk for _value, pk in found])
    at, pk = found[limit - 1]
    key = f"n~~{pk}" if at is None else f"v~{at.isoformat() if hasattr(at, 'isoformat') else at}~{pk}"
    return Page([pk for _value, pk in found[:limit]], key)


def _read_value(model: Any, field: str, value: str) -> Any:
    try:
        return model._meta.get_field(field).to_python(value)
    except ValidationError as error:
        raise BadPageKey(value) from error


def _read_key(after: str) -> tuple[str, str, int]:
    if not after:
        return "v", "", 0
    try:
        segment, value, last = after.split("~")
        if segment not in ("v", "n"):
            raise BadPageKey(after)
        return segment, value, int(last)
    except ValueError as error:
        raise BadPageKey(after) from error


def count(
    actor: Actor,
    sheet: RecordType,
    where: Q | None = None,
    *,
    verb: str = "view",
    cap: int = COUNT_CAP,
    few: bool = False,
) -> int:
    """How many records match, counted up to `cap` + 1: above it, say "more than". `few` as for a page."""
    rows = _rows(actor, sheet, where or Q())
    reach = branches(actor, sheet.kind, verb)
    if few or len(reach) < 2:
        return rows.filter(predicate(actor, sheet.kind, verb)).values("pk")[: cap + 1].count()
    # By id, because without an order SQLite reads every open record instead of the branch's own.
    parts = [rows.filter(b.narrows()).order_by("-pk").values_list("pk", flat=True)[: cap + 1] for b in reach]
    wide = next((part for branch, part in zip(reach, parts, strict=True) if branch.axis not in OWN_BRANCHES), None)
    # Of a busy site there are too many alone, without a look at the other branches.
    if wide is not None and len(wide) > cap:
        return cap + 1
    return len(_union(parts, True, cap + 1))


def seen_of(actor: Actor, ids: Iterable[int]) -> Mapping[int, Record]:
    """Those of these records, of any kind, that the actor sees: for links, tasks and search results (one query for each
    hundred)."""
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Record] = {}
    for start in range(0, len(wanted), LOOKED_UP[-1]):
        chunk = wanted[start : start + LOOKED_UP[-1]]
        question = _by_ids(next(size for size in LOOKED_UP if size >= len(chunk)))
        for row in question.objects(ids=chunk, organisation=actor.organisation_id, person=actor.person_id or NOBODY):
            note(actor, row, row.is_involved)
            if registry.is_known(row.kind) and sees(actor, row):
                found[row.pk] = row
    return found


@lru_cache(maxsize=len(LOOKED_UP))
def _by_ids(most: int) -> Prepared:
    """Up to so many records with whether the person has or had a task there."""

    def build(ids: list[int], organisation: int, person: int) -> QuerySet[Record]:
        involved = Exists(Task.everywhere.filter(record_id=OuterRef("pk"), person_id=person))
        return Record.everywhere.filter(pk__in=ids, organisation_id=organisation).annotate(is_involved=involved)

    return Prepared(build, ids=Several(most), organisation=int, person=int)


def seen_rows(actor: Actor, rows: Iterable[Sequence[Any]]) -> list[bool]:
    """Of each row whether the actor sees that record.

    A row says whether the actor is involved, the key, and SCOPE_FIELDS; what else it says behind them is left alone.
    """
    # Rights over own records are answered by what the row says, so that none asks the table again.
    wide = replace(actor, rights=tuple(right for right in actor.rights if right.axis != Axis.OWN))
    own = {right for right in actor.rights if right.axis == Axis.OWN}
    # Without those, many rows stand alike before the scope.
    known: dict[tuple[object, ...], bool] = {}
    found = []
    for involved, pk, kind, site, unit, owner, raised_by, confidential, *_more in rows:
        mine = bool(involved) or actor.person_id in (owner, raised_by)
        alike = (kind, site, unit, confidential, mine)
        if alike not in known:
            row = Glance(pk, kind, site, unit, owner, raised_by, confidential)
            own_view = mine and any(right.gives(f"{kind}.view") for right in own)
            known[alike] = registry.is_known(kind) and (own_view or sees(wide, row))
        found.append(known[alike])
    return found


# What scope looks at, and what a line says of a record.
OUTLINE = (*SCOPE_FIELDS, "number", "title", "state", "phase", "due_on", "due_at", "risk_class", "risk_cell")


def outlined(actor: Actor, pk: int, values: Sequence[Any], *, involved: bool) -> Record:
    """A record of the actor's organisation as far as OUTLINE goes, from the values that another query brought along."""
    record = Record(pk=pk, organisation_id=actor.organisation_id, **dict(zip(OUTLINE, values, strict=True)))
    note(actor, record, involved)
    return record


def note(actor: Actor, record: Record, involved: bool) -> None:
    """Tell a record what a query has already found out: whether the actor has or had a task on it."""
    record.__dict__.setdefault("_involved", {})[actor.person_id] = involved
