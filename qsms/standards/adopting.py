"""Adopting an edition, leaving requirements of it out, and taking a newer text over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org import names
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.org.models import Organisation
from qsms.records import history, moves, projections, registry, scope, services, wording
from qsms.records.errors import Invalid, NotVisible, Pointed, Refused
from qsms.records.models import Record
from qsms.rules import framework_data
from qsms.rules.frameworks import Framework
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses as pages

from . import library, shipped
from .choices import OWN
from .models import Adoption, Edition, Exclusion

KIND = "adoption"
EXCLUDED, INCLUDED, RENEWED = "requirement_excluded", "requirement_included", "text_renewed"
PLACED = "adoption_placed"


def adopt(actor: Actor, key: str, more: Mapping[str, Any] | None = None) -> Record:
    """Begin to work to an edition; the adoption stands in preparation. `more` are further values, such as its site.

    Raises NotVisible, Refused, Invalid.
    """
    row = library.find(actor.organisation_id, key)
    framework = {"framework": OWN, "own_edition": key} if row.organisation_id else {"framework": key}
    given = {"title": row.title, "owner": actor.person_id, **framework, **(more or {})}
    return services.create(actor, KIND, given)


def twin(actor: Actor, adoption: Adoption) -> Adoption | None:
    """Another adoption of the edition for the very same places, as far as the actor sees it and it is not over."""
    rows = scope.visible(actor, KIND).filter(
        framework=adoption.framework, own_edition=adoption.own_edition, unit=adoption.unit_id, phase__lt=Phase.DONE
    )
    held = (adoption.sites, adoption.processes)
    others = rows.exclude(pk=adoption.pk).order_by("pk")
    return next((one for one in others if (one.sites, one.processes) == held), None)


def twin_words(other: Adoption) -> str:
    """Why the same is not adopted again, with the way to what is there."""
    said = _(
        "%(number)s is the adoption of this edition for these places already. Go on there, or choose another site, "
        "unit or process."
    )
    return Pointed(said % {"number": other.number}, other.number, pages.record(other))


def refuse_twin(actor: Actor, adoption: Adoption) -> None:
    """Raise Invalid where another adoption is the same. Two people who adopt at once wait for each other here."""
    list(Organisation.objects.select_for_update(no_key=True).filter(pk=adoption.organisation_id))
    other = twin(actor, adoption)
    if other is not None:
        raise Invalid({"site": twin_words(other)})


def live(actor: Actor) -> list[Adoption]:
    """The adoptions that the actor may read and that are neither left nor void, the oldest first."""
    living = FilteredRelation("exclusions", condition=Q(exclusions__ended_at=None))
    rows = scope.visible(actor, KIND).filter(phase__lt=Phase.DONE).annotate(left_out=living)
    found: dict[int, Adoption] = {}
    # An adoption comes once for each of its exclusions, and without one has none on it.
    for one in rows.select_related("left_out__by").order_by("pk", "left_out__pk"):
        _noted(found.setdefault(one.pk, one), getattr(one, "left_out", None))
    if _narrow(actor):
        every = Adoption.everywhere.filter(organisation_id=actor.organisation_id, kind=KIND, phase__lt=Phase.DONE)
        found |= {one.pk: one for one in every if one.pk not in found and holds_for(actor, one)}
    return [found[pk] for pk in sorted(found)]


def find(actor: Actor, number: str) -> Adoption:
    """The adoption of this number, where the actor may read its coverage. Raises NotVisible."""
    try:
        found = services.find(actor, KIND, number)
    except NotVisible:
        if not _narrow(actor):
            raise
        rows = Adoption.everywhere.filter(organisation_id=actor.organisation_id, kind=KIND, number=number)
        for one in rows:
            if holds_for(actor, one):
                return one
        raise
    assert isinstance(found, Adoption)
    return found


def holds_for(actor: Actor, adoption: Adoption) -> bool:
    """Whether it holds at a place where the actor may see adoptions: who audits a site reads what the site works to.

    That is coverage, from the evidence that they see themselves; the record stays with those whose scope it is in.
    """
    if adoption.confidential or adoption.organisation_id != actor.organisation_id:
        return False
    return any(
        (not adoption.sites or right.site_id in adoption.sites) and adoption.unit_id in (None, right.unit_id)
        for right in _narrow(actor)
    )


def seen(actor: Actor, adoptions: Iterable[Adoption]) -> frozenset[int]:
    """The keys of those whose record the actor sees as well."""
    keys = [one.pk for one in adoptions]
    return frozenset(scope.seen_of(actor, keys) if _narrow(actor) else keys)


def _narrow(actor: Actor) -> list[Right]:
    """The rights to see adoptions at one place alone; none beside a right to see all of them."""
    rights = actor.rights_for(f"{KIND}.view")
    if any(right.axis == Axis.ALL for right in rights):
        return []
    return [right for right in rights if right.axis in (Axis.SITE, Axis.UNIT)]


def adopters(organisation_id: int) -> str:
    """Who may adopt a standard, by name; empty where nobody may."""
    return moves.holders(organisation_id, (f"{KIND}.create",))[f"{KIND}.create"]


def _noted(adoption: Adoption, exclusion: Exclusion | None) -> None:
    """Tell an adoption what it leaves out, for those who ask about it with the same object."""
    known = adoption.__dict__.setdefault("_left_out", {})
    if exclusion is not None:
        known[exclusion.number] = exclusion


def excluded(adoptions: list[Adoption]) -> Mapping[int, Mapping[str, Exclusion]]:
    """What each of these adoptions leaves out: number -> exclusion, by the key of the adoption.

    One query, none where all of them came from `live`.
    """
    found: dict[int, dict[str, Exclusion]] = {one.pk: one.__dict__.get("_left_out", {}) for one in adoptions}
    unknown = [one.pk for one in adoptions if "_left_out" not in one.__dict__]
    if unknown:
        rows = Exclusion.everywhere.filter(adoption_id__in=unknown, ended_at=None).select_related("by")
        for row in rows.order_by("pk"):
            found[row.adoption_id][row.number] = row
    return found


def held_at(adoption: Adoption) -> list[str]:
    """The names of the sites and processes that it holds for; none means all of them."""
    return [
        names.places(what, adoption.organisation_id).get(pk, "?")
        for what, held in (("site", adoption.sites), ("process", adoption.processes))
        for pk in sorted(held)
    ]


def may_leave_out(framework: Framework, number: str) -> bool:
    """Whether the framework lets an organisation leave this out by choice; of an unknown one that is for the reader."""
    rule = shipped.exclusion_rules().get(framework.key)
    return rule is None or rule.allows(framework, number)


def check_may_leave_out(framework: Framework, number: str) -> None:
    """Raise NotVisible where there is no such requirement, Refused with the rule where it may not be left out."""
    if number not in framework.by_number:
        raise NotVisible
    if not may_leave_out(framework, number):
        raise Refused([why_not(framework, number)])


def why_not(framework: Framework, number: str) -> str:
    """Why a number that the framework has a rule for may not be left out, and what to do instead."""
    return wording.sentence(shipped.exclusion_rules()[framework.key].refusal(number))


def asked_reason(framework: Framework) -> str:
    """What the justification has to say, as the framework asks."""
    rule = shipped.exclusion_rules().get(framework.key)
    if rule is None:
        return _("No rule is known here of what may be left out of it. Look it up in the standard.")
    return rule.reason


def sorted_out(
    framework: Framework, exclusions: Mapping[str, Exclusion]
) -> tuple[dict[str, Exclusion], dict[str, Exclusion]]:
    """What is left out and may be; and what was left out before anybody asked whether it may, which counts."""
    allowed = {number: one for number, one in exclusions.items() if _may_stay_out(framework, number)}
    return allowed, {number: one for number, one in exclusions.items() if number not in allowed}


def _may_stay_out(framework: Framework, number: str) -> bool:
    return number not in framework.by_number or may_leave_out(framework, number)


def exclude(actor: Actor, record_id: int, number: str, why: str) -> Exclusion:
    """Leave a requirement out, with all below it, for a reason that an auditor can follow (ISO 9001 4.3).

    Raises NotVisible, Invalid, and Refused where the framework lets nobody leave it out.
    """
    with write_transaction():
        adoption = _changeable(actor, record_id)
        framework = library.editions(actor.organisation_id, {adoption.key: adoption.revision})[adoption.key].rule
        check_may_leave_out(framework, number)
        if len(why.strip()) < 10:
            raise Invalid({"why": _("Say why it does not apply here, so that an auditor can follow it.")})
        known = Exclusion.everywhere.filter(adoption=adoption, number=number, ended_at=None).first()
        if known is not None:
            raise Invalid({"why": _("“%(number)s” is left out already.") % {"number": number}})
        made = Exclusion.everywhere.create(
            organisation_id=actor.organisation_id, adoption=adoption, number=number, why=why.strip(),
            by_id=actor.person_id, at=moment.now(),
        )  # fmt: skip
        history.write(actor, adoption, history.Act(EXCLUDED, why.strip()[:500], {"what": number}))
    return made


def include(actor: Actor, record_id: int, number: str) -> None:
    """Take an exclusion back. Raises NotVisible when there is none."""
    with write_transaction():
        adoption = _changeable(actor, record_id)
        rows = Exclusion.everywhere.filter(adoption=adoption, number=number, ended_at=None)
        if not rows.update(ended_at=moment.now()):
            raise NotVisible
        history.write(actor, adoption, history.Act(INCLUDED, detail={"what": number}))


def newer(adoption: Adoption, known: Mapping[str, Edition] | None = None, crosswalk: int = 0) -> list[str]:
    """What a newer revision of the adopted text changes, in sentences; empty when there is none.

    `known` are the newest editions by key, and `crosswalk` its newest revision, where they were read already.
    """
    row, said = (known or library.newest(adoption.organisation_id)).get(adoption.key), []
    if row is not None and row.revision > adoption.revision:
        before = library.editions(adoption.organisation_id, {adoption.key: adoption.revision})[adoption.key].rule
        for number, one in row.rule.by_number.items():
            if number not in before.by_number:
                said.append(_("%(number)s %(title)s is new.") % {"number": number, "title": one.title})
            elif one != before.by_number[number]:
                said.append(_("%(number)s %(title)s is worded anew.") % {"number": number, "title": one.title})
        gone = [number for number in before.by_number if number not in row.rule.by_number]
        said += [_("%(number)s is gone.") % {"number": number} for number in gone]
        if not said and framework_data.checksum(before) != row.checksum:
            said.append(_("What is said about the edition as a whole is worded anew."))
    if (crosswalk or library.crosswalk().revision) > adoption.crosswalk_revision:
        said.append(_("The crosswalk between standards was revised."))
    return said


def renew(actor: Actor, record_id: int) -> Adoption:
    """Take the newest text and crosswalk over. Evidence and exclusions stay with their numbers."""
    with write_transaction():
        adoption = _changeable(actor, record_id)
        changes = newer(adoption, library.newest(adoption.organisation_id))
        if not changes:
            return adoption
        sheet, before = registry.get(KIND), projections.Before.of(adoption)
        adoption.revision = library.find(actor.organisation_id, adoption.key).revision
        adoption.crosswalk_revision = library.crosswalk().revision
        moves.store(sheet, adoption, ("revision", "crosswalk_revision"))
        detail = {"revision": adoption.revision, "crosswalk": adoption.crosswalk_revision}
        history.write(actor, adoption, history.Act(RENEWED, " ".join(changes)[:500], detail))
        projections.run([projections.Written(sheet, adoption, before)])
    return adoption


def place(actor: Actor, record_id: int, sites: Iterable[int], processes: Iterable[int]) -> Adoption:
    """Say for which sites and processes it holds beside the record's own. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        adoption = _changeable(actor, record_id)
        wanted = {
            "site": sorted(set(sites) - {adoption.site_id}), "process": sorted(set(processes) - {adoption.process_id})
        }  # fmt: skip
        main = {"site": adoption.site_id, "process": adoption.process_id}
        for what, keys in wanted.items():
            known = names.places(what, actor.organisation_id)
            if not set(keys) <= known.keys():
                raise Invalid({what: _("This place is not in your organisation. Choose one from the list.")})
            if keys and main[what] is None:
                said = _("It holds for all of them now. Edit the adoption and name the first one there.")
                raise Invalid({what: said})
        if (wanted["site"], wanted["process"]) == (adoption.also_sites, adoption.also_processes):
            return adoption
        sheet, before = registry.get(KIND), projections.Before.of(adoption)
        changes = [
            # By the column's own name: its place itself is the same as before.
            history.FieldChange(name, _named(actor, what, old), _named(actor, what, wanted[what]))
            for what, name, old in (
                ("site", "also_sites", adoption.also_sites),
                ("process", "also_processes", adoption.also_processes),
            )
            if old != wanted[what]
        ]
        adoption.also_sites, adoption.also_processes = wanted["site"], wanted["process"]
        refuse_twin(actor, adoption)
        moves.store(sheet, adoption, ("also_sites", "also_processes"))
        history.write(actor, adoption, history.Act(PLACED, changes=changes))
        projections.run([projections.Written(sheet, adoption, before)])
    return adoption


def _named(actor: Actor, what: str, keys: Iterable[int]) -> str:
    known = names.places(what, actor.organisation_id)
    return ", ".join(known.get(key, "?") for key in keys)


def _changeable(actor: Actor, record_id: int) -> Adoption:
    adoption = moves.locked(actor, record_id)
    if not isinstance(adoption, Adoption):
        raise NotVisible
    if not scope.may(actor, "change", adoption):
        raise Refused([_("You may not change what is adopted. Ask the owner of %(n)s.") % {"n": adoption.number}])
    if adoption.phase >= Phase.DONE:
        raise Refused([_("%(number)s is closed. Open it again to change it.") % {"number": adoption.number}])
    return adoption
