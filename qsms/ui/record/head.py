"""The top of a record's page: where one is, what this is, how it stands, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import listing, moves, registry, scope
from qsms.records.history import IMPORTED, Entry
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.rules import lifecycle as life
from qsms.rules.lifecycle import Phase, Verdict

from .. import addresses, cells, dates, marks, parts, times

# So many of the newest deeds are read with the page.
DEEDS = 20
# Why a move is shut to this reader rather than to everybody.
NOT_FOR_THEM = ("permission", "only", "independent")


@dataclass(frozen=True)
class Head:
    """What stands above the tabs."""

    title: str
    number: str
    list_label: str
    list_url: str
    state: SafeString
    lenses: SafeString
    risk: SafeString
    due: SafeString
    confidential: bool
    about: SafeString
    steps: tuple[parts.Step, ...]


def head(sheet: RecordType, record: Record, actor: Actor, now: datetime, known: Sequence[Entry]) -> Head:
    """The head of a record; `known` are its deeds, the newest first, or of many those that changed the state, made the
    version or brought it here."""
    state = sheet.state(record)
    tone = record.risk_class
    words = listing.RISK_TONES[tone]
    due = SafeString("")
    if record.deadline is not None and record.is_open:
        due = _due(sheet, state, dates.deadline(record.deadline, now, actor.tz))
    return Head(
        title=record.title,
        number=record.number,
        list_label=str(sheet.label_plural),
        list_url=addresses.listing(sheet.kind),
        state=marks.standing(state, pill=True),
        lenses=cells.lens_marks(record.disciplines, record.judged),
        risk=marks.risk(record.risk_cell or words, words if record.risk_cell else "", cells.TONES[tone])
        if tone
        else SafeString(""),
        due=due,
        confidential=record.confidential,
        about=_about(sheet, record, actor, now, known),
        steps=_steps(sheet, record, actor, now, known),
    )


def _due(sheet: RecordType, state: life.State, said: dates.Deadline) -> SafeString:
    def on(day: str) -> str:
        if state.due:
            return _("%(what)s due %(day)s") % {"what": str(state.due), "day": day}
        return str(sheet.due_words) % {"day": day}

    late = _("%(what)s %(late)s") % {"what": str(state.due), "late": said.text} if state.due else said.text
    return marks.due(late if said.tone == "bad" else on(said.inside), said.tone, said.moment, on(said.printed))


def _about(sheet: RecordType, record: Record, actor: Actor, now: datetime, known: Sequence[Entry]) -> SafeString:
    said: list[str] = [conditional_escape(part) for part in sheet.about(actor, record)]
    if record.site is not None:
        said.append(record.site.name)
    if sheet.tells_version:
        said.append(_("version %(n)d") % {"n": record.version})
    when = times.moment(record.changed_at, now, actor.tz, short=True, inside=True)
    who = next((one.actor for one in reversed(known) if one.version == record.version), "")
    changed = _("changed %(when)s by %(who)s") if who else _("changed %(when)s")
    return times.joined(" · ", [*said, times.sentence(changed, when=when, who=who)])


def _steps(
    sheet: RecordType, record: Record, actor: Actor, now: datetime, known: Sequence[Entry]
) -> tuple[parts.Step, ...]:
    entered = _entered(sheet, known)
    found, ended = [], sheet.state(record).phase == Phase.VOID
    came_in_at = _came_in_at(sheet, record, known)
    for code, word, when in sheet.lifecycle.stages(record.state):
        at = entered.get(str(word)) if when != "later" else None
        began = code == sheet.lifecycle.initial
        # What it went through elsewhere, nobody here knows.
        if when == "done" and at is None and came_in_at not in ("", str(word)):
            continue
        # What was made void ended on the way: it has been no further than its history says.
        if when == "done" and at is None and not began and (ended or sheet.lifecycle.state(code).skipped):
            continue
        if at is None and began and when != "later":
            at = record.opened_at
        note = times.moment(at, now, actor.tz, short=True) if at is not None else ""
        found.append(parts.Step(str(word), "next" if when == "later" else when, note))
    return tuple(found)


def _came_in_at(sheet: RecordType, record: Record, known: Sequence[Entry]) -> str:
    """The stage at which an import brought the record; empty for one that began here."""
    if not any(entry.verb == IMPORTED for entry in known):
        return ""
    before = [one.old for entry in known for one in entry.changes if one.field == "state"]
    first = next((state for state in sheet.lifecycle.states if before and str(state.label) == before[-1]), None)
    state = first or sheet.state(record)
    return str(state.stage or state.label)


def _entered(sheet: RecordType, known: Sequence[Entry]) -> dict[str, datetime]:
    """When the stages of the bar were entered last, by their words."""
    stages = {str(state.label): str(state.stage or state.label) for state in sheet.lifecycle.states}
    changes = [(one.new, entry.at) for entry in known for one in entry.changes if one.field == "state"]
    found: dict[str, datetime] = {}
    for label, at in changes:
        if label in stages:
            found.setdefault(stages[label], at)
    return found


@dataclass(frozen=True)
class Way:
    """A move with its verdict and, if it is shut, why in sentences."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()

    @property
    def move(self) -> life.Move:
        return self.verdict.move


def ways(actor: Actor, record: Record) -> list[Way]:
    """Every move from here that people make, open or shut: by the kit's dialog or on a page of the room's own."""
    views = registry.get(record.kind).views
    found = [one for one in moves.verdicts(actor, record) if one.move.by_hand or f"move.{one.move.code}" in views]
    said = moves.reasons_each(actor, record, found)
    return [Way(one, tuple(reasons)) for one, reasons in zip(found, said, strict=True)]


def next_step(actor: Actor, record: Record, found: Sequence[Way]) -> parts.NextStep:
    """The strip under the stage bar."""
    sheet = registry.get(record.kind)
    open_ones = [way for way in found if way.verdict.is_open]
    shut = [way for way in found if not way.verdict.is_open]
    lead = sheet.next_step(actor, record)
    led = [way for code in lead.moves for way in open_ones if way.move.code == code]
    mains = led[:1] or [way for way in found if way.move.tone == "main"]
    # Of those that are all shut the one that lacks least: it is the one that the record is on its way to.
    nearest = min(mains, key=lambda way: len(way.reasons), default=None)
    main = next((way for way in mains if way.verdict.is_open), nearest)
    may_edit = record.phase < Phase.DONE and scope.may(actor, "change", record)
    if main is not None and not main.verdict.is_open:
        primary, why = _opens(record, main, may_edit), " ".join(main.reasons)
    else:
        main = main or next((way for way in open_ones if way.move.tone != "bad"), None)
        primary = _move(record, main) if main is not None else None
        why = str(main.move.help) if main is not None else ""
    why = f"{lead.why or why or sheet.state(record).meaning} {lead.also}".rstrip()
    others = [_move(record, way) for way in open_ones if way is not main and way not in led]
    raisings = _raisings(actor, record)
    first = [move for kind, move in raisings.items() if kind in lead.raises]
    first += [parts.Move(label, url) for label, url in lead.ways]
    seconds = [_move(record, way) for way in led[1:]]
    # A move that the room puts on the strip and that is shut to the reader stands there with what opens it.
    seconds += [
        opens
        for way in shut
        if way.move.code in lead.moves and way is not main and (opens := _opens(record, way, may_edit)) is not None
    ]
    if first:
        primary, seconds = first[0], [*first[1:], *([primary] if primary is not None else []), *seconds]
    others += [move for move in raisings.values() if move not in first]
    others += _further(actor, record, may_edit)
    title = lead.title or (
        _("Next: %(move)s") % {"move": str(main.move.label)} if main else str(sheet.state(record).label)
    )
    return parts.NextStep(
        title=title,
        why=why,
        primary=primary,
        seconds=tuple(seconds),
        open=tuple(others),
        shut=tuple(_shut(record, way, may_edit) for way in shut),
    )


def _move(record: Record, way: Way) -> parts.Move:
    move = way.move
    return parts.Move(
        label=str(move.label),
        url=addresses.move(record, move.code),
        note=str(move.help),
        icon="signature" if move.signature else "ban" if move.tone == "bad" else "arrow-right",
        key=move.key,
        dialog=asks_something(registry.get(record.kind), move),
        post=not asks_something(registry.get(record.kind), move),
        tone=move.tone if move.tone == "bad" else "",
    )


def asks_something(sheet: RecordType, move: life.Move) -> bool:
    """Whether a move needs a dialog: it asks, wants a reason or a signature, or ends the record's life."""
    ends = bool(move.target) and sheet.lifecycle.state(move.target).phase >= Phase.DONE
    replaced = f"move.{move.code}" in sheet.views or "move" in sheet.views
    return bool(move.asks or move.offers or move.reason or move.signature or ends or move.tone == "bad" or replaced)


def _way_out(record: Record, way: Way, may_edit: bool) -> tuple[str, str]:
    """What opens a shut move, if that is known: filling in a field, an open record, or what the room says.

    None for who may not make the move whatever is mended: the way would end at the next refusal.
    """
    if any(why.code in NOT_FOR_THEM for why in way.verdict.reasons):
        return "", ""
    for why in way.verdict.reasons:
        if "way_url" in why.values:
            return why.values["way"], why.values["way_url"]
        if why.code == "field" and may_edit:
            label = registry.get(record.kind).field_label(why.values["field"])
            return _("Fill in %(field)s") % {
                "field": label
            }, f"{addresses.record(record, 'edit')}#f_{why.values['field']}"
        if why.code == "open_ends":
            number = why.values["numbers"].split(", ")[0]
            if not any(letter.isdigit() for letter in number):
                # Nothing of it is named: the reader sees none of what is still open.
                continue
            return _("Open %(number)s") % {"number": number}, reverse("ui:go", args=[number])
    return "", ""


def _opens(record: Record, way: Way, may_edit: bool) -> parts.Move | None:
    label, url = _way_out(record, way, may_edit)
    return parts.Move(label, url) if url else None


def _shut(record: Record, way: Way, may_edit: bool) -> parts.ShutMove:
    label, url = _way_out(record, way, may_edit)
    return parts.ShutMove(str(way.move.label), " ".join(way.reasons), label, url)


def _raisings(actor: Actor, record: Record) -> dict[str, parts.Move]:
    """What may be raised from this record, by kind."""
    return {
        raising.kind: parts.Move(
            str(raising.label), addresses.record(record, "raise", raising.kind), icon="plus", key=raising.key
        )
        for raising in registry.raisings(record.kind)
        if actor.holds(f"{raising.kind}.create")
    }


def _further(actor: Actor, record: Record, may_edit: bool) -> list[parts.Move]:
    """What can be done beside the lifecycle: hand over, print, edit."""
    found = []
    if scope.may(actor, "assign", record) and record.is_open:
        found.append(
            parts.Move(
                _("Hand over"),
                addresses.record(record, "assign"),
                _("To another owner"),
                "user-share",
                "o",
                dialog=True,
            )
        )
    found.append(parts.Move(_("Print everything"), addresses.tab(record, "everything"), icon="printer"))
    found.append(
        parts.Move(_("Print as PDF"), reverse("publish:record", args=[record.kind, record.number]), icon="download")
    )
    if may_edit:
        found.append(parts.Move(_("Edit"), addresses.record(record, "edit"), icon="edit", key="e"))
    return found
