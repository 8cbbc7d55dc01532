"""Files of a record: inspected, kept by content, shown within the scope of their record, removed with a reason.

A file is no field: adding one needs no new version of the record, but leaves a deed in its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.files import PICTURES, CannotStrip, FileFacts, Unreadable, inspect, small, strip_metadata
from qsms.base.gate import write_transaction
from qsms.base.storage import NotStored, store
from qsms.org.actor import Actor
from qsms.rules.lifecycle import Phase

from . import history, holding, moves, registry, scope
from .errors import Invalid, NotVisible, Refused
from .models import Attachment, Record, Task

LONGEST_NOTE, LONGEST_ROLE = 250, 30
EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken in, and what there is to say about it, such as a new name."""

    attachment: Attachment
    remark: str = ""


def may_add(actor: Actor, record: Record) -> bool:
    """Whether the actor may add files: who may change the record or has a part or a task on it, while it is open."""
    return scope.sees(actor, record) and not _shut(actor, record)


def _shut(actor: Actor, record: Record) -> str:
    """Why the actor adds no file here; empty when they may."""
    # What a room says goes first: where nobody opens a record again, it says what to do instead.
    if said := _held(record):
        return said
    if record.phase >= Phase.DONE:
        return _("%(number)s is closed. Open it again to add files.") % {"number": record.number}
    if not _has_part(actor, record):
        return _("Files are added by those who may change the record or have a part or a task on it.")
    return ""


def _has_part(actor: Actor, record: Record) -> bool:
    if actor.is_system or scope.may(actor, "change", record):
        return True
    parties = frozenset[int]().union(*registry.get(record.kind).parties(record).values())
    if actor.person_id in parties:
        return True
    return Task.everywhere.filter(record_id=record.pk, person_id=actor.person_id, done_at=None).exists()


def may_remove(actor: Actor, record: Record, attachment: Attachment) -> bool:
    """Whether the actor may remove this file: whoever added it, and whoever may change the record, while it is open.

    Evidence that somebody else is about to judge stays until they have.
    """
    if _held(record) or (attachment.role == EVIDENCE and holding.waits_for_check(registry.get(record.kind), record)):
        return False
    own = actor.person_id is not None and attachment.added_by_id == actor.person_id
    return record.phase < Phase.DONE and (own or scope.may(actor, "change", record))


def add(
    actor: Actor, record_id: int, upload: UploadedFile | BinaryIO, *, name: str = "", note: str = "", role: str = "",
    strip: bool = False, whole: bool = False,
) -> Kept:  # fmt: skip
    """Take in a file. `strip` removes what tells who made it, where and when, or refuses the file.

    Confidential records always strip, but for a file that is the record itself and says who wrote it: `whole`.

    The content is inspected and stored before the record is locked; content that no record refers to is swept later.
    Raises NotVisible, Refused, Invalid (with a sentence about the file under "file").
    """
    seen = _seen(actor, record_id)
    _check_may_add(actor, seen)
    strip = not whole and (strip or seen.confidential)
    stream: BinaryIO = upload  # type: ignore[assignment]
    facts = inspect(stream, name or str(getattr(upload, "name", "")))
    if not facts.accepted:
        raise Invalid({"file": facts.refusal})
    if facts.size == 0:
        raise Invalid({"file": _("“%(name)s” is empty. Choose another file.") % {"name": facts.name}})
    stored_hash, size = _store(stream, facts, strip)
    with write_transaction():
        record = moves.locked(actor, record_id)
        _check_may_add(actor, record)
        made = Attachment(
            organisation_id=record.organisation_id, record_id=record.pk, name=facts.name,
            media_type=facts.media_type, size=size, sha256=stored_hash, inline=facts.safe_to_inline, stripped=strip,
            note=note.replace("\x00", "").strip()[:LONGEST_NOTE], role=role[:LONGEST_ROLE],
            added_by_id=actor.person_id, added_at=moment.now(),
        )  # fmt: skip
        _written(actor, record, made)
    return Kept(made, facts.note)


def carry(actor: Actor, source: Attachment, record: Record) -> Attachment:
    """The same file on another record as well, within a service that may write that one."""
    made = Attachment(
        organisation_id=record.organisation_id, record_id=record.pk, name=source.name, media_type=source.media_type,
        size=source.size, sha256=source.sha256, inline=source.inline, stripped=source.stripped, note=source.note,
        role=source.role, added_by_id=actor.person_id, added_at=moment.now(),
    )  # fmt: skip
    return _written(actor, record, made)


def _written(actor: Actor, record: Record, made: Attachment) -> Attachment:
    made.save(force_insert=True)
    detail = {"attachment": made.pk, "name": made.name, "sha256": made.sha256, "role": made.role}
    deed = history.write(actor, record, history.Act(history.ATTACHED, made.note, detail))
    registry.get(record.kind).files_changed(actor, record)
    history.tell(actor, record, deed, f"{record.kind}.attached", {"attachment": made.pk})
    return made


def remove(actor: Actor, attachment_id: int, *, reason: str) -> Attachment:
    """Take a file off its record. Its name, hash and the reason stay in the history. Raises like `add`."""
    if not reason.strip():
        raise Invalid({"reason": _("Say why the file goes. It is kept in the history.")})
    with write_transaction():
        row = _row(actor, attachment_id)
        record = moves.locked(actor, row.record_id)
        if row.role == EVIDENCE and holding.waits_for_check(registry.get(record.kind), record):
            said = _("“%(name)s” is evidence of what waits for a check. It stays until the check is over.")
            raise Refused([said % {"name": row.name}])
        if said := _held(record):
            raise Refused([said])
        if not may_remove(actor, record, row):
            raise Refused([_("Only who added the file, or who may change the record, may remove it while it is open.")])
        row.removed_at = moment.now()
        row.save(update_fields=["removed_at"])
        detail = {"attachment": row.pk, "name": row.name, "sha256": row.sha256}
        history.write(actor, record, history.Act(history.REMOVED_FILE, reason, detail))
        registry.get(record.kind).files_changed(actor, record)
    return row


def on_record(record: Record) -> list[Attachment]:
    """The files of a record, the oldest first (one query)."""
    rows = Attachment.everywhere.filter(record_id=record.pk, removed_at=None)
    return list(rows.select_related("added_by").order_by("pk"))


def find(actor: Actor, record: Record, attachment_id: int) -> Attachment:
    """A file of this record, which the actor sees. Raises NotVisible."""
    row = Attachment.everywhere.filter(pk=attachment_id, record_id=record.pk, removed_at=None).first()
    if row is None or not scope.sees(actor, record):
        raise NotVisible
    return row


def open_content(attachment: Attachment) -> BinaryIO:
    """The content as a stream, to be closed by the caller. Raises Refused when the store has lost it."""
    try:
        return store().open(attachment.sha256)
    except NotStored as error:
        raise Refused([str(error)]) from error


def has_small(attachment: Attachment) -> bool:
    """Whether there is a small picture of it: of pictures that were found sound."""
    return attachment.inline and attachment.media_type in PICTURES


def open_small(attachment: Attachment) -> BinaryIO:
    """A small picture of a picture, to be closed by the caller. Raises NotVisible where there is none, Refused."""
    if not has_small(attachment):
        raise NotVisible
    with open_content(attachment) as stream:
        try:
            return small(stream, attachment.media_type)
        except Unreadable as error:
            raise NotVisible from error


def _store(stream: BinaryIO, facts: FileFacts, strip: bool) -> tuple[str, int]:
    if not strip:
        stream.seek(0)
        kept = store().put(stream)
        return kept.sha256, kept.size
    try:
        clean = strip_metadata(stream, facts.media_type)
    except CannotStrip as error:
        raise Invalid({"file": f"“{facts.name}”: {error}"}) from error
    with clean:
        kept = store().put(clean)
    return kept.sha256, kept.size


def _check_may_add(actor: Actor, record: Record) -> None:
    if said := _shut(actor, record):
        raise Refused([said])


def _held(record: Record) -> str:
    return registry.get(record.kind).files_held(record)


def _seen(actor: Actor, record_id: int) -> Record:
    row = Record.everywhere.filter(pk=record_id, organisation_id=actor.organisation_id).first()
    if row is None or not scope.sees(actor, row):
        raise NotVisible
    return registry.get(row.kind).model.everywhere.get(pk=record_id)


def _row(actor: Actor, attachment_id: int) -> Attachment:
    row = Attachment.everywhere.filter(pk=attachment_id, organisation_id=actor.organisation_id, removed_at=None).first()
    if row is None:
        raise NotVisible
    return row
