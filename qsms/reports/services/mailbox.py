"""The talk between the office and the reporter, whoever that is: by account, by sealed identity, or by code."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _

from qsms.base import claim_codes, context, moment
from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import history, moves, scope, seals, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase

from ..choices import Mode, Sender, Subject
from ..models import Claim, Message, Report
from . import pictures
from .filing import REPORTER

LONGEST = 10_000
ANSWER_TASK = "answer"
READ_TASK = "read_answer"


def has_reporter(report: Report) -> bool:
    """Whether there is anybody who could be told: imported reports have nobody."""
    return report.mode != Mode.NAMED or report.raised_by_id is not None


def tell(actor: Actor, report: Report, subject: str, text: str) -> None:
    """Tell the reporter something of the report's course. Nobody is told twice the same. The transaction is open.

    Reporters whose reports were merged into this one hear decisions and results too.
    """
    if subject in (Subject.DECISION, Subject.CLOSURE):
        for other in Report.everywhere.filter(merged_into=report.pk):
            tell(actor, other, subject, text)
    if not has_reporter(report):
        return
    known = report.messages.filter(sender=Sender.OFFICE, subject=subject).order_by("-pk").first()
    if known is None or known.text != text:
        _add(actor, report, Sender.OFFICE, subject, text)


def ask(actor: Actor, report_id: int, text: str) -> Message:
    """Put a question to the reporter, whose name stays sealed. Raises NotVisible, Refused, Invalid."""
    text = _checked(text)
    with write_transaction():
        report = _report(actor, report_id)
        if not scope.may(actor, "ask", report):
            who = moves.who_may(report, "ask", but=actor.person_id)
            raise Refused([_("You may not ask the reporter. Ask %(who)s to do it.") % {"who": who or "–"}])
        if not has_reporter(report):
            raise Refused([_("This report came from elsewhere, so there is nobody to ask.")])
        tasks.finish(actor, report, (READ_TASK,), outcome=_("Asked again"))
        message = _add(actor, report, Sender.OFFICE, Subject.QUESTION, text)
        if report.raised_by_id is not None:
            # For a sealed reporter a task would say who it is; the mailbox shows the question instead.
            title = _("Answer a question about your report: %(title)s") % {"title": report.title}
            tasks.give(actor, report, ANSWER_TASK, title, person_id=report.raised_by_id)
    return message


def answer(report: Report, text: str, *, files: list[pictures.Incoming] | None = None, once: str = "") -> Message:
    """The reporter's words. `report` comes from `own_mailbox` or `open_mailbox`, which have proved that it is theirs.

    Sent again with the same `once`, they are said once. Raises Invalid, also for a file that cannot be freed of
    hidden details.
    """
    kept, errors = pictures.take_in(files or [], nameless=report.mode != Mode.NAMED)
    if errors:
        raise Invalid({"files": " ".join(errors.values())})
    text = _checked(text)
    if report.phase == Phase.VOID:
        raise Refused([_("This report was made void, so its mailbox is closed.")])
    reporter = actors.system(report.organisation_id, REPORTER)
    # Without the request's id and person, so that the answer leads to nobody.
    with context.entered(context.Context(organisation_id=report.organisation_id)), write_transaction():
        locked = _report(reporter, report.pk)
        said = locked.messages.filter(once=once).first() if once else None
        if said is not None:
            return cast(Message, said)
        message = _add(reporter, locked, Sender.REPORTER, Subject.ANSWER, text, once)
        pictures.attach(reporter, locked, kept)
        tasks.finish(reporter, locked, (ANSWER_TASK,), outcome=_("Answered"))
        asked = locked.messages.filter(subject=Subject.QUESTION).order_by("-pk").first()
        asker = asked.by_id if asked is not None else None
        title = _("The reporter answered: %(title)s") % {"title": locked.title}
        tasks.give(reporter, locked, READ_TASK, title, person_id=asker or locked.owner_id, role="safety_manager")
    return message


def own_mailbox(actor: Actor, report_id: int) -> Report:
    """A report that the actor filed, by name or in confidence. Raises NotVisible for every other one."""
    report = Report.everywhere.filter(pk=report_id, organisation_id=actor.organisation_id).first()
    if report is None or actor.person_id is None:
        raise NotVisible
    if report.raised_by_id != actor.person_id and report.pk not in seals.own(actor):
        raise NotVisible
    return cast(Report, report)


def open_mailbox(code: str) -> Report:
    """The report that this code was given for. Raises claim_codes.BadCode for one that cannot be, else NotVisible."""
    marked = claim_codes.code_hash(code)
    # The code alone says which organisation it is: a claim is looked up over all of them.
    claim = Claim.everywhere.select_related("report").filter(code_hash=marked).first()
    if claim is None:
        raise NotVisible
    if not claim.shown:
        # Whoever has the code has seen it.
        with write_transaction():
            Claim.everywhere.filter(pk=claim.pk).update(shown=True)
    return cast(Report, claim.report)


SAID = Prepared(
    lambda report: Message.everywhere.filter(report_id=report).select_related("by").order_by("pk"), report=int
)


def conversation(report: Report) -> list[Message]:
    """Everything said, oldest first."""
    said: list[Message] = SAID.objects(report=report.pk)
    return said


def mark_read(report: Report) -> None:
    """The reporter has the mailbox open."""
    unread = Message.everywhere.filter(report_id=report.pk, sender=Sender.OFFICE, read_at=None)
    if unread.exists():
        with write_transaction():
            unread.update(read_at=moment.now())


def _add(actor: Actor, report: Report, sender: str, subject: str, text: str, once: str = "") -> Message:
    message = Message(
        organisation_id=report.organisation_id,
        report_id=report.pk,
        sender=sender,
        subject=subject,
        by_id=actor.person_id if sender == Sender.OFFICE else None,
        at=moment.now(),
        text=text,
        once=once,
    )
    message.save(force_insert=True)
    # The words stay in the message: history cannot be made to forget a name that somebody writes there.
    verb = {Subject.QUESTION: "asked", Subject.ANSWER: "answered"}.get(Subject(subject), "told")
    deed = history.write(actor, report, history.Act(verb, detail={"message": message.pk, "subject": subject}))
    data = {"message": message.pk, "subject": str(subject), "to": report.raised_by_id}
    history.tell(actor, report, deed, f"report.{verb}", data)
    return message


def _checked(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Invalid({"text": _("The message is empty. Write something first.")})
    if len(text) > LONGEST:
        raise Invalid(
            {"text": _("The message has %(length)d characters, and %(limit)d fit. Shorten it.")
             % {"length": len(text), "limit": LONGEST}}
        )  # fmt: skip
    return text


def _report(actor: Actor, report_id: int) -> Report:
    found: Record = moves.locked(actor, report_id)
    if not isinstance(found, Report):
        raise NotVisible
    return found


def only_reported(actor: Actor, report: Record) -> bool:
    """Whether the actor sees this report for no other reason than having made it."""
    if report.raised_by_id not in actor.persons or report.owner_id in actor.persons:
        return False
    wider = (right for right in actor.rights_for("report.view") if right.axis != Axis.OWN)
    return not any(scope.reaches(actor, right, report) for right in wider)
