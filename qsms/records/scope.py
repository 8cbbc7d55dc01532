"""Who may see and do what. Every read of records starts here; the default is no.

An actor's rights compile to branches, each an index range: everything of a kind, one site, one unit, own records.
Pages of lists are the union of them (`paging`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from qsms.base.prepared import Prepared, Several
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis

from . import registry
from .models import Record, Task

CONFIDENTIAL = "view_confidential"
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
