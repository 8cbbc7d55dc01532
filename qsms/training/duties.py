"""Whether somebody may take a part: the check that the spine asks when a person is named, and what is told then."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import naming, registry, scope
from qsms.records.models import Record
from qsms.records.naming import Naming, Objection

from . import standing
from .choices import Duty, Policy
from .models import Course, Renewal, Requirement
from .proofs import Stand


@dataclass(frozen=True, slots=True)
class Lapse:
    """A course in which somebody is not current, though it is asked of them for a duty or by their role."""

    course_id: int
    title: str
    policy: str
    stand: Stand
    confidential: bool = False

    def said(self, *, named: bool) -> str:
        """How it stands, as the rest of a sentence; a confidential course is `named` to those who may see it alone."""
        course = _("“%(course)s”") % {"course": self.title} if named or not self.confidential else ""
        if self.stand.ends_on is not None:
            said = _("%(course)s expired on %(day)s")
            day = date_format(self.stand.ends_on, "j M Y")
            return said % {"course": course or _("a confidential course"), "day": day}
        return _("%(course)s is missing") % {"course": course or _("a confidential course")}


def offered() -> list[Duty]:
    """The duties that somebody can be named to: signing, and what is a part of some kind of record. Training that is
    asked for any other one would be asked of nobody."""
    parts = {naming.SIGNATORY, *(part for sheet in registry.all_types() for part in sheet.party_fields)}
    return [duty for duty in Duty if duty.value in parts]


def lapses(organisation_id: int, person_id: int, duty: str) -> list[Lapse]:
    """What keeps a person from a duty: what is asked for the duty itself, and what their role may not go without.

    Three queries where nothing is asked of anybody.
    """
    asked: dict[int, str] = {}
    rows = Requirement.everywhere.filter(
        organisation_id=organisation_id, duty=duty, ended_at=None, course__state=standing.IN_USE
    )
    for course, policy in rows.values_list("course_id", "policy"):
        if asked.get(course) != Policy.BLOCK:
            asked[course] = policy
    today = standing.day_here(organisation_id)
    mine = standing.needs(organisation_id, today, [person_id]).get(person_id, {})
    changed = Renewal.everywhere.filter(course_id__in=list(mine), policy=Policy.BLOCK, since__lte=today)
    strict = {course for course, need in mine.items() if need.policy == Policy.BLOCK}
    strict |= set(changed.values_list("course_id", flat=True)) if mine else set()
    asked |= dict.fromkeys(strict, Policy.BLOCK.value)
    if not asked:
        return []
    found = standing.stands(organisation_id, today, {person_id: asked})
    lacking = {course: found[person_id, course] for course in asked if not found[person_id, course].is_current}
    courses = Course.everywhere.in_bulk(list(lacking)) if lacking else {}
    return [Lapse(pk, courses[pk].title, asked[pk], stand, courses[pk].confidential) for pk, stand in lacking.items()]


@naming.check(*Duty.values)
def may_take(actor: Actor, record: Record, named: Naming) -> Objection | None:
    """The spine's question: what of their training speaks against this person taking this part."""
    lacking = lapses(record.organisation_id, named.person_id, named.part)
    if not lacking:
        return None
    blocks = any(one.policy == Policy.BLOCK for one in lacking)
    [name] = standing.names_of([named.person_id]).values()
    # What is let pass stands in the history, which others read.
    secret = [one.course_id for one in lacking if one.confidential] if blocks else []
    seen = scope.seen_of(actor, secret)
    why = "; ".join(one.said(named=one.course_id in seen) for one in lacking)
    if named.part == naming.SIGNATORY and named.person_id == actor.person_id:
        said = _("You are not current: %(why)s. See to it under “My training”, or ask somebody else to sign.")
        return Objection(said % {"why": why}, blocks)
    said = _("%(name)s is not current: %(why)s. Choose another person, or see to the training first.")
    return Objection(said % {"name": name, "why": why}, blocks)
