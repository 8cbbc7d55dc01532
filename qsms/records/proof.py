"""What history proves today: guards in place, deeds without a gap, changes that follow from each other up to the row.

Read in batches of records, so that a million cost no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _

from qsms.base import context
from qsms.base.storage import store

from . import append_only, correcting, history, registry, replay, signing, wording
from .models import Attachment, Change, Comment, Deed, Record, Signature
from .registry import RecordType
from .replay import Now, Told

BATCH = 500
# By how many versions the spine's own deeds take a record further; a room's deed may or may not.
STEPS = {
    **dict.fromkeys((history.CREATED, history.IMPORTED, history.EDITED, history.ASSIGNED), frozenset({1})),
    **dict.fromkeys((history.LINKED, history.UNLINKED, history.COMMENTED, history.ATTACHED), frozenset({0})),
    **dict.fromkeys((history.REMOVED_FILE, history.UNSEALED), frozenset({0})),
}
Advance = Callable[[int], None]


def guards() -> Iterator[str]:
    """Whether the database refuses to alter deeds, changes and signatures: a sentence for each guard that is gone."""
    for name, table in append_only.lacking(connection):
        words = _("The guard “%(name)s” of the table %(table)s is missing or switched off: its rows can be altered.")
        yield words % {"name": name, "table": table}


def total(organisation_id: int) -> int:
    """How many records there are to go through."""
    return Record.everywhere.filter(organisation_id=organisation_id).count()


def records(organisation_id: int, advance: Advance = lambda _steps: None) -> Iterator[str]:
    """What does not fit in the histories of an organisation's records. The organisation is the active one meanwhile."""
    known = {sheet.kind for sheet in registry.all_types()}
    with context.organisation(organisation_id):
        former = replay.renames(_renames(organisation_id))
        for sheet in registry.all_types():
            yield from _kind(sheet, organisation_id, former, advance)
        others = Record.everywhere.filter(organisation_id=organisation_id).exclude(kind__in=known)
        for number, kind in others.values_list("number", "kind").iterator(chunk_size=BATCH):
            yield _("%(number)s is of a kind that is not known here: “%(kind)s”.") % {"number": number, "kind": kind}
            advance(1)
        yield from _orphans(organisation_id)


def corrected(organisation_id: int) -> int:
    """How many records have a deed that corrects how older ones were counted."""
    rows = Deed.everywhere.filter(organisation_id=organisation_id, verb=history.CORRECTED)
    return rows.values("record_id").distinct().count()


def files(organisation_id: int, advance: Advance = lambda _steps: None) -> Iterator[str]:
    """Files that are lost or no longer what they were, read in full and each content once."""
    rows = Attachment.everywhere.filter(organisation_id=organisation_id).order_by("sha256", "pk")
    kept, last, good = store(), "", True
    columns = rows.values_list("sha256", "name", "record__number", "removed_at")
    for sha256, name, number, _removed in columns.iterator(chunk_size=BATCH):
        if sha256 != last:
            last, good = sha256, kept.verify(sha256)
        if not good:
            gone = _("lost") if not kept.has(sha256) else _("not what was stored")
            yield _("%(number)s: the file “%(name)s” is %(gone)s.") % {"number": number, "name": name, "gone": gone}
        advance(1)


def count_files(organisation_id: int) -> int:
    """How many files `files` goes through."""
    return Attachment.everywhere.filter(organisation_id=organisation_id).count()


def _renames(organisation_id: int) -> list[tuple[str, str]]:
    rows = Change.objects.filter(
        deed__organisation_id=organisation_id, deed__record=None, field__in=("name", "title", "code")
    ).order_by("pk")
    return list(rows.values_list("old", "new"))


def _kind(
    sheet: RecordType, organisation_id: int, former: Callable[[str, str], bool], advance: Advance
) -> Iterator[str]:
    pointers = [f.name for f in sheet.model._meta.concrete_fields if isinstance(f, models.ForeignKey)]
    pointers = [name for name in pointers if name not in ("organisation", "tenant", "record")]
    rows = sheet.model.everywhere.filter(organisation_id=organisation_id, kind=sheet.kind).select_related(*pointers)
    names = sorted(name for name in {*sheet.writable, "title", "owner"} if sheet.field(name) is not None)
    pointing = frozenset(pointers)

    def same(name: str, old: str, new: str) -> bool:
        return old == new or (name in pointing and former(old, new))

    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        ids = [record.pk for record in batch]
        deeds, signed, beside = _deeds(sheet, ids), _signatures(ids), _beside(ids)
        for record in batch:
            told = deeds.get(record.pk, [])
            values = {name: wording.value(sheet, record, name) for name in names}
            values["state"] = wording.state_label(sheet.kind, record.state)
            now = Now(record.number, record.version, values)
            yield from replay.problems(now, told, sheet.field_label, same)
            yield from _standing(sheet, record)
            yield from _signed(sheet, now, told, signed.get(record.pk, ()))
            yield from _untold(now, told, beside.get(record.pk, ()))
        advance(len(batch))


def _asked(sheet: RecordType, verb: str) -> frozenset[str]:
    try:
        move = sheet.lifecycle.move(verb.removeprefix("move."))
    except KeyError:
        return frozenset()
    return frozenset((*move.asks, *move.offers))


def _file(verb: str, detail: dict[str, Any]) -> tuple[int, tuple[str, str, str] | None] | None:
    if verb == history.ATTACHED:
        return int(detail["attachment"]), (detail.get("name", ""), detail.get("sha256", ""), detail.get("role", ""))
    return (int(detail["attachment"]), None) if verb == history.REMOVED_FILE else None


def _deeds(sheet: RecordType, ids: list[int]) -> dict[int, list[Told]]:
    rows = Deed.everywhere.filter(record_id__in=ids).order_by("pk")
    columns = ("pk", "record_id", "verb", "version", "at", "actor__name", "actor__former_names", "label", "detail")
    found = list(rows.values_list(*columns))
    changes: dict[int, list[tuple[str, str, str]]] = {}
    for deed_id, *change in (
        Change.objects.filter(deed__record_id__in=ids).order_by("pk").values_list("deed_id", "field", "old", "new")
    ):
        changes.setdefault(deed_id, []).append((change[0], change[1], change[2]))
    left = _left(found)
    told: dict[int, list[Told]] = {}
    for pk, record_id, verb, version, at, name, former, label, detail in found:
        who = history.called(name, former, label, at) or _("System")
        words = _("the deed “%(verb)s” of %(who)s on %(at)s") % {
            "verb": verb, "who": who, "at": f"{at:%Y-%m-%d %H:%M} UTC",
        }  # fmt: skip
        first = replay.as_values(detail) if verb in (history.CREATED, history.IMPORTED) else {}
        is_move = verb.startswith("move.")
        steps = frozenset({1}) if is_move else STEPS.get(verb, frozenset({0, 1}))
        one = Told(
            pk, words, version, first, changes.get(pk, ()), steps, is_move,
            asked=_asked(sheet, verb) if is_move else frozenset(), file=_file(verb, detail),
            also=detail.get(signing.ALSO, {}) if is_move else {}, corrected=left.get((record_id, pk), 0),
        )  # fmt: skip
        told.setdefault(record_id, []).append(one)
    return told


def _left(deeds: Iterable[tuple[Any, ...]]) -> dict[tuple[int, int], int]:
    """Which version older deeds left, by record and deed, as a deed after them says."""
    found: dict[tuple[int, int], int] = {}
    for pk, record_id, verb, *_rest, detail in deeds:
        if verb == history.CORRECTED:
            told = {int(key): version for key, version in detail.get(correcting.LEFT, {}).items()}
            found |= {(record_id, key): version for key, version in told.items() if key < pk}
    return found


def _standing(sheet: RecordType, record: Record) -> Iterator[str]:
    """A state that the lifecycle does not know, or one whose phase was not written with it."""
    words = {"number": record.number, "state": record.state}
    try:
        state = sheet.lifecycle.state(record.state)
    except KeyError:
        yield _("%(number)s stands in “%(state)s”, which is no state of its lifecycle.") % words
        return
    if int(state.phase) != record.phase:
        yield _("%(number)s stands in “%(state)s”, but is counted in another phase.") % words


def _signatures(ids: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    rows = Signature.everywhere.filter(record_id__in=ids).order_by("pk")
    found: dict[int, list[tuple[Any, ...]]] = {}
    for record_id, *one in rows.values_list("record_id", "deed_id", "content_hash", "meaning", "person__name", "at"):
        found.setdefault(record_id, []).append(tuple(one))
    return found


def _signed(sheet: RecordType, now: Now, deeds: list[Told], signed: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    by_id = {deed.id: deed for deed in deeds}
    for deed_id, content_hash, meaning, who, at in signed:
        words = {"number": now.number, "who": who, "meaning": meaning, "at": f"{at:%Y-%m-%d %H:%M} UTC"}
        deed = by_id.get(deed_id)
        if deed is None:
            yield _("%(number)s: %(who)s signed “%(meaning)s” on %(at)s, but the deed is gone.") % words
            continue
        if not deed.is_move:
            # Signed over more than the form, such as the rating that was accepted: the room keeps that.
            continue
        shown = replay.signed(now, deeds, deed_id)
        content = signing.content_of(
            now.number,
            deed.version - 1,
            shown.get("title", ""),
            {n: shown.get(n, "") for n in sheet.form_fields},
            replay.files_before(deeds, deed_id),
            deed.also,
        )
        if signing.hash_of(content) != content_hash:
            yield (_("%(number)s: what %(who)s signed (“%(meaning)s”, %(at)s) is not what the history shows.") % words)


def _beside(ids: list[int]) -> dict[int, list[tuple[str, int, str]]]:
    """What stands beside the records and must have a deed: (word of the deed's detail, key, what it is)."""
    found: dict[int, list[tuple[str, int, str]]] = {}
    told = Deed.everywhere.filter(record_id__in=ids)
    kinds: tuple[tuple[str, str, models.QuerySet[Any], str], ...] = (
        ("comment", history.COMMENTED, Comment.everywhere.all(), _("a comment")),
        ("attachment", history.ATTACHED, Attachment.everywhere.all(), _("a file")),
    )
    for word, verb, rows, what in kinds:
        known = {detail.get(word) for detail in told.filter(verb=verb).values_list("detail", flat=True)}
        for record_id, pk in rows.filter(record_id__in=ids).values_list("record_id", "pk"):
            if pk not in known:
                found.setdefault(record_id, []).append((word, pk, what))
    return found


def _untold(now: Now, deeds: list[Told], beside: Iterable[tuple[str, int, str]]) -> Iterator[str]:
    for _word, pk, what in beside:
        words = _("%(number)s has %(what)s (%(id)d) that no deed tells of.")
        yield words % {"number": now.number, "what": what, "id": pk}


def _orphans(organisation_id: int) -> Iterator[str]:
    gone = Deed.everywhere.filter(organisation_id=organisation_id, record_id__isnull=False).exclude(
        models.Exists(Record.everywhere.filter(pk=models.OuterRef("record_id")))
    )
    for record_id in gone.order_by("record_id").values_list("record_id", flat=True).distinct().iterator():
        yield _("The record with the id %(id)d is gone, but its history is here.") % {"id": record_id}
