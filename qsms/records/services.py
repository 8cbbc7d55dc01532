"""The verbs that write records: create, edit, assign, link, comment. Web, API, import and jobs all call these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, models
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Person
from qsms.rules.lifecycle import Phase

from . import (
    bounds,
    history,
    holding,
    moves,
    naming,
    numbers,
    reading,
    registry,
    scope,
    tasks,
    values,
    wording,
)
from .choices import Relation
from .errors import Invalid, NotVisible, Refused, Stale
from .models import Comment, Link, Once, Record
from .moves import move
from .projections import Before, Written
from .registry import RecordType
from .settling import settle

__all__ = ["assign", "comment", "create", "edit", "find", "link", "move", "unlink"]


def find(actor: Actor, kind: str, key: int | str) -> Record:
    """The record of a kind with this id or number, as its child model. Raises NotVisible outside the scope."""
    return reading.opened(actor, kind, str(key)).record


def create(
    actor: Actor,
    kind: str,
    given: Mapping[str, Any],
    *,
    once: str = "",
    raised_by_id: int | None = None,
    extra: Mapping[str, Any] | None = None,
    fixed: Mapping[str, Any] | None = None,
    state: str = "",
    raised_from: Record | None = None,
    relation: str = Relation.RAISED_FROM,
    reason: str = "",
) -> Record:
    """Make a record and return it.

    `given` are the form's values; `fixed` are columns that no form offers, set by the room's own service. `once` is an
    idempotency key: the same key and values from the same sender answer with the record of the first time. With
    `raised_from`, the new record is linked to it in the same transaction. Raises Refused or Invalid.
    """
    sheet = registry.get(kind)
    if not actor.holds(f"{kind}.create"):
        raise Refused([_("You may not create this. Ask a manager of your organisation.")])
    digest = _digest(given) if once else ""
    known = _made_before(actor, once, digest)
    if known is not None:
        return known
    now = moment.now()
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    record = sheet.model(
        organisation_id=actor.organisation_id,
        kind=kind,
        opened_at=now,
        changed_at=now,
        raised_by_id=raised_by_id if raised_by_id is not None else actor.person_id,
        extra=dict(extra or {}),
    )
    record.tenant_id = actor.organisation_id  # type: ignore[attr-defined]
    for name, value in (fixed or {}).items():
        setattr(record, name, value)
    filled = {**sheet.defaults(actor), **given}
    errors = values.put(actor, sheet, record, filled, required=sheet.required)
    given_too_early = holding.answers_of_others(sheet)
    errors |= {name: said for name, said in given_too_early.items() if not values.is_empty(filled.get(name))}
    errors |= bounds.wrong(actor, sheet, record, filled.keys() - errors.keys())
    doubts = naming.objections(actor, record, naming.named(sheet, record, filled)) if not errors else []
    errors |= naming.refusals(doubts)
    if errors:
        raise Invalid(errors)
    if raised_from is not None:
        _keep_secret(actor, sheet, record, raised_from)
    _may_create_here(actor, sheet, record)
    if sheet.category_field:
        record.category = str(getattr(record, sheet.category_field) or "")
    moves.enter(sheet, record, state or sheet.lifecycle.initial)
    sheet.prepare(actor, record)
    # On PostgreSQL the number is taken before the transaction, so that creates do not queue behind the counter.
    early = connection.vendor == "postgresql" and not sheet.gap_free_numbers
    if early:
        record.number = _number(organisation, sheet, now.year)
    try:
        with write_transaction():
            if not early:
                record.number = _number(organisation, sheet, now.year)
            record.save(force_insert=True)
            if once:
                Once(
                    organisation_id=actor.organisation_id, sender=_sender(actor), key=once, digest=digest,
                    record_id=record.pk, at=now,
                ).save(force_insert=True)  # fmt: skip
            first = {name: text for name in filled if (text := wording.value(sheet, record, name))}
            deed = history.write(actor, record, history.Act(history.CREATED, reason, {"values": first}))
            if raised_from is not None:
                _link(actor, record, raised_from, relation, "")
            naming.note(actor, record, doubts)
            settle(actor, Written(sheet, record, None), deed, lambda: sheet.created(actor, record), "created", {})
    except IntegrityError:
        # The same key was sent twice at the same moment: the other one won.
        known = _made_before(actor, once, digest)
        if known is None:
            raise
        return known
    return record


def _number(organisation: Organisation, sheet: RecordType, year: int) -> str:
    value = numbers.take(organisation.pk, sheet.kind, year)[0]
    return numbers.word(numbers.pattern_of(organisation, sheet.kind), sheet.prefix, year, value)


def _may_create_here(actor: Actor, sheet: RecordType, record: Record) -> None:
    """Somebody whose right to create covers one site makes records of that site; own reach covers own records."""
    if actor.is_system:
        return
    rights = actor.rights_for(f"{sheet.kind}.create")
    if not any(right.axis == "own" or scope.reaches(actor, right, record) for right in rights):
        raise Invalid({"site": _("You may create this for your own site only. Choose your site.")})


def _keep_secret(actor: Actor, sheet: RecordType, record: Record, source: Record) -> None:
    """What is raised from a secret is one too, unless somebody who may see secrets says otherwise."""
    if not source.confidential or record.confidential or holding.CONFIDENTIAL not in sheet.writable:
        return
    if not holding.may_open_up(actor, source):
        said = _("%(number)s is confidential, so what is raised from it is too. Tick “%(field)s”.")
        label = sheet.field_label(holding.CONFIDENTIAL)
        raise Invalid({holding.CONFIDENTIAL: said % {"number": source.number, "field": label}})


def _sender(actor: Actor) -> str:
    return str(actor.person_id or actor.label)


def _digest(given: Mapping[str, Any]) -> str:
    plain = {k: v.pk if isinstance(v, models.Model) else str(v) for k, v in given.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _made_before(actor: Actor, once: str, digest: str) -> Record | None:
    if not once:
        return None
    row = Once.everywhere.filter(organisation_id=actor.organisation_id, sender=_sender(actor), key=once).first()
    if row is None:
        return None
    if row.digest != digest:
        raise Invalid({"": _("This key was used before with other values. Send a new key with new values.")})
    kind = Record.everywhere.values_list("kind", flat=True).get(pk=row.record_id)
    return registry.get(kind).model.everywhere.get(pk=row.record_id)  # type: ignore[no-any-return]


def edit(
    actor: Actor,
    record_id: int,
    version: int,
    given: Mapping[str, Any],
    *,
    reason: str = "",
    verb: str = "change",
    extra: Mapping[str, Any] | None = None,
) -> Record:
    """Change fields of a record, starting from the version the editor saw.

    A newer version is no obstacle unless somebody else changed the same fields to something else: then Stale is raised
    with both sides and nothing is written. Raises NotVisible, Refused, Invalid.
    """
    with write_transaction():
        record = moves.locked(actor, record_id)
        sheet = registry.get(record.kind)
        _check_may(actor, verb, record)
        _check_open(record)
        before = Before.of(record)
        held, weighty = holding.held(actor, sheet, record), holding.weighty(actor, sheet, record)
        old = {name: wording.value(sheet, record, name) for name in given}
        raw = {name: _raw(record, name) for name in given}
        errors = values.put(actor, sheet, record, given, required=sheet.required & given.keys())
        if errors:
            raise Invalid(errors)
        new = {name: wording.value(sheet, record, name) for name in given}
        touched = [name for name in given if _raw(record, name) != raw[name]]
        if wrong := bounds.wrong(actor, sheet, record, touched):
            raise Invalid(wrong)
        _leave_alone(touched, held, weighty, reason)
        if extra is not None and dict(extra) != record.extra:
            old["extra"], record.extra = wording.plain(record.extra), dict(extra)
            new["extra"] = wording.plain(record.extra)
            touched.append("extra")
        if version != record.version:
            _refuse_clash(record, version, touched, new, old)
        if not touched:
            return record
        doubts = naming.objections(actor, record, naming.named(sheet, record, touched))
        if refused := naming.refusals(doubts):
            raise Invalid(refused)
        # Somebody whose reach ends at a site cannot push a record out of it, or into another's.
        _check_may(actor, verb, record)
        moves.store(sheet, record, touched)
        changes = [history.FieldChange(name, old[name], new[name]) for name in touched]
        deed = history.write(actor, record, history.Act(history.EDITED, reason, changes=changes))
        _hand_on(record, before.owner_id)
        naming.note(actor, record, doubts)
        written = Written(sheet, record, before)
        settle(actor, written, deed, lambda: sheet.edited(actor, record, touched), "edited", {"fields": touched})
    return record


def _raw(record: Record, name: str) -> Any:
    field = record._meta.get_field(name)
    return getattr(record, field.attname if isinstance(field, models.Field) else name)


def _leave_alone(touched: Sequence[str], held: Mapping[str, str], weighty: Mapping[str, str], reason: str) -> None:
    if wrong := {name: held[name] for name in touched if name in held}:
        raise Invalid(wrong)
    asked = [weighty[name] for name in touched if name in weighty]
    if asked and not reason.strip():
        raise Invalid({"reason": asked[0]})


def _refuse_clash(
    record: Record, version: int, touched: Sequence[str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> None:
    since = list(history.changed_since(record, version))
    clash = {name for name, _who, _at in since} & set(touched)
    if clash:
        _name, who, at = next(row for row in reversed(since) if row[0] in clash)
        raise Stale(record.version, {n: mine[n] for n in sorted(clash)}, {n: theirs[n] for n in sorted(clash)}, who, at)


def _check_may(actor: Actor, verb: str, record: Record) -> None:
    if not scope.may(actor, verb, record):
        if registry.get(record.kind).may(actor, verb, record) is False:
            # The room says no to everybody: there is nobody to ask.
            said = _("%(number)s is “%(state)s”, and is not changed there.")
            state = wording.state_label(record.kind, record.state)
            raise Refused([said % {"number": record.number, "state": state}])
        who = moves.who_may(record, verb, but=actor.person_id)
        said = _("You may not change this record. Ask %(who)s.") % {"who": who} if who else ""
        raise Refused([said or _("You may not change this record.")])


def _check_open(record: Record) -> None:
    if record.phase >= Phase.DONE:
        raise Refused([_("%(number)s is closed. Open it again to change it.") % {"number": record.number}])


def assign(actor: Actor, record_id: int, person_id: int, *, reason: str = "") -> Record:
    """Give a record to an owner, who gets to know. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        record = moves.locked(actor, record_id)
        sheet = registry.get(record.kind)
        _check_may(actor, "assign", record)
        _check_open(record)
        person = Person.objects.filter(pk=person_id, organisation_id=actor.organisation_id, is_active=True).first()
        if person is None:
            raise Invalid({"owner": _("This person is not in your organisation. Choose somebody from the list.")})
        if person.pk == record.owner_id:
            return record
        before = Before.of(record)
        old = wording.value(sheet, record, "owner")
        record.owner = person
        wrong = sheet.clean(actor, record, {"owner": person})
        if "owner" in wrong:
            raise Invalid({"owner": wrong["owner"]})
        doubts = naming.objections(actor, record, naming.named(sheet, record, ("owner",)))
        if refused := naming.refusals(doubts):
            raise Invalid(refused)
        moves.store(sheet, record, ("owner",))
        change = history.FieldChange("owner", old, person.name)
        deed = history.write(actor, record, history.Act(history.ASSIGNED, reason, changes=[change]))
        naming.note(actor, record, doubts)
        _hand_on(record, before.owner_id)
        written, data = Written(sheet, record, before), {"to": person.pk, "from": before.owner_id}
        settle(actor, written, deed, lambda: sheet.edited(actor, record, ("owner",)), "assigned", data)
    return record


def _hand_on(record: Record, former_id: int | None) -> None:
    """What waited for the former owner now waits for the new one."""
    if former_id is not None and record.owner_id not in (None, former_id):
        tasks.hand_on(record, former_id, record.owner_id)


def link(actor: Actor, source_id: int, target_id: int, relation: str, *, reason: str = "") -> Link:
    """Say that `source` stands in `relation` to `target`. Both must be visible, and the source linkable."""
    if relation not in Relation.values:
        raise Invalid({"relation": _("“%(word)s” is not a relation. Choose one from the list.") % {"word": relation}})
    with write_transaction():
        source, target = moves.locked(actor, source_id), moves.locked(actor, target_id)
        if source.pk == target.pk:
            raise Invalid({"target": _("A record cannot be linked to itself. Choose another one.")})
        _check_may(actor, "link", source)
        return _link(actor, source, target, relation, reason)


def _link(actor: Actor, source: Record, target: Record, relation: str, reason: str) -> Link:
    existing: Link | None = Link.everywhere.filter(source=source.pk, target=target.pk, relation=relation).first()
    if existing is not None:
        return existing
    made = Link(
        organisation_id=source.organisation_id, source_id=source.pk, target_id=target.pk, relation=relation,
        reason=reason[:500], by_id=actor.person_id, at=moment.now(),
    )  # fmt: skip
    made.save(force_insert=True)
    for here, there, outward in ((source, target, True), (target, source, False)):
        detail = {"relation": relation, "outward": outward, "other": there.pk}
        deed = history.write(actor, here, history.Act(history.LINKED, reason, detail))
        if outward:
            history.tell(actor, here, deed, f"{here.kind}.linked", {"other": there.pk, "relation": relation})
    return made


def unlink(actor: Actor, link_id: int, *, reason: str) -> None:
    """Take a link away; both histories keep that it stood and why it went. A reason is needed."""
    if not reason.strip():
        raise Invalid({"reason": _("Say why the link goes. It is kept in the history.")})
    with write_transaction():
        row = Link.everywhere.filter(pk=link_id, organisation_id=actor.organisation_id).first()
        if row is None:
            raise NotVisible
        source, target = moves.locked(actor, row.source_id), moves.locked(actor, row.target_id)
        _check_may(actor, "link", source)
        row.delete()
        for here, there, outward in ((source, target, True), (target, source, False)):
            detail = {"relation": row.relation, "outward": outward, "other": there.pk}
            history.write(actor, here, history.Act(history.UNLINKED, reason, detail))
        registry.get(source.kind).unlinked(actor, source, target, row.relation)


def comment(actor: Actor, record_id: int, text: str, *, mentions: Sequence[int] = ()) -> Comment:
    """Add a comment. People who are mentioned are told, if they may see the record."""
    if not text.strip():
        raise Invalid({"text": _("The comment is empty. Write something first.")})
    with write_transaction():
        record = moves.locked(actor, record_id)
        people = Person.objects.filter(pk__in=mentions, organisation_id=actor.organisation_id, is_active=True)
        made = Comment(
            organisation_id=record.organisation_id, record_id=record.pk, by_id=actor.person_id, at=moment.now(),
            text=text.replace("\x00", ""), mentions=sorted(people.values_list("pk", flat=True)),
        )  # fmt: skip
        made.save(force_insert=True)
        deed = history.write(actor, record, history.Act(history.COMMENTED, detail={"comment": made.pk}))
        history.tell(actor, record, deed, f"{record.kind}.commented", {"comment": made.pk, "mentions": made.mentions})
    return made
