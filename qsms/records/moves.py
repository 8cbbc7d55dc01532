"""Moves: the only writer of a record's state. One transaction: lock, check, write, history, signature, events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared
from qsms.org import grants
from qsms.org.actor import Actor, Right
from qsms.org.models import Grant, Person
from qsms.rules import lifecycle as life
from qsms.rules.lifecycle import Phase, Standing, Verdict

from . import bounds, clocks, history, naming, projections, registry, scope, signing, tasks, values, wording
from .errors import Invalid, NotVisible, Refused
from .models import Link, Record
from .registry import RecordType
from .settling import settle

# So many open ends of a relation are named when they shut a move.
OPEN_ENDS_NAMED = 10


def standing(actor: Actor, record: Record) -> Standing:
    """How this record stands for this actor, as the lifecycle's engine needs to know it."""
    sheet = registry.get(record.kind)
    moves = [move for move in sheet.lifecycle.moves if record.state in move.sources]
    verbs = {move.verb or move.code for move in moves}
    needed = {name for move in moves for name in move.needs}
    return Standing(
        state=record.state,
        persons=actor.persons,
        person=actor.person_id,
        permitted=scope.permitted(actor, record, verbs),
        filled=frozenset(name for name in needed if not values.is_empty(getattr(record, name, None))),
        parties=sheet.parties(record),
        open_ends=_open_ends(actor, record, {relation for move in moves for relation in move.closed}),
        facts=sheet.facts(actor, record) if any(move.conditions for move in moves) else {},
    )


@lru_cache(maxsize=64)
def _ends_of(relation: str, lasting: frozenset[str]) -> Prepared:
    """The question for the open records behind a relation, without those of kinds that live on."""
    here, there = ("target", "source") if relation.startswith("<") else ("source", "target")

    def build(record: int) -> QuerySet[Link, Any]:
        rows = Link.everywhere.filter(
            **{f"{here}_id": record, "relation": relation[1:], f"{there}__phase__lt": Phase.DONE}
        )
        return rows.exclude(**{f"{there}__kind__in": lasting}).values_list(f"{there}_id")[:OPEN_ENDS_NAMED]

    return Prepared(build, record=int)


def _open_ends(actor: Actor, record: Record, relations: set[str]) -> dict[str, tuple[str, ...]]:
    """What is still open behind each relation: numbers of what the actor sees, and no more than a word for the rest."""
    lasting = frozenset(sheet.kind for sheet in registry.all_types() if sheet.lives_on)
    found: dict[str, tuple[str, ...]] = {}
    for relation in sorted(relations):
        ends = [pk for (pk,) in _ends_of(relation, lasting).rows(record=record.pk)]
        seen = scope.seen_of(actor, ends) if ends else {}
        named = sorted(row.number for row in seen.values())
        found[relation] = (*named, *([_("another record")] if len(named) < len(ends) else []))
    return found


def verdicts(actor: Actor, record: Record) -> list[Verdict]:
    """A verdict for each move from the present state."""
    return life.verdicts(registry.get(record.kind).lifecycle, standing(actor, record))


def reasons(actor: Actor, record: Record, verdict: Verdict) -> list[str]:
    """Why a move is shut, in sentences, with who could make it."""
    return reasons_each(actor, record, [verdict])[0]


def reasons_each(actor: Actor, record: Record, found: Sequence[Verdict]) -> list[list[str]]:
    """The same for several moves at once: those who could make them are asked for together."""
    sheet = registry.get(record.kind)
    verbs = {why.values["verb"] for one in found for why in one.reasons if why.code == "permission"}
    holding = who_may_each(record, sorted(verbs), but=actor.person_id)
    apart: dict[tuple[Any, ...], str] = {}

    def who(move: life.Move, why: life.Reason) -> str:
        if why.code == "permission":
            return holding[why.values["verb"]]
        if why.code == "independent":
            asked = (move.verb or move.code, move.or_party, move.independent_of)
            if asked not in apart:
                apart[asked] = _who_else(actor, record, move)
            return apart[asked]
        return ""

    return [[wording.reason(sheet, why, who(one.move, why)) for why in one.reasons] for one in found]


def _who_else(actor: Actor, record: Record, move: life.Move) -> str:
    """Who may make a move that is shut to the actor for being no stranger to it: whoever has the part, or the right."""
    parties = registry.get(record.kind).parties(record)

    def of(names: Iterable[str]) -> set[int]:
        return {one for name in names for one in parties.get(name, ())}

    barred = of(move.independent_of) | actor.persons
    called = registry.get(record.kind).waits_for(record, move)
    if named := (of(move.or_party) if called is None else called) - barred:
        people = Person.objects.filter(pk__in=named, is_active=True).order_by("name")
        return _(" or ").join(people.values_list("name", flat=True))
    if called is not None:
        return ""
    verb = move.verb or move.code
    apart = grants.reaching(record.site_id, record.unit_id) & ~Q(person_id__in=barred)
    return who_may_hold(record.organisation_id, f"{record.kind}.{verb}", apart)


def who_may(record: Record, verb: str, *, but: int | None = None, limit: int = 3) -> str:
    """The names of up to `limit` people whose roles give this verb on this record."""
    return who_may_each(record, [verb], but=but, limit=limit)[verb]


def who_may_each(record: Record, verbs: Iterable[str], *, but: int | None = None, limit: int = 3) -> dict[str, str]:
    """The same for several verbs at once (one query, none for no verbs)."""
    here = grants.reaching(record.site_id, record.unit_id)
    names = holders(record.organisation_id, [f"{record.kind}.{verb}" for verb in verbs], here, but=but, limit=limit)
    return {permission.partition(".")[2]: said for permission, said in names.items()}


def who_may_hold(
    organisation_id: int, permission: str, where: Q | None = None, *, but: int | None = None, limit: int = 3
) -> str:
    """The names of up to `limit` people who hold a permission, as far as `where` says their grant reaches."""
    return holders(organisation_id, [permission], where, but=but, limit=limit)[permission]


def holders(
    organisation_id: int, permissions: Iterable[str], where: Q | None = None, *, but: int | None = None, limit: int = 3
) -> dict[str, str]:
    """For each permission the names of up to `limit` people who hold it (one query, none for no permissions)."""
    found: dict[str, list[int]] = {permission: [] for permission in permissions}
    if not found:
        return {}
    today = moment.now().date()
    held = (
        Grant.objects.filter(where or Q(), organisation_id=organisation_id, person__is_active=True)
        .filter(Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today))
        .exclude(person_id=but)
        .order_by("axis", "pk")
        .values_list("person_id", "person__name", "role__permissions", "axis")
    )
    names = {}
    for person_id, name, patterns, axis in held:
        names[person_id] = name
        right = Right(tuple(patterns), axis)
        for permission, people in found.items():
            if person_id not in people and right.gives(permission):
                people.append(person_id)
    return {permission: _(" or ").join(names[pk] for pk in people[:limit]) for permission, people in found.items()}


def move(
    actor: Actor,
    record_id: int,
    code: str,
    *,
    fields: Mapping[str, Any] | None = None,
    reason: str = "",
    proof: signing.Proof | None = None,
    by_service: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> Record:
    """Make one move and return the record as it then stands.

    Moves that a room's own service wraps (`by_hand` false) are made by that service only, with `by_service`; `detail`
    is what such a service has the deed keep.

    Raises NotVisible, Refused (with every reason), or Invalid (a field, the reason or the signature is missing or
    wrong). Two people who press at once: the second finds the state changed and is told so.
    """
    fields = dict(fields or {})
    with write_transaction():
        record = locked(actor, record_id)
        sheet = registry.get(record.kind)
        chosen = _chosen(sheet, record, code)
        if not chosen.by_hand and not by_service:
            raise Refused([not_by_hand(chosen)])
        verdict = life.judge(chosen, standing(actor, record))
        if not verdict.is_open:
            raise Refused(reasons(actor, record, verdict))
        errors = _dialog_errors(actor, sheet, record, chosen, fields, reason)
        also = dict(sheet.also_signed(actor, record, chosen)) if chosen.signature else {}
        shown = signing.content_hash(sheet, record, also) if chosen.signature else ""
        if chosen.signature and not errors:
            signing.check(actor, proof, shown)
        acting_for = _acting_for(actor, sheet, record, chosen)
        before = projections.Before.of(record)
        old = {name: wording.value(sheet, record, name) for name in (*fields, "state")}
        errors |= values.put(actor, sheet, record, fields, required=frozenset(chosen.asks))
        errors |= bounds.wrong(actor, sheet, record, fields.keys() - errors.keys())
        doubts = [] if errors else _doubts(actor, sheet, record, chosen, fields)
        errors |= naming.refusals(doubts)
        if errors:
            raise Invalid(errors)
        # What was shown before, and what the signer has just said: the signature is over both.
        signed = signing.content_hash(sheet, record, also) if chosen.signature else ""
        enter(sheet, record, chosen.target or record.state)
        store(sheet, record, fields)
        changes = [
            history.FieldChange(name, old[name], new)
            for name in old
            if (new := wording.value(sheet, record, name)) != old[name]
        ]
        kept = {**(detail or {}), **({signing.ALSO: also} if also else {})}
        act = history.Act(f"move.{code}", reason, kept, changes, acting_for)
        deed = history.write(actor, record, act)
        naming.note(actor, record, doubts)
        if chosen.signature:
            signing.write(actor, record, deed, str(chosen.signature), signed)
        tasks.finish(actor, record, chosen.finishes, outcome=str(chosen.label))
        for rule in chosen.stops:
            clocks.stop(record, rule, str(chosen.label))
        for rule in chosen.starts:
            clocks.start(record, rule)
        tasks.give_planned(actor, sheet, record, chosen.tasks)
        if record.phase >= Phase.DONE:
            tasks.withdraw(actor, record, outcome=str(chosen.label))
            clocks.stop_all(record, str(chosen.label))
        written, data = projections.Written(sheet, record, before), {"move": code, "from": before.state}
        settle(actor, written, deed, lambda: sheet.moved(actor, record, chosen, fields), code, data)
        if follows := sheet.then(actor, record, chosen, before.state):
            record = move(actor, record_id, follows, by_service=True)
    return record


def _acting_for(actor: Actor, sheet: RecordType, record: Record, chosen: life.Move) -> int | None:
    """Whom a deputy stands in for with this move: the deed names both. None for a right of the actor's own."""
    if actor.person_id is None or not any(right.lent_by for right in actor.rights):
        return None
    if (named := sheet.acts_for(actor, record, chosen)) is not None:
        return named
    parties = sheet.parties(record)
    if any(actor.person_id in parties.get(party, ()) for party in chosen.or_party):
        return None
    verb = f"{record.kind}.{chosen.verb or chosen.code}"
    lenders = {right.lent_by for right in actor.rights_for(verb) if scope.reaches(actor, right, record)}
    return None if None in lenders else min((one for one in lenders if one is not None), default=None)


def not_by_hand(move: life.Move) -> str:
    """Why nobody makes this move as such."""
    said = _("“%(move)s” is not made here: it follows from other work, or has a page of its own.")
    return said % {"move": move.label}


def _doubts(
    actor: Actor, sheet: RecordType, record: Record, chosen: life.Move, fields: Mapping[str, Any]
) -> list[tuple[naming.Naming, naming.Objection]]:
    """What speaks against whom the dialog names, and against whoever signs."""
    named = naming.named(sheet, record, fields)
    if chosen.signature and actor.person_id is not None:
        named.append(naming.Naming(naming.SIGNATORY, "password", actor.person_id))
    return naming.objections(actor, record, named)


def _chosen(sheet: RecordType, record: Record, code: str) -> life.Move:
    try:
        chosen = sheet.lifecycle.move(code)
    except KeyError as error:
        raise Refused([_("%(kind)s has no move “%(code)s”.") % {"kind": sheet.label, "code": code}]) from error
    if record.state not in chosen.sources:
        last = next(iter(history.entries(record, limit=1)), None)
        who = last.actor if last else ""
        raise Refused(
            [
                _("%(number)s is now “%(state)s”, so “%(move)s” is no longer open. Last change by %(who)s.")
                % {
                    "number": record.number,
                    "state": wording.state_label(record.kind, record.state),
                    "move": chosen.label,
                    "who": who or _("the system"),
                }
            ]
        )
    return chosen


def _dialog_errors(
    actor: Actor, sheet: RecordType, record: Record, chosen: life.Move, fields: Mapping[str, Any], reason: str
) -> dict[str, str]:
    errors = {
        name: _("“%(name)s” is not part of this step.") % {"name": sheet.field_label(name)}
        for name in fields
        if name not in (*chosen.asks, *chosen.offers)
    }
    if not reason.strip():
        doubt = sheet.doubt(actor, record, chosen)
        if chosen.reason or doubt:
            why = _("Say why. It is kept in the history of %(number)s.") % {"number": record.number}
            errors["reason"] = f"{doubt} {why}".strip()
    return errors


def _lock(record: int, organisation: int) -> QuerySet[Record, Any]:
    rows = Record.everywhere.select_for_update().filter(pk=record, organisation_id=organisation)
    return rows.values_list("pk", *scope.SCOPE_FIELDS)


# The lock, and no more than scope looks at: every write passes here, and reads the child once, after it.
LOCK = Prepared(_lock, record=int, organisation=int)


@lru_cache(maxsize=64)
def _child(kind: str) -> Prepared:
    return Prepared(lambda record: registry.get(kind).model.everywhere.filter(pk=record), record=int)


def locked(actor: Actor, record_id: int) -> Record:
    """The record as its child model, locked until the transaction ends. Raises NotVisible outside the scope."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A record is locked until its transaction ends: begin one.")
    found = LOCK.rows(record=record_id, organisation=actor.organisation_id)
    if not found or not scope.sees(actor, scope.Glance(*found[0])):
        raise NotVisible
    [record] = _child(found[0][1]).objects(record=record_id)
    return record


def enter(sheet: RecordType, record: Record, state: str) -> None:
    """Put the record into a state, in memory: phase and closing moment follow. Only create, move and import call it."""
    was_closed = record.phase >= Phase.DONE
    record.state = state
    record.phase = sheet.lifecycle.state(state).phase
    if record.phase >= Phase.DONE:
        record.closed_at = record.closed_at if was_closed else moment.now()
    else:
        record.closed_at = None


def store(sheet: RecordType, record: Record, names: Collection[str]) -> None:
    """Write the parent and, if one of its columns is named, the child; the version goes up by one."""
    record.version += 1
    record.changed_at = moment.now()
    if "due_on" in names:
        # A day that somebody chose is no longer that of a clock.
        record.due_at = None
    own = {field.name for field in sheet.own_fields}
    child = [name for name in names if name in own]
    if sheet.category_field in child:
        record.category = str(getattr(record, sheet.category_field) or "")
    parent = {
        field.attname: getattr(record, field.attname)
        for field in Record._meta.local_concrete_fields
        if field.name not in ("id", "organisation", "kind", "number", "opened_at", "raised_by")
    }
    Record.everywhere.filter(pk=record.pk).update(**parent)
    if child:
        columns = {sheet.model._meta.get_field(name).attname: name for name in child}  # type: ignore[union-attr]
        sheet.model.everywhere.filter(pk=record.pk).update(**{attname: getattr(record, attname) for attname in columns})
