"""What takes effect when: approved revisions on their day, the end of temporary ones, and what follows.

Everything here may run twice or in two workers at once: each step locks the document first and looks again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.events import Event, after
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation
from qsms.records import history, moves, scope
from qsms.records.errors import Refused
from qsms.records.models import Record
from qsms.rules.calendar_days import add_months

from . import content, distributing, document_types
from .models import Document, Revision

EFFECTIVE = "document.effective"


def local_day(organisation_id: int) -> dt.date:
    """Today where the organisation is."""
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id)
    return moment.now().astimezone(ZoneInfo(zone)).date()


def due(organisation_id: int, today: dt.date) -> QuerySet[Revision]:
    """Approved revisions whose day has come."""
    rows = Revision.everywhere.filter(tenant_id=organisation_id, state="approved")
    return rows.filter(Q(effective_on=None) | Q(effective_on__lte=today)).order_by("effective_on", "pk")


def over(organisation_id: int, today: dt.date) -> QuerySet[Revision]:
    """Temporary revisions in effect whose last day is over."""
    return Revision.everywhere.filter(tenant_id=organisation_id, state="effective", expires_on__lt=today)


def run(organisation_id: int) -> int:
    """Bring into effect what is due and end what is over; how many revisions."""
    today, done = local_day(organisation_id), 0
    work: tuple[tuple[QuerySet[Revision], Callable[[int, int, dt.date], bool]], ...] = (
        (over(organisation_id, today), expire),
        (due(organisation_id, today), take_effect),
    )
    for rows, act in work:
        for pk in list(rows.values_list("pk", flat=True)):
            done += act(organisation_id, pk, today)
    return done


def take_effect(organisation_id: int, revision_id: int, today: dt.date) -> bool:
    """Bring one approved revision into effect in place of the present one; false when it is not to be done now."""
    system = actors.system(organisation_id)
    with write_transaction():
        document, revision = _locked(system, revision_id)
        if revision.state != "approved" or (revision.effective_on is not None and revision.effective_on > today):
            return False
        if revision.expires_on is not None and revision.expires_on < today:
            moves.move(system, revision.pk, "withdraw", reason=_("Its last day was over before it was approved."))
            return False
        if not content.is_whole(revision):
            said = _("%(number)s is not what was signed. Take it back to draft and send it again.")
            raise Refused([said % {"number": revision.number}])
        base = _make_room(system, document, revision)
        Revision.everywhere.filter(pk=revision.pk).update(effective_at=moment.now(), base=base)
        moves.move(system, revision.pk, "take_effect", by_service=True)
        shown = _show(system, document, revision, today, reviewed=revision.expires_on is None)
        _tell(system, shown, revision)
    return True


def _make_room(system: Actor, document: Document, revision: Revision) -> Revision | None:
    """Take the present revision out of effect: aside for a temporary one, superseded for any other.

    Gives the one whose place is taken: a lasting revision follows the lasting one, not what was added to that for a
    time.
    """
    present = Revision.everywhere.filter(document_id=document.pk, state__in=("effective", "set_aside")).order_by("pk")
    in_effect = None
    for one in present:
        is_lasting = one.expires_on is None
        if in_effect is None or one.state == ("effective" if revision.expires_on is not None else "set_aside"):
            in_effect = one
        if revision.expires_on is not None and one.state == "set_aside":
            continue
        stays = revision.expires_on is not None and is_lasting
        moves.move(system, one.pk, "set_aside" if stays else "supersede", by_service=True)
    return in_effect


def expire(organisation_id: int, revision_id: int, today: dt.date) -> bool:
    """End a temporary revision: the one that was set aside for it is in effect again, or there is none any more."""
    system = actors.system(organisation_id)
    with write_transaction():
        document, revision = _locked(system, revision_id)
        if revision.state != "effective" or revision.expires_on is None or revision.expires_on >= today:
            return False
        moves.move(system, revision.pk, "expire", by_service=True)
        _reinstate(system, document, today)
    return True


def revoked(revision: Revision) -> None:
    """Inside the move that ends a temporary revision before its day."""
    system = actors.system(revision.organisation_id)
    assert revision.document_id is not None
    document = moves.locked(system, revision.document_id)
    assert isinstance(document, Document)
    _reinstate(system, document, local_day(revision.organisation_id))


def _reinstate(system: Actor, document: Document, today: dt.date) -> None:
    """Bring what a temporary revision was added to into effect by itself; without it nothing is in effect any more."""
    base = Revision.everywhere.filter(document_id=document.pk, state="set_aside").first()
    if base is None:
        withdraw_effect(system, document)
        moves.move(system, document.pk, "lapse", by_service=True)
        return
    moves.move(system, base.pk, "reinstate", by_service=True)
    # Taking effect again is no review: its day stays.
    shown = _show(system, document, base, today, reviewed=False)
    _tell(system, shown, base)


def _locked(system: Actor, revision_id: int) -> tuple[Document, Revision]:
    """The document and then its revision, locked in this order by everybody."""
    document_id = Revision.everywhere.values_list("document_id", flat=True).get(pk=revision_id)
    assert document_id is not None
    document, revision = moves.locked(system, document_id), moves.locked(system, revision_id)
    assert isinstance(document, Document)
    assert isinstance(revision, Revision)
    return document, revision


def _show(system: Actor, document: Document, revision: Revision, today: dt.date, *, reviewed: bool) -> Document:
    """Let the document say what the revision says, and give it to its readers; its review was made, or was not."""
    # Search finds what a temporary revision adds, and what it adds to.
    besides = Revision.everywhere.filter(document_id=document.pk, state="set_aside").values_list(
        "plain_text", flat=True
    )
    Document.everywhere.filter(pk=document.pk).update(
        effective=revision, revision_label=revision.label, effective_since=today,
        effective_until=revision.expires_on, effective_text="\n".join([revision.plain_text, *besides]),
        taken_over=revision.taken_over,
    )  # fmt: skip
    months = document_types.review_months(document)
    due_on = add_months(today, months) if reviewed or document.due_on is None else document.due_on
    fields = {"title": revision.title, "due_on": due_on}
    shown = moves.move(system, document.pk, "take_effect", fields=fields, by_service=True)
    assert isinstance(shown, Document)
    distributing.end_others(shown)
    distributing.give_out(system, shown)
    return shown


def withdraw_effect(actor: Actor, document: Document) -> None:
    """Nothing of this document is in effect any more; its readers are not asked for anything."""
    document.effective = None
    distributing.end_others(document)
    cleared: dict[str, Any] = {
        "revision_label": "", "effective_since": None, "effective_until": None, "effective_text": "",
        "taken_over": False,
    }  # fmt: skip
    for name, value in cleared.items():
        setattr(document, name, value)
    Document.everywhere.filter(pk=document.pk).update(effective=None, sign_again=False, **cleared)


def _tell(system: Actor, document: Document, revision: Revision) -> None:
    detail = {"document": document.pk, "revision": revision.pk, "training_impact": revision.training_impact}
    deed = history.write(system, document, history.Act("took_effect", detail=detail))
    history.tell(system, document, deed, EFFECTIVE, detail)


def made_obsolete(actor: Actor, document: Document) -> None:
    """Inside the move that makes a document obsolete: its revision is superseded by nothing."""
    system = actors.system(document.organisation_id)
    for one in Revision.everywhere.filter(document_id=document.pk, state__in=("effective", "set_aside")):
        moves.move(system, one.pk, "supersede", by_service=True)
    withdraw_effect(actor, document)


def _waiting() -> bool:
    latest = moment.now().date() + dt.timedelta(days=1)
    approved = Record.everywhere.filter(kind="revision", state="approved")
    ended = Revision.everywhere.filter(state="effective", expires_on__lt=latest)
    return approved.exists() or ended.exists()


@jobs.every(60, only_if=_waiting)
def run_everywhere() -> None:
    """The worker's round over all organisations."""
    for pk in Organisation.objects.values_list("pk", flat=True):
        with context.organisation(pk):
            run(pk)


@after("revision.pass_approval", "revision.plan")
def follow(event: Event) -> None:
    """What is approved for today does not wait for the next round."""
    if event.record_id is not None:
        with context.organisation(event.organisation_id):
            take_effect(event.organisation_id, event.record_id, local_day(event.organisation_id))


def visible_document(actor: Actor, revision: Revision) -> Record | None:
    """The document of a revision, if this reader sees it."""
    document = revision.document
    return document if document is not None and scope.sees(actor, document) else None
