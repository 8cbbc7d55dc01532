"""Reading what is in effect: pages opened, then acknowledged. A reader needs to see the document, never a revision."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import F, Q
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, services
from qsms.records.errors import Refused
from qsms.records.models import Record

from . import content, distributing, lasting, markdown
from .models import Document, Receipt, Revision

ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Text:
    """A document in effect as it is read: its pages, and what of it came as a file."""

    document: Document
    revision: Revision
    pages: list[markdown.Page]
    # The revision that a temporary one adds to: it holds besides.
    lasting: Revision | None = None

    @property
    def all_pages(self) -> int:
        """One bit for each page."""
        return int((1 << len(self.pages)) - 1)


def find(actor: Actor, number: str) -> Document:
    """The document with this number, as far as the reader sees it. Raises NotVisible."""
    found = services.find(actor, "document", number)
    assert isinstance(found, Document)
    return found


def text(document: Document) -> Text | None:
    """What is in effect, in pages, with what differs from the revision before marked; None when nothing is."""
    revision = Revision.everywhere.filter(pk=document.effective_id or 0).select_related("base", "file").first()
    if revision is None:
        return None
    if document.effective_until is None:
        return _text(document, revision)
    # What a temporary revision says is new as a whole: it is no other wording of what it adds to.
    return replace(_text(document, revision, compared=False), lasting=lasting.aside(document))


def lasting_text(document: Document) -> Text | None:
    """The text of that revision, in pages; None where there is none."""
    revision = lasting.aside(document)
    return None if revision is None else _text(document, revision, compared=False)


def _text(document: Document, revision: Revision, *, compared: bool = True) -> Text:
    if revision.file_id is not None:
        # A file has one page: the file itself.
        return Text(document, revision, [markdown.Page(markdown.html("", markdown.where({})), revision.file_name)])
    base = lasting.before(revision) if compared else None
    before = base.body if base is not None and base.file_id is None else None
    shown = content.shown_to_readers(document, revision)
    return Text(document, revision, markdown.pages(revision.body, shown, before=before))


def receipt(actor: Actor, document: Document) -> Receipt | None:
    """What the reader was given of the revision in effect; None when it was not given to them."""
    return receipt_of(actor, document.effective_id)


def receipt_of(actor: Actor, revision_id: int | None) -> Receipt | None:
    """The same of one revision."""
    if actor.person_id is None or revision_id is None:
        return None
    rows = Receipt.everywhere.filter(revision_id=revision_id, person_id=actor.person_id, ended_at=None)
    found: Receipt | None = rows.first()
    return found


def beside(actor: Actor, found: Text) -> Revision | None:
    """The lasting revision that the reader has still to acknowledge, besides the temporary one they see."""
    given = receipt_of(actor, found.lasting.pk) if found.lasting is not None else None
    return found.lasting if given is not None and given.acknowledge and given.acknowledged_at is None else None


def opened(actor: Actor, found: Text, page: int) -> Receipt | None:
    """Note that the reader has this page (from 1) before them; gives their receipt as it stands then."""
    given = receipt_of(actor, found.revision.pk)
    if given is None or given.pages & (1 << (page - 1)):
        return given
    with write_transaction():
        given = Receipt.everywhere.select_for_update().get(pk=given.pk)
        given.pages |= 1 << (page - 1)
        if given.pages & found.all_pages == found.all_pages and given.opened_at is None:
            given.opened_at = moment.now()
        given.save(update_fields=["pages", "opened_at"])
        if not given.acknowledge and given.opened_at is not None and given.acknowledged_at is None:
            return given
    return given


def acknowledge(actor: Actor, document_id: int, label: str = "") -> Receipt:
    """The reader has read and understood a revision that holds: the one with this label, else the one in effect.

    Raises NotVisible, Refused.
    """
    with write_transaction():
        document = moves.locked(actor, document_id)
        assert isinstance(document, Document)
        revision = _holding(document, label)
        given = receipt_of(actor, revision.pk if revision is not None else None)
        if given is None or revision is None:
            raise Refused([_("%(number)s was not given to you to acknowledge.") % _named(document)])
        if given.acknowledged_at is not None:
            return given
        if given.opened_at is None:
            said = _(
                "You have not opened all of %(number)s, revision %(label)s, yet. Open every page, then acknowledge it."
            )
            raise Refused([said % {**_named(document), "label": revision.label}])
        given.acknowledged_at = moment.now()
        given.save(update_fields=["acknowledged_at"])
        detail = {"revision": given.revision_id}
        told = {**detail, "what": _("revision %(label)s") % {"label": revision.label}}
        deed = history.write(actor, document, history.Act(ACKNOWLEDGED, detail=told))
        distributing.finish_task(actor, document, given.person_id)
        distributing.count(document)
        history.tell(actor, document, deed, "document.acknowledged", {**detail, "person": given.person_id})
    return given


def _holding(document: Document, label: str) -> Revision | None:
    """The revision that holds and has this label. Raises Refused when another one took its place meanwhile."""
    rows = Revision.everywhere.filter(pk__in=distributing.in_force(document))
    found: Revision | None = rows.filter(**{"label": label} if label else {"pk": document.effective_id}).first()
    if found is None and label:
        said = _("Revision %(label)s of %(number)s holds no more: revision %(now)s is in effect. Read that one.")
        raise Refused([said % {**_named(document), "label": label, "now": document.revision_label or "–"}])
    return found


def _named(document: Record) -> dict[str, str]:
    return {"number": document.number}


def mine(actor: Actor, *, after: int = 0, limit: int = 50) -> tuple[list[Receipt], list[Receipt], int]:
    """What was given to the reader: all that is unread, soonest due first, then a page of what was read."""
    rows = Receipt.everywhere.filter(person_id=actor.person_id, organisation_id=actor.organisation_id, ended_at=None)
    # What holds, and nothing of an earlier revision: the one in effect, and what a temporary one adds to.
    holds = Q(revision_id=F("document__effective_id")) | Q(revision__state="set_aside")
    rows = rows.filter(holds, document__state="effective").select_related("document", "revision")
    rows = rows.only("why", "due_at", "acknowledge", "acknowledged_at", *distributing.OF_DOCUMENT)
    unread = rows.filter(acknowledge=True, acknowledged_at=None).order_by("due_at", "pk")[:200]
    read = rows.exclude(acknowledge=True, acknowledged_at=None).order_by("-pk")
    if after:
        read = read.filter(pk__lt=after)
    page = list(read[: limit + 1])
    return ([] if after else list(unread)), page[:limit], page[limit - 1].pk if len(page) > limit else 0
