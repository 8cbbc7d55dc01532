"""Requirements as other rooms name and reach them: of a record, at a number, and where the same is asked elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.rules.crossing import surely
from qsms.rules.crosswalk import Crosswalk
from qsms.rules.evidence import freshness, level
from qsms.rules.frameworks import Framework, Reference

from . import addresses, adopting, binding, elsewhere, library, stored
from .choices import RELATIONS
from .models import Adoption, Edition, Evidence


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement as a line names it. `why` says what it has to do with what the line stands under."""

    standard: str
    number: str
    title: str
    url: str
    why: str = ""


def requirement(actor: Actor, clause: Reference) -> Requirement:
    """One requirement of the newest revision of an edition. Raises NotVisible."""
    library.check_sees(actor)
    rule = library.find(actor.organisation_id, clause.framework).rule
    if clause.number not in rule.by_number:
        raise NotVisible
    return _named(rule, clause.number)


def requirements_of(actor: Actor, record: Record) -> list[Requirement]:
    """What a record is evidence for, by standard and number; nothing to who may not look into standards (one query)."""
    if not actor.holds(library.VIEW) or not scope.sees(actor, record):
        return []
    mine = Edition.everywhere.filter(Q(organisation_id=actor.organisation_id) | Q(organisation=None))
    newest = mine.alias(at=Concat("code", Value("/"), "edition")).filter(at=OuterRef("framework")).order_by("-revision")
    rows = Evidence.everywhere.filter(
        organisation_id=actor.organisation_id, record_id=record.pk, ended_at=None
    ).annotate(key=Subquery(newest.values("pk")[:1]), checksum=Subquery(newest.values("checksum")[:1]))
    found = set(rows.exclude(key=None).values_list("key", "checksum", "number"))
    rules = {key: stored.framework(Edition, key, checksum) for key, checksum, _number in found}
    places = {key: {number: place for place, number in enumerate(rule.by_number)} for key, rule in rules.items()}
    known = [(rules[key].title, key, places[key][number], number) for key, _, number in found if number in places[key]]
    return [_named(rules[key], number) for _title, key, _place, number in sorted(known)]


def counting(actor: Actor, records: Iterable[Record]) -> list[Requirement]:
    """What records are evidence for, and what that counts for through the crosswalk in standards that are worked to
    here, told as such: by standard and number (four queries)."""
    if not actor.holds(library.VIEW):
        return []
    pieces = binding.pieces(actor, Q(record_id__in=[one.pk for one in records]))
    live = adopting.live(actor)
    rows = library.newest(actor.organisation_id)
    crosswalk = library.relations(actor.organisation_id, rows.values())
    rules = {key: row.rule for key, row in rows.items()}
    found = {one.at: "" for one in pieces}
    today = moment.now().astimezone(actor.tz).date()
    for adoption in live:
        for there, words in _lent(crosswalk, adoption, binding.counted(pieces, adoption), rules, today):
            if found.get(there) != "":
                found[there] = " ".join(dict.fromkeys([*filter(None, [found.get(there)]), words]))
    return [
        replace(_named(rule, number), why=found[Reference(key, number)])
        for key, rule in rules.items()
        if any(at.framework == key for at in found)
        for number in rule.by_number
        if Reference(key, number) in found
    ]


def _lent(
    crosswalk: Crosswalk, adoption: Adoption, pieces: Iterable[binding.Piece], rules: Mapping[str, Framework],
    today: dt.date,
) -> Iterator[tuple[Reference, str]]:  # fmt: skip
    """What pieces of evidence count for in one adoption, over which pair in words."""
    target = rules.get(adoption.key)
    if target is None:
        return
    allowed, _not_allowed = adopting.sorted_out(target, adopting.excluded([adoption])[adoption.pk])
    out = {below for number in allowed for below in target.subtree(number)}
    for piece in pieces:
        shown = level(piece.rule, freshness(piece.rule, today))
        for one in crosswalk.readings(piece.at, adoption.key):
            if one.there.number in out or one.there.number not in target.by_number or piece.framework not in rules:
                continue
            if surely(one, shown, rules[piece.framework], target):
                here = f"{elsewhere.short_title(rules[piece.framework])} {piece.clause}"
                said = _("Counts through the crosswalk: %(here)s %(relation)s this.")
                yield one.there, said % {"here": here, "relation": RELATIONS[one.relation]}


def shown_by(actor: Actor, clause: Reference) -> list[int]:
    """The records bound to a requirement that the actor sees, oldest evidence first: also what is in preparation."""
    found = (one.record_id for one in binding.at(actor, clause) if not one.is_over)
    return [record_id for record_id in found if record_id is not None]


def asked_elsewhere(actor: Actor, clause: Reference) -> list[Requirement]:
    """Requirements of other editions that a pair of the crosswalk relates with this one."""
    rows = library.newest(actor.organisation_id)
    editions = {key: row.rule for key, row in rows.items()}
    crosswalk = library.relations(actor.organisation_id, rows.values())
    return [
        Requirement(one.other.edition, one.other.number, one.other.title, one.other.url, one.relation)
        for one in elsewhere.related(crosswalk, clause, editions)
    ]


def may_bind(actor: Actor, clause: Reference) -> bool:
    """Whether the actor says what counts as evidence for this edition."""
    return any(scope.may(actor, "evidence", one) for one in adopting.live(actor) if one.key == clause.framework)


def _named(rule: Framework, number: str) -> Requirement:
    title = rule.by_number[number].title
    return Requirement(elsewhere.short_title(rule), number, title, addresses.clause(rule.key, number))
