"""What comes next on the page of a course in use, which its lifecycle alone does not say."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.registry import Lead

from . import contents, requiring, standing
from .choices import CourseKind
from .models import Course


def of_course(actor: Actor, course: Course) -> Lead:
    """Who must hold it first, then how people come to hold it, then how they stand."""
    if course.state != standing.IN_USE:
        return Lead()
    asked, content = requiring.asked_of(course), contents.of(course)
    is_taught = course.course_kind == CourseKind.COURSE
    ways = []
    if not asked and scope.may(actor, "require", course):
        ways.append(
            (_("Say who must hold it"), f"{reverse('training:require')}?{urlencode({'course': course.number})}")
        )
    if is_taught and actor.holds("session.create"):
        ways.append((_("Plan a session"), _new_session(course)))
    is_begun = content is not None and not content.is_written
    if is_taught and (content is None or is_begun) and scope.may(actor, "change", course):
        ways.append((_("Write its text"), reverse("training:content", args=[course.number])))
    if asked and standing.sees_others(actor):
        ways.append((_("See who is current"), f"{reverse('training:matrix')}?course={course.pk}"))
    if not asked:
        return Lead(_("It is required of nobody yet."), _("Next: say who must hold it"), ways=tuple(ways))
    if is_taught and content is None:
        said = _("It has no text that people could take alone, so they learn it in a session.")
        return Lead(said, _("Next: teach it"), ways=tuple(ways))
    if is_taught and is_begun:
        said = _("Its text holds what it began with, so nobody can take it alone yet.")
        return Lead(said, _("Next: write its text"), ways=tuple(ways))
    return Lead(ways=tuple(ways))


def _new_session(course: Course) -> str:
    given = {"course": course.number, "title": course.title}
    return f"{reverse('ui:new', args=['session'])}?{urlencode(given)}"
