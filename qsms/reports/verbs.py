"""What is done to a report at the desk, offered to programs as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records.verbs import Member, Takes, Verb, offer

from .choices import LENSES, Concern, Next
from .services import mailbox, triage


def _judge(actor: Actor, report_id: int, given: Mapping[str, Any]) -> object:
    return triage.judge(
        actor, report_id, given["lens"], given["concerns"], severity=given.get("severity", ""),
        next_step=given.get("next", ""), note=given.get("note", ""), process_id=given.get("process"),
    )  # fmt: skip


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
