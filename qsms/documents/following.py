"""What follows from moves of documents and revisions."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.accountable import ACCOUNTABLE
from qsms.org.actor import Actor
from qsms.rules.calendar_days import add_months
from qsms.rules.lifecycle import Move

from . import document_types, effect, naming, reviewing, routing, writing
from .models import Document, Revision

SIGN_AGAIN = "sign_again"
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
