"""What follows from moves of documents, revisions and change requests."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.accountable import ACCOUNTABLE
from qsms.org.actor import Actor
from qsms.records import tasks
from qsms.records.choices import Relation
from qsms.records.models import Link, Record
from qsms.rules.calendar_days import add_months
from qsms.rules.lifecycle import Move

from . import document_types, effect, naming, reviewing, routing, writing
from .models import ChangeRequest, Document, Revision

SIGN_AGAIN = "sign_again"
# The states of a revision that took effect, whatever came after it.
EFFECT_TAKEN = ("effective", "set_aside", "superseded", "expired")
# So long before its day the owner of a document is asked to review it.
REVIEW_AHEAD = dt.timedelta(days=30)


def revision_moved(actor: Actor, revision: Revision, move: Move) -> None:
    """Steps begin when it is sent, are done when somebody signs, and are asked when it passes on."""
    if move.code in ("send", "send_on"):
        writing.settle(revision)
        routing.begin(actor, revision, naming.named(revision))
    elif move.code in ("review", "approve"):
        routing.signed(actor, revision)
    elif move.code == "pass_review":
        routing.ask(actor, revision)
    elif move.code == "revoke":
        effect.revoked(revision)
    elif move.code == SIGN_AGAIN and revision.document_id is not None:
        Document.everywhere.filter(pk=revision.document_id).update(sign_again=False)


def is_asked_again(actor: Actor, revision: Revision) -> bool:
    """Whether this person is accountable now for what another one signed. Nobody signs that for them."""
    if revision.state != "effective" or ACCOUNTABLE not in routing.own_roles(actor):
        return False
    found: bool = Document.everywhere.filter(pk=revision.document_id or 0, sign_again=True).exists()
    return found


def review_is_near(actor: Actor, document: Document) -> bool:
    """Whether it is time for the periodic review."""
    today = moment.now().astimezone(actor.tz).date()
    return document.due_on is not None and document.due_on <= today + REVIEW_AHEAD


def document_moved(actor: Actor, document: Document, move: Move) -> None:
    """After a confirmation or a revision the next review is planned; what is obsolete is in effect no more."""
    if move.code == "confirm":
        months = document_types.review_months(document)
        document.due_on = add_months(moment.now().astimezone(actor.tz).date(), months)
        Document.everywhere.filter(pk=document.pk).update(due_on=document.due_on)
        reviewing.follow(document, reviewed=_("Confirmed as it is"))
    elif move.code == "take_effect":
        reviewing.follow(document, reviewed=_("Revision %(label)s took effect") % {"label": document.revision_label})
    elif move.code == "make_obsolete":
        effect.made_obsolete(actor, document)


def keeper(request: ChangeRequest) -> int | None:
    """Who decides on a request: the owner of its document."""
    found = Document.everywhere.filter(pk=request.document_id or 0).values_list("owner_id", flat=True).first()
    return found if request.document_id is not None else None


def answers(request: Record) -> list[str]:
    """The states of the revisions that were written for a request."""
    rows = Link.everywhere.filter(target_id=request.pk, relation=Relation.RAISED_FROM, source__kind="revision")
    return list(rows.values_list("source__state", flat=True))


def is_answered(request: Record) -> bool:
    """Whether one of them has taken effect."""
    return any(state in EFFECT_TAKEN for state in answers(request))


def request_created(actor: Actor, request: ChangeRequest) -> None:
    """A new request waits for who owns the document, and names the document in its links."""
    title = _("Decide on a change: %(title)s") % {"title": request.title}
    tasks.give(actor, request, "decide", title, person_id=keeper(request), role="quality_manager")
    if request.document_id is not None:
        Link.everywhere.get_or_create(
            source_id=request.pk, target_id=request.document_id, relation=Relation.CHANGES,
            defaults={"organisation_id": request.organisation_id, "by_id": actor.person_id, "at": moment.now()},
        )  # fmt: skip
