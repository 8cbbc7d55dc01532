"""Writing a revision: its text or its file, who had a hand in it, and the document that a first revision begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from qsms.base.files import inspect
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import attachments, moves, scope, services
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Attachment

from . import content, document_types, jobs, lasting, markdown, numbering
from .models import Document, Revision

DRAWING = "image/svg+xml"
UNDER_WAY = ("draft", "in_review", "in_approval", "approved")
# By writing it here, or by bringing it in.
WRITES = ("create", "import")


def under_way(document_id: int, *, temporary: bool | None = None) -> Revision | None:
    """The revision of this document that is being written, judged or waited for."""
    rows = Revision.everywhere.filter(document_id=document_id, state__in=UNDER_WAY).order_by("pk")
    if temporary is not None:
        rows = rows.filter(expires_on__isnull=not temporary)
    found: Revision | None = rows.first()
    return found


def under_way_of(document: Document) -> Revision | None:
    """The same, asked once for everything that the page of a document says of it."""
    known: dict[str, Revision | None] = document.__dict__.setdefault("_under_way", {})
    if "any" not in known:
        known["any"] = under_way(document.pk)
    return known["any"]


def fill(actor_person_id: int | None, revision: Revision) -> None:
    """In memory, after the text changed: its hash, its plain words, and one more hand that it went through."""
    revision.content_hash = content.hash_of(revision)
    if revision.file_id is None:
        revision.plain_text = markdown.plain(revision.body)
    _by_hand_of(actor_person_id, revision)


def _by_hand_of(person_id: int | None, revision: Revision) -> bool:
    """Count somebody among the authors, in memory; whether they are new there."""
    if person_id is None or person_id in revision.authors:
        return False
    revision.authors = [*revision.authors, person_id]
    return True


def joined(actor: Actor, revision: Revision) -> None:
    """Somebody had a hand in what is signed: they are one of its authors from now on."""
    if _by_hand_of(actor.person_id, revision):
        _keep(revision, "authors")


def edited(actor: Actor, revision: Revision, names: Sequence[str]) -> None:
    """After an edit: what follows from another text."""
    if "body" in names:
        fill(actor.person_id, revision)
        _keep(revision, "content_hash", "plain_text", "authors")
    if "expires_on" in names and "label" not in names and not numbering.fits(revision):
        revision.label = numbering.next_label(revision.document_id, temporary=revision.expires_on is not None)
        _keep(revision, "label")


def settle(revision: Revision) -> None:
    """Inside the move that sends it: from now on its files stay, and every signature is bound to what is there."""
    revision.content_hash = content.hash_of(revision)
    _keep(revision, "content_hash")


def _keep(revision: Revision, *columns: str) -> None:
    Revision.everywhere.filter(pk=revision.pk).update(**{name: getattr(revision, name) for name in columns})


def begin_documents(actor: Actor, revisions: Sequence[Revision]) -> None:
    """A revision that names no document begins one: with its title, its place and its owner."""
    for revision in revisions:
        if revision.document_id is not None:
            continue
        given: dict[str, Any] = {
            "title": revision.title, "document_type": document_types.usual(revision.organisation_id),
            "disciplines": revision.disciplines,
            "site": revision.site_id, "unit": revision.unit_id, "process": revision.process_id,
            "owner": revision.owner_id or revision.raised_by_id,
        }  # fmt: skip
        system = actors.system(revision.organisation_id)
        fixed = {"confidential": revision.confidential}
        made = services.create(system, "document", given, fixed=fixed, raised_by_id=revision.raised_by_id)
        revision.document_id = made.pk
        _keep(revision, "document_id")


def carry_pictures(actor: Actor, revisions: Sequence[Revision]) -> None:
    """What a text shows that was taken over from what holds, its files go along with it: those of the lasting revision
    first, and of what a temporary one adds to it."""
    for revision in revisions:
        wanted = content.lost_pictures(revision)
        if not wanted or revision.document is None or revision.document.effective_id is None:
            continue
        whole = lasting.of(revision.document)
        kept = content.files(revision.document.effective_id) | content.files(whole.pk if whole is not None else None)
        for name in wanted:
            if name in kept:
                attachments.carry(actor, kept[name], revision)


def bring_file(
    actor: Actor, revision_id: int, upload: UploadedFile | BinaryIO, *, name: str = ""
) -> Revision:  # fmt: skip
    """A file becomes the content of a draft, in place of its text or of the file before. Raises Refused, Invalid."""
    found = services.find(actor, "revision", revision_id)
    _check_draft(actor, found)
    if inspect(upload, name or str(getattr(upload, "name", ""))).media_type == DRAWING:  # type: ignore[arg-type]
        said = _("“%(name)s” is a drawing that can carry a program. Save it as PDF or PNG and bring that.")
        raise Invalid({"file": said % {"name": name or getattr(upload, "name", "")}})
    kept = attachments.add(actor, revision_id, upload, name=name, role=content.CONTENT, whole=True)
    row = kept.attachment
    with write_transaction():
        revision = moves.locked(actor, revision_id)
        assert isinstance(revision, Revision)
        _check_draft(actor, revision)
        Revision.everywhere.filter(pk=revision.pk).update(file=row, plain_text="", extraction="")
        joined(actor, revision)
        _take_off_former(actor, row)
        fields = {"content_hash": row.sha256, "file_name": row.name}
        moved = moves.move(actor, revision_id, "bring_file", fields=fields, by_service=True)
        jobs.read_file.enqueue(revision_id)
    assert isinstance(moved, Revision)
    return moved


def _take_off_former(actor: Actor, row: Attachment) -> None:
    """What was the content before is no file of the revision any more: nobody reads or signs it with the new one."""
    former = Attachment.everywhere.filter(record_id=row.record_id, role=content.CONTENT, removed_at=None)
    for one in former.exclude(pk=row.pk).order_by("pk"):
        attachments.remove(actor, one.pk, reason=_("“%(name)s” took its place.") % {"name": row.name})


def _check_draft(actor: Actor, revision: object) -> None:
    assert isinstance(revision, Revision)
    if not scope.may(actor, "change", revision):
        raise Refused([_("%(number)s is not a draft of yours to change.") % {"number": revision.number}])


def may_write_of(actor: Actor, document: Document | None) -> bool:
    """Whether somebody writes revisions of this document, or of a new one: what a right to write them reaches, and
    what they own."""
    if document is None:
        return any(actor.holds(f"document.{verb}") for verb in WRITES)
    if actor.is_system or document.owner_id in actor.persons:
        return True
    rights = [right for verb in WRITES for right in actor.rights_for(f"revision.{verb}")]
    return any(scope.reaches(actor, right, document) for right in rights)


def check(actor: Actor, revision: Revision, names: Sequence[str]) -> dict[str, str]:
    """What is wrong with a revision beyond its single fields."""
    errors: dict[str, str] = {}
    if not revision.pk and not may_write_of(actor, revision.document):
        if revision.document is None:
            errors["document"] = _("Choose the document. You may not begin a new one.")
        else:
            said = _("You may not write revisions of %(number)s. Ask for a change on its page.")
            errors["document"] = said % {"number": revision.document.number}
    if revision.content_hash and "content_hash" in names and revision.content_hash != content.hash_of(revision):
        errors["content_hash"] = _("The hash follows from the content. Leave it out.")
    if revision.expires_on and revision.effective_on and revision.expires_on < revision.effective_on:
        errors["expires_on"] = _("It would end before it takes effect. Choose a later day.")
    if revision.pk and "document" in names:
        was = Revision.everywhere.values_list("document_id", flat=True).get(pk=revision.pk)
        if was != revision.document_id:
            errors["document"] = _("A revision stays with its document. Withdraw it and write one of the other.")
    elif revision.document_id is not None and not revision.pk:
        other = under_way(revision.document_id, temporary=revision.expires_on is not None)
        if other is not None:
            said = _("%(number)s is under way already. Go on with it, or withdraw it first.")
            errors["document"] = said % {"number": other.number}
    if revision.label and revision.document_id is not None and "label" in names:
        same = Revision.everywhere.filter(document_id=revision.document_id, label=revision.label)
        if same.exclude(pk=revision.pk).exists():
            errors["label"] = _("There is a revision “%(label)s” already. Choose another one.") % {
                "label": revision.label
            }
    return errors
