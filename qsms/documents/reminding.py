"""What time brings: reviews that fall due, readers who have not read, new holders of a role, new people."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.notify import services as notify
from qsms.org import actor as actors
from qsms.org.accountable import ACCOUNTABLE
from qsms.org.models import Organisation
from qsms.records import clocks, moves, tasks
from qsms.records.models import Signature
from qsms.rules.lifecycle import Phase

from . import distributing, document_types, effect, people, routing
from .choices import StepKind
from .following import REVIEW_AHEAD, SIGN_AGAIN
from .models import Document, Receipt, Revision, Step

# A reader is reminded so long before the day, on the day, and a week after it; then their document's owner is told.
REMIND_AT = (dt.timedelta(days=-3), dt.timedelta(0), dt.timedelta(days=7))

REVIEW_TASK = "review"
notify.told_by_clock("document", REVIEW_TASK)


def ask_for_reviews(organisation_id: int) -> int:
    """Ask for the periodic reviews that are near; how many tasks there are for it. Their clock makes the news."""
    today, asked = effect.local_day(organisation_id), 0
    system = actors.system(organisation_id)
    near = Document.everywhere.filter(tenant_id=organisation_id, phase__lt=Phase.DONE, state="effective")
    for document in near.filter(due_on__lte=today + REVIEW_AHEAD):
        external = document_types.of_document(document).is_external
        words = _("Look for a newer edition: %(title)s") if external else _("Review it: %(title)s")
        assert document.due_on is not None
        due = document.due_at or clocks.end_of(document, document.due_on)
        with write_transaction():
            tasks.give(
                system, document, REVIEW_TASK, words % {"title": document.title}, person_id=document.owner_id,
                role="quality_manager", due_at=due,
            )  # fmt: skip
        asked += 1
    return asked


def remind(organisation_id: int, limit: int = 2_000) -> int:
    """Remind readers who have not acknowledged, each step once; how many were told."""
    now, told = moment.now(), 0
    waiting = Receipt.everywhere.filter(
        organisation_id=organisation_id, acknowledge=True, acknowledged_at=None, ended_at=None,
        reminded__lt=len(REMIND_AT), due_at__lte=now + max(-one for one in REMIND_AT),
    )  # fmt: skip
    for receipt in waiting.select_related("document").order_by("due_at")[:limit]:
        due_at = receipt.due_at or now
        reached = sum(due_at + step <= now for step in REMIND_AT)
        if reached <= receipt.reminded:
            continue
        with write_transaction():
            moved = Receipt.everywhere.filter(pk=receipt.pk, reminded=receipt.reminded).update(reminded=reached)
        if not moved:
            continue
        text = _("Not acknowledged yet: %(number)s %(title)s")
        text %= {"number": receipt.document.code or receipt.document.number, "title": receipt.document.title}
        key = f"read-{receipt.pk}-{reached}"
        told += notify.tell(receipt.document, [receipt.person_id], "overdue", text, key)
    return told


def ask_for_signatures(organisation_id: int) -> int:
    """Where somebody else is accountable by now than who signed, ask them to sign; how many documents."""
    today, asked = effect.local_day(organisation_id), 0
    system = actors.system(organisation_id)
    resting = [code for code, kind in document_types.of(organisation_id).items() if kind.executive_signs]
    rows = Document.everywhere.filter(tenant_id=organisation_id, state="effective", document_type__in=resting)
    holding = people.holders(organisation_id, ACCOUNTABLE, today)
    for document in rows.filter(sign_again=False, taken_over=False).select_related("effective"):
        if document.effective is None or not holding or _signers(document.effective) & holding:
            continue
        with write_transaction():
            revision = moves.locked(system, document.effective.pk)
            Document.everywhere.filter(pk=document.pk).update(sign_again=True)
            title = _("Sign again: %(title)s") % {"title": document.title}
            for person_id in sorted(holding):
                tasks.give(system, revision, SIGN_AGAIN, title, person_id=person_id)
        asked += 1
    return asked


def _signers(revision: Revision) -> set[int]:
    """Who signed a revision as accountable executive, when it was approved or again since."""
    steps = Step.everywhere.filter(
        revision_id=revision.pk, kind=StepKind.APPROVE, role=ACCOUNTABLE, done_at__isnull=False
    )
    again = Signature.everywhere.filter(record_id=revision.pk, deed__verb=f"move.{SIGN_AGAIN}")
    return {*steps.values_list("done_by_id", flat=True), *again.values_list("person_id", flat=True)}


def ask_anew(organisation_id: int) -> None:
    """Signatures that are waited for follow the roles as they are held today."""
    system = actors.system(organisation_id)
    for revision in Revision.everywhere.filter(tenant_id=organisation_id, state__in=tuple(routing.STAGES)):
        with write_transaction():
            routing.ask(system, revision)


@jobs.every(1800)
def look_everywhere() -> None:
    """The worker's round over all organisations."""
    for pk in Organisation.objects.values_list("pk", flat=True):
        with context.organisation(pk):
            ask_for_reviews(pk)
            ask_for_signatures(pk)
            ask_anew(pk)
            distributing.give_out_again(pk)
            remind(pk)
