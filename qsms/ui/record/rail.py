"""What stands beside a record: its clocks, the records around it, its people, its facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.org.models import Person, Role
from qsms.records import clocks as running
from qsms.records import registry, wording
from qsms.records.models import Clock, Record, Task
from qsms.records.registry import RecordType
from qsms.records.threads import Strand
from qsms.rules.clocks import Standing

from .. import addresses, dates, parts, times

TONES = {Standing.OK: "mute", Standing.SOON: "warn", Standing.LATE: "bad", Standing.MET: "good"}


def clocks(found: Iterable[Clock], actor: Actor, now: datetime) -> tuple[parts.Clock, ...]:
    """The clocks of a record: running ones by deadline, then met ones in green."""
    return tuple(_clock(one, actor, now) for one in found)


def _clock(one: Clock, actor: Actor, now: datetime) -> parts.Clock:
    stand = running.standing(one, now)
    said = dates.deadline(one.due_at, now, actor.tz, met_at=one.stopped_at)
    tone = TONES[stand.standing]
    if one.stopped_at is not None:
        took = dates.duration(one.stopped_at - one.started_at)
        limit = dates.duration(one.due_at - one.started_at)
        note = _("after %(took)s · limit %(limit)s") % {"took": took, "limit": limit}
        tone = "good" if one.stopped_at <= one.due_at else "warn"
        return parts.Clock(one.label, said.text, tone, None, note)
    note = times.joined(
        " · ", [times.moment(one.due_at, now, actor.tz, binding=True), *([one.basis] if one.basis else [])]
    )
    left = said.text if said.text != said.moment else _("%(span)s left") % {"span": dates.duration(one.due_at - now)}
    return parts.Clock(one.label, left, tone, min(100, round(stand.share * 100)), note)


def thread(
    sheet: RecordType, record: Record, found: Iterable[Strand], now: datetime, actor: Actor
) -> tuple[parts.Strand, ...]:
    """This record, then those it is linked with."""
    here = parts.Strand(
        icon=sheet.icon,
        title=_("This: %(kind)s") % {"kind": str(sheet.label)[:1].lower() + str(sheet.label)[1:]},
        relation=times.moment(record.opened_at, now, actor.tz, short=True),
        here=True,
    )
    return (
        here,
        *(
            parts.Strand(
                icon=registry.get(one.record.kind).icon,
                title=one.record.title,
                url=addresses.record(one.record),
                relation=wording.relation(one.relation, one.outward),
                number=one.record.number,
            )
            for one in found
        ),
    )


def people(sheet: RecordType, record: Record, tasks: Sequence[Task]) -> tuple[parts.PersonLine, ...]:
    """Who has a part in this record: owner, who raised it, the room's parties, and those who are asked."""
    found: dict[tuple[str, int | None], list[str]] = {}
    names: dict[tuple[str, int | None], str] = {}

    def add(who: Person | Role | None, said: str) -> None:
        key = (type(who).__name__, who.pk if who is not None else None)
        names[key] = who.name if isinstance(who, Person) else who.title if who is not None else ""
        found.setdefault(key, []).append(said)

    if record.owner is not None:
        add(record.owner, _("owner"))
    for part, name in sheet.party_fields.items():
        person = getattr(record, name, None)
        if isinstance(person, Person):
            add(person, _part(sheet, part, name))
    if record.raised_by is not None:
        add(record.raised_by, _("raised it"))
    for task in tasks:
        # What they are asked often repeats the record's title, which stands above.
        asked = task.title.replace(record.title, "").replace("“”", "").strip(" :,–-")
        said = _("asked: %(task)s") % {"task": asked} if asked else _("asked to act")
        add(task.person or task.role, said)
    return tuple(parts.PersonLine(names[key], ", ".join(dict.fromkeys(said))) for key, said in found.items())


def _part(sheet: RecordType, part: str, name: str) -> str:
    label = wording.party(part) if part in wording.PARTIES else sheet.field_label(name)
    return label[:1].lower() + label[1:]


def facts(sheet: RecordType, record: Record, actor: Actor, now: datetime) -> tuple[parts.Fact, ...]:
    """Plain facts that every record has."""
    found = [parts.Fact(_("Number"), record.number)]
    if not sheet.opened_by_day(record):
        found.append(
            parts.Fact(
                _("Opened"), times.moment(record.opened_at, now, actor.tz, binding=True), dates.in_utc(record.opened_at)
            )
        )
    if record.closed_at is not None:
        found.append(
            parts.Fact(
                _("Closed"), times.moment(record.closed_at, now, actor.tz, binding=True), dates.in_utc(record.closed_at)
            )
        )
    for name in ("site", "unit", "process"):
        row = getattr(record, name)
        if row is not None:
            found.append(parts.Fact(sheet.field_label(name), row.name))
    if record.due_on is not None:
        said = dates.deadline(record.due_at or record.due_on, now, actor.tz) if record.is_open else None
        found.append(
            parts.Fact(
                sheet.due_label(record),
                dates.plain_day(record.due_on),
                said.text if said and said.tone == "bad" else "",
            )
        )
    return tuple(found)
