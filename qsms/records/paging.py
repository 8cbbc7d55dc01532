"""Pages and counts of what an actor sees: ids of one page of a list, by key and never by offset.

A page of newest records is the union of one limited query per branch of the actor's scope: a single OR over all
branches looks the same on busy sites and reads the whole table for quiet ones. The OR form stays for one record, for
capped counts and for orders by another column, and is the oracle that the tests hold the union against.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from qsms.base.prepared import Prepared
from qsms.org.actor import Actor
from qsms.org.choices import Axis

from . import registry
from .models import Record
from .registry import RecordType
from .scope import NOBODY, OWN_BRANCHES, Branch, branches, predicate

COUNT_CAP = 1_000
# So many records of somebody's own are counted one by one.
OWN_COUNTED = 100


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


def newest(
    actor: Actor, kind: str, where: Q, *, limit: int, beside: Sequence[QuerySet[Any]] = ()
) -> QuerySet[Any] | RawSQL | tuple[()]:
    """The ids of the first page of a list, the newest first, as a part of another query: for its `pk__in`. With those
    of the questions `beside`, each for ids within the actor's sight and with a limit of its own."""
    sheet = registry.get(kind)
    rows = _rows(actor, sheet, where).order_by("-pk").values("pk")
    parts = [rows.filter(branch.narrows())[:limit] for branch in branches(actor, kind)]
    if len(parts) == 1 and not beside:
        return parts[0]
    found = [union_sql(parts, True, limit), *(union_sql([one], True, one.query.high_mark or limit) for one in beside)]
    asked = [one for one in found if one is not None]
    if not asked:
        return ()
    statement = " UNION ".join(f"SELECT * FROM ({one}) AS part" for one, _values in asked)  # noqa: S608
    return RawSQL(statement, [value for _one, values in asked for value in values])  # noqa: S611 put together by union_sql alone


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


OWN_RECORDS = Prepared(_own_records, organisation=int, kind=str, person=int)


def _union(parts: list[QuerySet[Any]], down: bool, limit: int) -> list[tuple[Any, ...]]:
    """The first `limit` rows of several limited queries, by their first column."""
    union = union_sql(parts, down, limit)
    if union is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*union)
        return cursor.fetchall()


def union_sql(parts: list[QuerySet[Any]], down: bool, limit: int) -> tuple[str, list[Any]] | None:
    """Such a union as text with its values; None where nothing can match. Django cannot limit inside a union on SQLite;
    SQL can."""
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


def by_column(rows: QuerySet[Any], field: str, *, down: bool = False, after: str = "", limit: int = 50) -> Page:
    """Ids of one page of rows of several kinds, which are in the actor's scope already, by a column and then by id."""
    return _by_column(rows, field, down, after, limit)


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


def _joined(reach: Sequence[Branch], order: str) -> Iterable[tuple[Q, tuple[str, ...]]]:
    """The conditions of these branches with the order for each, sites taken together: each costs the time to be said.

    A site's records and one's own have indexes of their own; by another order SQLite reads all there is of the kind.
    """
    for secrets_too in (True, False):
        sites = [branch for branch in reach if branch.axis == Axis.SITE and branch.confidential is secrets_too]
        if sites:
            known = Q() if secrets_too else Q(confidential=False)
            yield Q(site_id__in=[branch.value for branch in sites]) & known, ()
    for branch in reach:
        if branch.axis != Axis.SITE:
            yield branch.narrows(), (order,) if branch.axis == Axis.ALL else ("-pk",)


def counts(actor: Actor, sheet: RecordType, asked: Iterable[tuple[Q, str]], *, cap: int) -> list[int]:
    """How many records match each condition, each counted up to `cap` + 1: one statement for all.

    Beside each condition stands the order by whose index its records are found soonest among all of the kind; empty
    where the condition names the actor as owner, and so leaves but a few.
    """
    statements: list[str] = []
    values: list[Any] = []
    reach = branches(actor, sheet.kind)
    for where, order in asked:
        rows = _rows(actor, sheet, where)
        if not order:
            # Whoever reaches what they own needs no look at its place.
            own = Q() if any(branch.axis == "owner" for branch in reach) else predicate(actor, sheet.kind)
            narrowed = [rows.filter(own).order_by()]
        else:
            narrowed = [rows.filter(one).order_by(*by) for one, by in _joined(reach, order)]
        parts = [one.values_list("pk")[: cap + 1] for one in narrowed]
        union = union_sql(parts, True, cap + 1)
        if union is None:
            statements.append("0")
            continue
        statements.append(f"(SELECT COUNT(*) FROM ({union[0]}) AS counted)")  # noqa: S608 union_sql's own text
        values += union[1]
    if not statements:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(statements)}", values)
        return list(cursor.fetchone())
