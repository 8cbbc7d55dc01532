"""What is done to a report at the desk, offered to programs as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records.errors import Refused
from qsms.records.models import Record
from qsms.records.verbs import Holds, Member, Shows, Takes, Verb, offer

from .choices import LENSES, Concern, Next
from .models import Report
from .panels import JUDGED
from .services import mailbox, triage


def _judge(actor: Actor, report_id: int, given: Mapping[str, Any]) -> object:
    return triage.judge(
        actor, report_id, given["lens"], given["concerns"], severity=given.get("severity", ""),
        next_step=given.get("next", ""), note=given.get("note", ""), process_id=given.get("process"),
    )  # fmt: skip


def _conversation(actor: Actor, record: Record) -> Sequence[Mapping[str, Any]]:
    report = _in_the_office(actor, record)
    return [
        {
            "at": one.at, "sender": one.sender, "subject": one.subject, "by": one.by.name if one.by else "",
            "text": one.text, "read_at": one.read_at,
        }
        for one in mailbox.conversation(report)
    ]  # fmt: skip


def _judgements(actor: Actor, record: Record) -> Sequence[Mapping[str, Any]]:
    report = _in_the_office(actor, record)
    words = {int(bit): word for word, bit in LENSES.items()}
    return [
        {
            "lens": words[one.lens], "concerns": one.concerns, "severity": one.severity, "next": one.next,
            "note": one.note, "by": one.by.name if one.by else "", "at": one.at,
        }
        for one in sorted(JUDGED.objects(report=report.pk), key=lambda made: (made.at, made.lens))
    ]  # fmt: skip


def _in_the_office(actor: Actor, record: Record) -> Report:
    """The report, for who works on it: what the office notes is not for the reporter to read."""
    assert isinstance(record, Report)
    if mailbox.only_reported(actor, record):
        raise Refused([_t("You follow your report under “My reports”, where the office talks to you.")])
    return record


TEXT, MOMENT = Holds.TEXT, Holds.MOMENT
SAID = Shows(
    {"at": MOMENT, "sender": TEXT, "subject": TEXT, "by": TEXT, "text": TEXT, "read_at": MOMENT}, _conversation
)
SEEN = Shows(
    {"lens": TEXT, "concerns": TEXT, "severity": TEXT, "next": TEXT, "note": TEXT, "by": TEXT, "at": MOMENT},
    _judgements,
)
LENS = Member("lens", _("Through which lens"), needed=True, choices=tuple(LENSES))

offer(
    Verb(
        "judge",
        ("report",),
        _("Judge through one lens"),
        _("Says whether it concerns the lens, how bad it looks and what it asks for. “unsure” leaves it to be judged."),
        (
            LENS,
            Member("concerns", _("Whether it concerns the lens"), needed=True, choices=tuple(Concern.values)),
            Member("severity", _("How bad it looks, by the letter of the scale of this lens")),
            Member("next", _("What it asks for"), choices=tuple(Next.values)),
            Member("note", _("Why")),
            Member("process", _("The id of the process it shows a weakness of"), Takes.ID),
        ),
        _judge,
        {
            "lens": "safety",
            "concerns": "yes",
            "severity": "B",
            "next": "actions",
            "note": "It could have hit the wing.",
        },
        writes_over=True,
        shows=SEEN,
    ),
    Verb(
        "ask_to_judge",
        ("report",),
        _("Ask somebody to judge"),
        _("Gives the task to a person, or without one to whoever answers for the lens."),
        (LENS, Member("person", _("The id of a person"), Takes.ID)),
        lambda actor, pk, given: triage.ask_to_judge(actor, pk, given["lens"], given.get("person")),
        {"lens": "environment"},
    ),
    Verb(
        "ask",
        ("report",),
        _("Ask the reporter"),
        _("Goes into the mailbox of the report, also as the answer to what the reporter wrote; the name stays sealed."),
        (Member("text", _("What to ask or answer"), needed=True),),
        lambda actor, pk, given: mailbox.ask(actor, pk, given["text"]),
        {"text": "Which of the two carts was it?"},
        shows=SAID,
    ),
    Verb(
        "merge",
        ("report",),
        _("Merge into another report"),
        _("The other report tells of the same event and carries on for both."),
        (Member("into", _("Number or id of the other report"), Takes.RECORD, needed=True), Member("reason", _("Why"))),
        lambda actor, pk, given: triage.merge(actor, pk, given["into"], reason=given.get("reason", "")),
        {"into": "REP-2026-0041", "reason": "Same stand, same minute"},
        moves=("merge",),
    ),
    Verb(
        "tell_apart",
        ("report",),
        _("Tell apart from another report"),
        _("The other report tells of another event: it is not suggested for this one any more."),
        (Member("from", _("Number or id of the other report"), Takes.RECORD, needed=True),),
        lambda actor, pk, given: triage.not_the_same(actor, pk, given["from"]),
        {"from": "REP-2026-0041"},
    ),
)
