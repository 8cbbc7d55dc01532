"""Who will be trained once a revision takes effect, told while it is written, sent and signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.documents import doors as documents
from qsms.documents.doors import Caution
from qsms.org.actor import Actor
from qsms.records import scope

from . import requiring, standing, teaching
from .models import OF_PEOPLE, Course, Requirement


@dataclass(frozen=True, slots=True)
class Learners:
    """A course in use that teaches a document, of whom it is asked in words, and how many people those are."""

    course: Course
    whom: tuple[str, ...]
    people: int


def learners(organisation_id: int, document_id: int) -> list[Learners]:
    """The courses through which people learn a new revision of a document, without those asked of nobody who is there.

    Readers are counted as the distribution would reach them today: at most six queries, and those of its rules.
    """
    courses = {one.pk: one for one in teaching.learnt_from(organisation_id, [document_id])}
    rows = Requirement.everywhere.filter(OF_PEOPLE, course_id__in=list(courses), ended_at=None)
    asked = list(rows.select_related("role", "site").order_by("pk"))
    if not asked:
        return []
    wanted: dict[int, set[int]] = {pk: set() for pk in courses}
    for person, mine in standing.needs(organisation_id, standing.day_here(organisation_id), None, set(courses)).items():
        for course in mine:
            wanted[course].add(person)
    reached = documents.reach(document_id) if any(row.readers for row in asked) else {}
    whom: dict[int, list[str]] = {pk: [] for pk in courses}
    for row in asked:
        if row.readers:
            wanted[row.course_id] |= {who for who, site in reached.items() if row.site_id in (None, site)}
        said = _("%(whom)s at %(site)s") % {"whom": row.whom, "site": row.site} if row.site is not None else row.whom
        whom[row.course_id].append(said)
    return [Learners(one, tuple(whom[pk]), len(wanted[pk])) for pk, one in courses.items() if wanted[pk]]


@documents.caution
def who_will_be_trained(actor: Actor, document_id: int) -> Iterable[Caution]:
    """What author and approver of a revision that people must be trained for are told."""
    found = learners(actor.organisation_id, document_id)
    if not found:
        yield Caution(" ".join(_nobody(actor, document_id)), is_grave=True)
    seen = scope.seen_of(actor, [one.course.pk for one in found if one.course.confidential])
    for one in found:
        if one.course.confidential and one.course.pk not in seen:
            continue
        said = ngettext(
            "Once it is in effect, %(n)d person is to take “%(course)s” (%(whom)s).",
            "Once it is in effect, %(n)d people are to take “%(course)s” (%(whom)s).",
            one.people,
        )
        yield Caution(said % {"n": one.people, "course": one.course.title, "whom": ", ".join(one.whom)})


def _nobody(actor: Actor, document_id: int) -> Iterable[str]:
    yield _("People must be trained for it, and nobody will be.")
    titles = [
        f"“{one.title}”" for one in teaching.learnt_from(actor.organisation_id, [document_id]) if not one.confidential
    ]
    if titles:
        said = _("What teaches it is asked of nobody: %(courses)s.")
        yield said % {"courses": ", ".join(titles)}
    else:
        yield _("No course in use teaches this document.")
    if requiring.may_decide(actor):
        yield _("Say on the page of a course that teaches it who must hold it.")
    else:
        yield requiring.whom_to_ask(actor.organisation_id, "course.require", but=actor.person_id)
