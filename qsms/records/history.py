"""Deeds: what was done to a record, by whom and why. Written with the change, never altered afterwards."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.base import ModelState

from qsms.base import context, moment
from qsms.base.prepared import Prepared
from qsms.org import naming
from qsms.org.actor import Actor

from . import keys, scope, wording
from .models import Change, Deed, Outbox, Record
from .registry import RecordType

# Verbs of deeds that the spine writes itself; moves are "move.<code>".
CREATED, EDITED, LINKED, UNLINKED = "created", "edited", "linked", "unlinked"
COMMENTED, ATTACHED, REMOVED_FILE, UNSEALED = "commented", "attached", "removed_file", "unsealed"
ASSIGNED, IMPORTED = "assigned", "imported"
CORRECTED = "versions_corrected"
# What of a deed's detail says no more than which record or move it was about.
OUTLINE = {"other", "relation", "outward", "move", "from"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    old: str
    new: str


@dataclass(slots=True)
class Act:
    """A deed in the making."""

    verb: str
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    changes: list[FieldChange] = field(default_factory=list)
    # For whom a deputy did it; None where that follows from the rights of whoever did.
    for_person_id: int | None = None


def draft(actor: Actor, record: Record | None, act: Act, *, subject: str = "") -> Deed:
    """The deed as a row that is not saved yet."""
    now = context.current()
    lender = act.for_person_id or _lender(actor)
    return Deed(
        organisation_id=actor.organisation_id,
        record_id=record.pk if record is not None else None,
        subject=subject,
        at=moment.now(),
        actor_id=actor.person_id,
        label=actor.label,
        for_person_id=lender,
        verb=act.verb,
        reason=act.reason,
        version=record.version if record is not None else 0,
        request=now.request_id,
        detail=act.detail,
    )


def _lender(actor: Actor) -> int | None:
    lenders = {right.lent_by for right in actor.rights if right.lent_by}
    own = any(right.lent_by is None and right.axis != "own" for right in actor.rights)
    # Somebody with only borrowed rights acts for the giver; otherwise the deed is the actor's own.
    return lenders.pop() if len(lenders) == 1 and not own else None


def write(actor: Actor, record: Record | None, act: Act, *, subject: str = "") -> Deed:
    """Save the deed with its changes. The caller has the transaction open."""
    deed = draft(actor, record, act, subject=subject)
    deed.save(force_insert=True)
    if act.changes:
        Change.objects.bulk_create(Change(deed=deed, field=c.field, old=c.old, new=c.new) for c in act.changes)
    return deed


def stood(record: Record) -> Record:
    """The record as it stands, kept aside so that `also` can tell what was done to it since."""
    aside = copy.copy(record)
    aside._state = ModelState()
    aside._state.db, aside._state.adding = record._state.db, False
    return aside


def also(sheet: RecordType, rows: Iterable[tuple[Deed, Record, Record]]) -> None:
    """Add to deeds what a room's own consequences changed, so that no field of the sheet changes untold.

    `rows` are deed, record as it stood, record now. At most one statement, none when nothing changed.
    """
    names = [name for name in sorted({*sheet.writable, "due_on"}) if sheet.field(name) is not None]
    told = []
    for deed, before, record in rows:
        for name in names:
            attname = sheet.model._meta.get_field(name).attname  # type: ignore[union-attr]
            if before.__dict__.get(attname) == record.__dict__.get(attname):
                continue
            old, new = wording.value(sheet, before, name), wording.value(sheet, record, name)
            if old != new:
                told.append(Change(deed=deed, field=name, old=old, new=new))
    if told:
        Change.objects.bulk_create(told)


def tell(actor: Actor, record: Record, deed: Deed, event: str, data: Mapping[str, Any]) -> None:
    """Put an event into the outbox, delivered to `after` listeners once the transaction has held."""
    Outbox(
        organisation_id=actor.organisation_id,
        event=event,
        payload={"record": record.pk, "deed": deed.pk, "actor": actor.person_id, **data},
        created_at=deed.at,
    ).save(force_insert=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed as read back."""

    id: int
    at: datetime
    actor_id: int | None
    actor: str
    for_person: str
    verb: str
    reason: str
    version: int
    detail: Mapping[str, Any]
    changes: Sequence[FieldChange]
    meaning: str  # of a signature
    request: str = ""


COLUMNS = (
    "pk", "at", "actor_id", "actor__name", "actor__former_names", "label", "for_person__name",
    "for_person__former_names", "verb", "reason", "version", "detail",
    "signature__meaning", "request",
)  # fmt: skip
CHANGED = ("changes__field", "changes__old", "changes__new")


# A question is prepared for a few sizes only; the page asks for the second one.
SIZES = (1, 25, 100, 500)


@lru_cache(maxsize=len(SIZES))
def _question(limit: int) -> Prepared:
    """For so many deeds of a record, each with every change that it made, or once without one."""

    def newest(record: int, organisation: int, before: int) -> QuerySet[Deed, Any]:
        deeds = Deed.everywhere.filter(record_id=record, organisation_id=organisation, pk__lt=before)
        found = Deed.everywhere.filter(pk__in=deeds.order_by("-pk").values("pk")[:limit])
        return found.order_by("-pk", "changes__pk").values_list(*COLUMNS, *CHANGED)

    return Prepared(newest, record=int, organisation=int, before=int)


def entries(record: Record, *, reader: Actor | None = None, before: int | None = None, limit: int = 20) -> list[Entry]:
    """The newest deeds of a record with their changes (one query), at most 500 at a time.

    A `reader` who neither owns the record nor holds history.view for it learns what was done, when and by whom, and
    how the state went; why, and what was written into which field, only of deeds of their own. Reporters follow their
    reports without reading what the office thinks of them.
    """
    question = _question(next((size for size in SIZES if size >= limit), SIZES[-1]))
    rows = question.rows(
        record=record.pk,
        organisation=record.organisation_id,
        before=keys.LARGEST if before is None else before,
    )
    return _told(record, reader, [_entry(list(same)) for _pk, same in groupby(rows, key=itemgetter(0))][:limit])


def _told(record: Record, reader: Actor | None, found: list[Entry]) -> list[Entry]:
    knows_all = reader is None or reader.is_system or record.owner_id in reader.persons or _may_read(reader, record)
    return found if knows_all else [_outline(one, reader) for one in found]


def with_landmarks(record: Record, *, reader: Actor, limit: int) -> tuple[list[Entry], list[Entry]]:
    """Of a long history the newest deeds, as `entries` tells them; and with them those that changed the state, the one
    that made the version and the import, as they are, whoever reads. The newest first (one query for both)."""
    here = Deed.everywhere.filter(record_id=record.pk, organisation_id=record.organisation_id)
    newest = here.order_by("-pk").values("pk")[:limit]
    made = here.filter(version=record.version).exclude(verb__in=BESIDE).order_by("pk").values("pk")[:1]
    turns = here.filter(changes__field="state").values("pk")
    found = here.filter(Q(pk__in=newest) | Q(pk__in=turns) | Q(pk__in=made) | Q(verb=IMPORTED))
    rows = found.order_by("-pk", "changes__pk").values_list(*COLUMNS, *CHANGED)
    known = [_entry(list(same)) for _pk, same in groupby(rows, key=itemgetter(0))]
    return _told(record, reader, known[:limit]), known


def _entry(rows: list[tuple[Any, ...]]) -> Entry:
    """One deed from its rows, one for each change."""
    row = dict(zip(COLUMNS, rows[0], strict=False))
    changes = [FieldChange(*one[len(COLUMNS) :]) for one in rows]
    return Entry(
        id=row["pk"],
        at=row["at"],
        actor_id=row["actor_id"],
        actor=called(row["actor__name"], row["actor__former_names"], row["label"], row["at"]),
        for_person=called(row["for_person__name"], row["for_person__former_names"], "", row["at"]),
        verb=row["verb"],
        reason=row["reason"],
        version=row["version"],
        detail=row["detail"],
        # A deed without changes has one row without a field.
        changes=[one for one in changes if one.field is not None],
        meaning=row["signature__meaning"] or "",
        request=row["request"],
    )


def called(name: str | None, former: Sequence[Sequence[str]] | None, label: str, at: datetime) -> str:
    """Who did it, by the name they had then; the label where it was no person."""
    return naming.at(name, former or (), at) if name else label


def _may_read(reader: Actor, record: Record) -> bool:
    """Whether a right to read history reaches this record: one for another site does not."""
    return any(scope.reaches(reader, right, record) for right in reader.rights_for("history.view"))


def _outline(entry: Entry, reader: Actor | None) -> Entry:
    if reader is not None and entry.actor_id == reader.person_id:
        return entry
    told = [change for change in entry.changes if change.field == "state"]
    return replace(
        entry, reason="", detail={key: entry.detail[key] for key in OUTLINE & entry.detail.keys()}, changes=told
    )


@dataclass(frozen=True, slots=True)
class Later:
    """What one field was at a version and what others made of it since."""

    field: str
    old: str
    new: str
    who: str
    at: datetime
    person_id: int | None = None


def since(record: Record, version: int) -> dict[str, Later]:
    """The fields that changed after this version, each with its value then, its value now and who changed it last."""
    rows = Change.objects.filter(deed__record_id=record.pk, deed__version__gt=version).order_by("pk")
    found: dict[str, Later] = {}
    for name, old, new, person, actor, former, label, at in rows.values_list(
        "field", "old", "new", "deed__actor_id", "deed__actor__name", "deed__actor__former_names", "deed__label",
        "deed__at",
    ):  # fmt: skip
        first = found[name].old if name in found else old
        found[name] = Later(name, first, new, called(actor, former, label, at), at, person)
    return found


# Deeds that leave the version as it is, whoever made that.
BESIDE = (LINKED, UNLINKED, COMMENTED, ATTACHED, REMOVED_FILE, UNSEALED)


@dataclass(frozen=True, slots=True)
class Maker:
    """Whose deed made a version, and when."""

    person_id: int | None
    name: str
    at: datetime


def maker(record: Record, version: int) -> Maker | None:
    """Who made this version of the record: the first of its deeds did, those after it stand beside it."""
    deeds = Deed.everywhere.filter(record_id=record.pk, organisation_id=record.organisation_id, version=version)
    columns = ("actor_id", "actor__name", "actor__former_names", "label", "at")
    row = deeds.exclude(verb__in=BESIDE).order_by("pk").values_list(*columns).first()
    return Maker(row[0], called(*row[1:]), row[4]) if row is not None else None


def changed_since(record: Record, version: int) -> Iterable[tuple[str, str, datetime]]:
    """Which fields were changed after this version, by whom and when."""
    rows = Change.objects.filter(deed__record_id=record.pk, deed__version__gt=version).order_by("pk")
    return [
        (name, called(actor, former, label, at), at)
        for name, actor, former, label, at in rows.values_list(
            "field", "deed__actor__name", "deed__actor__former_names", "deed__label", "deed__at"
        )
    ]
