"""What one person needs and holds: my training, and the same page of somebody else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import scope
from qsms.records.errors import NotVisible
from qsms.records.models import Task
from qsms.rules.competence import State
from qsms.ui import addresses as pages
from qsms.ui import answers, marks, table
from qsms.ui.context import stands_in

from .. import contents, drawing, keeping, proofs, standing
from ..choices import CourseKind
from ..lifecycles import HOLDING_LIFE
from ..models import Course, Holding
from ..proofs import Stand
from ..readings import TAKE

MOST_HELD = 200


@answers.for_people
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My training: what I need, what is due, and what I hold."""
    actor = answers.actor_of(request)
    person = Person.objects.select_related("site", "unit").get(pk=actor.person_id)
    return _page(request, actor, person, own=True)


@answers.for_people
@require_GET
def show(request: HttpRequest, person: int) -> HttpResponse:
    """The training of somebody whose training the reader may see."""
    actor = answers.actor_of(request)
    found = (
        Person.objects.filter(standing.people_seen(actor), pk=person, organisation_id=actor.organisation_id)
        .select_related("site", "unit")
        .first()
    )
    if found is None:
        raise NotVisible
    if found.pk != actor.person_id:
        stands_in(request, reverse("training:matrix"))
    return _page(request, actor, found, own=found.pk == actor.person_id)


def _page(request: HttpRequest, actor: Actor, person: Person, *, own: bool) -> HttpResponse:
    today = standing.today_of(actor)
    needed = standing.of_person(actor.organisation_id, person.pk, today)
    courses = {one.pk: one for one in Course.everywhere.filter(pk__in=[need.course_id for need, _one in needed])}
    # As in the matrix: what is confidential is not told by being asked of somebody.
    needed = [
        pair
        for pair in needed
        if not courses[pair[0].course_id].confidential or scope.sees(actor, courses[pair[0].course_id])
    ]
    alone = contents.can_be_taken(courses)
    # What is to be read comes first: it is quickly done.
    needed.sort(key=lambda pair: pair[1].is_current or courses[pair[0].course_id].course_kind != CourseKind.READING)
    held = list(_held(actor, person))
    lacking = {need.course_id for need, one in needed if not one.is_current}
    current = len(needed) - len(lacking)
    context = {
        "person": person,
        "own": own,
        "where": ", ".join(str(one) for one in (person.title, person.site) if one),
        "current": current,
        "needed_count": len(needed),
        "soon": sum(one.state in (State.SOON, State.GRACE) for _need, one in needed),
        "lacking": len(lacking),
        "needed": _needed(actor, person, needed, courses, alone) if needed else "",
        "held": _held_table(actor, held) if held else "",
        "held_count": len(held),
        "left_on": drawing.until(person.left_on),
        "disposable_on": drawing.until(keeping.disposable_on(person)),
        # Whoever can learn it here begins with that; a certificate is the way for the rest.
        "claim_first": bool(lacking) and not (own and lacking & alone),
        "claim_url": reverse("training:claim") + ("" if own else "?" + urlencode({"person": person.pk})),
        "may_claim": person.is_active and (own or standing.sees_others(actor)),
    }
    return answers.page(request, "training/person.html", context)


def _held(actor: Actor, person: Person) -> Any:
    rows = scope.visible(actor, "holding").filter(holder=person).select_related("course")
    return rows.order_by("-completed_on", "-record_id")[:MOST_HELD]


def _needed(
    actor: Actor, person: Person, needed: list[tuple[standing.Need, Stand]], courses: dict[int, Course],
    alone: set[int],
) -> str:  # fmt: skip
    columns = [
        table.Column(_("Course"), "t"),
        table.Column(_("State")),
        table.Column(_("When"), "r"),
        table.Column("", "no-print"),
    ]
    asked = Task.everywhere.filter(code=TAKE, person_id=person.pk, done_at=None, record_id__in=list(courses))
    days = {course: due.astimezone(actor.tz).date() for course, due in asked.values_list("record_id", "due_at") if due}
    first = next((need.course_id for need, one in needed if not one.is_current and need.course_id in alone), None)
    groups = []
    for title, wanted in ((_("To do"), False), (_("In order"), True)):
        rows = []
        for need, one in needed:
            if (one.is_current and one.state not in (State.SOON, State.GRACE)) is not wanted:
                continue
            course = courses[need.course_id]
            rows.append([
                _course_link(actor, course, person, alone),
                drawing.state(one),
                escape(drawing.told(one) or drawing.asked_by(days.get(need.course_id))),
                _way(actor, person, course, one, alone, first=need.course_id == first),
            ])  # fmt: skip
        if rows:
            groups.append(table.Group(rows, title, len(rows)))
    return table.table(columns, groups, _("What is needed"))


def _course_link(actor: Actor, course: Course, person: Person, alone: set[int]) -> Any:
    if course.pk in alone and person.pk == actor.person_id:
        return table.link(course.title, learn_url(course))
    return table.link(course.title, pages.record(course)) if scope.sees(actor, course) else marks.escape(course.title)


def learn_url(course: Course) -> str:
    """Where a course is taken alone."""
    return reverse("training:learn", args=[course.number])


def _way(actor: Actor, person: Person, course: Course, one: Stand, alone: set[int], *, first: bool = False) -> Any:
    if one.state in (State.VALID, State.WAIVED):
        return ""
    own = person.pk == actor.person_id
    if own and course.pk in alone:
        return table.link(_("Take it"), learn_url(course), "btn btn-s btn-main" if first else "btn btn-s", second=True)
    query = urlencode({"course": course.number, **({} if own else {"person": str(person.pk)})})
    if own or standing.sees_others(actor):
        return table.link(_("Add a certificate"), f"{reverse('training:claim')}?{query}")
    return ""


def _held_table(actor: Actor, rows: list[Holding]) -> str:
    today = standing.today_of(actor)
    columns = [
        table.Column(_("Course"), "t"),
        table.Column(_("State")),
        table.Column(_("Completed"), "r hide-p"),
        table.Column(_("Valid until"), "r"),
        table.Column(_("Number"), "hide-p"),
    ]
    lines = []
    for one in rows:
        period = drawing.period(one)
        mark = drawing.state(proofs.stand(period, today)) if period else marks.standing(HOLDING_LIFE.state(one.state))
        lines.append([
            table.link(one.title, pages.record(one)),
            mark,
            escape(drawing.until(one.completed_on)),
            escape(drawing.until(one.ends_on)),
            table.link(one.number, pages.record(one), "no", second=True),
        ])  # fmt: skip
    return table.table(columns, [table.Group(lines)], _("Training records"))
