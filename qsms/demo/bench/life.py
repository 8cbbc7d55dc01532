"""What happens to a record after it came in: it is assigned, moves, is talked about, waits for somebody.

A page with one deed and nothing beside it is quick on any engine, so seeded records get the company that real ones
have, and some of them actions.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import bulk, history, registry, tasks, wording
from qsms.records.models import Change, Comment, Deed, Record
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Phase

ACTION = "action"
TALKED_ABOUT, LONG_STORY, LEADS_TO_WORK = 0.3, 0.02, 0.25
SAID = "Looked at it with the crew on shift: the hose was chafed at the clamp, the part is ordered, photos are taken."


def follow(actor: Actor, sheet: RecordType, records: Sequence[Record], rng: random.Random) -> None:
    """Give these new records their history, comments, tasks and actions, in one transaction."""
    task = next(iter(sheet.tasks), None)
    with write_transaction():
        deeds: list[Deed] = []
        changes: list[Change] = []
        comments: list[Comment] = []
        waiting = []
        for record in records:
            long = rng.random() < LONG_STORY
            deeds.append(_deed(actor, record, history.ASSIGNED, {"person": record.owner_id}))
            for code in _moves(sheet, record, 9 if long else 1):
                deeds.append(_deed(actor, record, f"move.{code}", {}))
                old = wording.state_label(record.kind, sheet.lifecycle.initial)
                now = wording.state_label(record.kind, record.state)
                changes.append(Change(deed=deeds[-1], field="state", old=old, new=now))
            if long or rng.random() < TALKED_ABOUT:
                for _one in range(6 if long else 1):
                    comments.append(_comment(record, rng))
                    deeds.append(_deed(actor, record, history.COMMENTED, {}))
            begun = record.phase < Phase.DONE and record.state != sheet.lifecycle.initial
            if task is not None and begun and record.owner_id:
                due = moment.now() + dt.timedelta(days=rng.randrange(-60, 90))
                waiting.append((record, task, f"Carry on: {record.title}", record.owner_id, due))
        Deed.everywhere.bulk_create(deeds)
        for change in changes:
            change.deed_id = change.deed.pk
        Change.objects.bulk_create(changes)
        Comment.everywhere.bulk_create(comments)
        tasks.give_many(actor, waiting)
        _raise_actions(actor, [record for record, *_task in waiting if rng.random() < LEADS_TO_WORK], rng)


def _moves(sheet: RecordType, record: Record, at_most: int) -> list[str]:
    leading = [move.code for move in sheet.lifecycle.moves if move.target == record.state]
    return (leading * at_most)[:at_most]


def _deed(actor: Actor, record: Record, verb: str, detail: Mapping[str, object]) -> Deed:
    return history.draft(actor, record, history.Act(verb, detail=dict(detail)))


def _comment(record: Record, rng: random.Random) -> Comment:
    said = SAID[: rng.randrange(40, len(SAID))]
    return Comment(
        organisation_id=record.organisation_id, record=record, by_id=record.owner_id, at=moment.now(), text=said
    )


def _raise_actions(actor: Actor, records: Sequence[Record], rng: random.Random) -> None:
    """An action for each of these, linked both ways as the report room does it."""
    if not records or records[0].kind == ACTION:
        return
    sheet = registry.get(ACTION)
    kinds = [value for value, _label in sheet.model._meta.get_field("action_kind").flatchoices if value]  # type: ignore[union-attr]
    live = [state.code for state in sheet.lifecycle.states if state.phase == Phase.OPEN]
    people = Person.objects.in_bulk([record.owner_id for record in records if record.owner_id])
    made = []
    for record in records:
        given = {
            "title": f"Mend: {record.title}"[:250],
            "description": SAID,
            "action_kind": rng.choice(kinds),
            "owner": people[record.owner_id] if record.owner_id else None,
            "site": record.site,
            "due_on": (moment.now() + dt.timedelta(days=rng.randrange(-60, 90))).date(),
        }
        fixed = {"disciplines": record.disciplines, "risk_class": record.risk_class}
        row = bulk.Row(
            {name: one for name, one in given.items() if name in sheet.writable}, fixed, state=rng.choice(live)
        )
        made.append(bulk.prepare(actor, ACTION, row))
    wrong = next((one.errors for one in made if one.errors), None)
    if wrong:
        raise ValueError(f"The bench cannot make an {ACTION}: {wrong}")
    actions = bulk.create(actor, ACTION, [one.record for one in made])
    bulk.link(actor, list(zip(actions, records, strict=True)))
