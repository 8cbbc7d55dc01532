"""The pages of somebody who takes a course alone: what it holds and how far they are, and one section at a time."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.publish import safe_html
from qsms.records import keys, scope
from qsms.ui import addresses as pages
from qsms.ui import answers, times

from .. import learning, quizzes
from ..learning import Learning
from ..models import Attempt


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What the course holds, what of it was read, and what comes next."""
    actor = answers.actor_of(request)
    mine = learning.of(actor, number)
    latest = mine.marked[0] if mine.marked else None
    context = {
        "mine": mine,
        "record_url": pages.record(mine.course) if scope.sees(actor, mine.course) else "",
        "lines": [
            {"section": one, "read": one.key in mine.read, "url": lesson_url(mine, one.key)}
            for one in mine.text.sections
        ],
        "next": next_step(mine),
        "closed": opens(actor.tz, mine),
        "latest": latest,
        "latest_url": result_url(mine, latest) if latest else "",
        "may_again": learning.may_again(actor, mine),
    }
    return answers.page(request, "training/learn.html", context)


def opens(zone: tzinfo, mine: Learning) -> str:
    """When the next attempt opens, in a sentence; empty when nothing is to be waited for."""
    stand = mine.standing
    if stand.may_start or stand.opens_at is None or mine.finished:
        return ""
    said = times.moment(stand.opens_at, moment.now(), zone, inside=True)
    return times.sentence(_("The next attempt opens %(moment)s."), moment=said)


def next_step(mine: Learning) -> dict[str, Any]:
    """What the one button of the course does now, with its word; `why` alone when nothing can be done."""
    open_attempt = mine.open_attempt
    if mine.finished:
        return {"why": _("You have passed this course.")}
    if open_attempt is not None:
        return {"label": _("Go on with the quiz"), "url": resume_url(mine, open_attempt)}
    if mine.course.state != learning.IN_USE:
        return {"why": _("This course is not in use, so it cannot be taken.")}
    if mine.unread:
        section = mine.unread[0]
        word = _("Go on: %(title)s") % {"title": section.title} if mine.read else _("Begin")
        return {"label": word, "url": lesson_url(mine, section.key)}
    if not mine.standing.may_start:
        return {"why": str(mine.standing.reason)}
    return {"label": _("Begin the quiz"), "post": reverse("training:quiz-begin", args=[mine.course.number])}


@answers.for_people
@require_http_methods(["GET", "POST"])
def lesson(request: HttpRequest, number: str, section: str) -> HttpResponse:
    """One section to read. Going on from it is what says that it was read."""
    actor = answers.actor_of(request)
    if request.method == "POST":
        mine = learning.read(actor, number, section, keys.whole(request.POST.get("revision", "")) or 0)
        if section not in mine.read:
            said = _("This course was revised while you read. What changed is not counted as read yet.")
            return answers.done(request, reverse("training:learn", args=[number]), said)
        after = mine.after(mine.section(section))
        going_on = after or next(iter(mine.unread), None)
        url = lesson_url(mine, going_on.key) if going_on else reverse("training:learn", args=[number])
        return answers.done(request, url)
    mine = learning.of(actor, number)
    shown = mine.section(section)
    sections = list(mine.text.sections)
    place = sections.index(shown)
    before, after = (sections[place - 1] if place else None), mine.after(shown)
    context = {
        "mine": mine,
        "section": shown,
        "content": drawn(shown.content),
        "example": drawn(shown.example.text, below=2) if shown.example else "",
        "place": place + 1,
        "count": len(sections),
        "is_read": shown.key in mine.read,
        "before": before and {"title": before.title, "url": lesson_url(mine, before.key)},
        "after": after,
        "home_url": reverse("training:learn", args=[number]),
    }
    return answers.page(request, "training/lesson.html", context)


def drawn(written: str, *, below: int = 1) -> SafeString:
    """A lesson, or an example below its own heading: headings follow what stands above, and there are no pictures."""
    return safe_html.html(written, below=below, table="lesson-table")


@answers.for_people
@require_POST
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Take a course again that is due."""
    mine = learning.again(answers.actor_of(request), number)
    return answers.done(request, lesson_url(mine, mine.text.sections[0].key))


def lesson_url(mine: Learning, key: str) -> str:
    """The page of a section."""
    return reverse("training:lesson", args=[mine.course.number, key])


def result_url(mine: Learning, attempt: Attempt) -> str:
    """The page of an attempt that was handed in."""
    return reverse("training:quiz-result", args=[mine.course.number, attempt.number])


def resume_url(mine: Learning, attempt: Attempt) -> str:
    """Where somebody goes on with an attempt: the first question without an answer, or the look before handing in."""
    for place, asked in enumerate(quizzes.paper(attempt), start=1):
        if not attempt.answers.get(asked.question.key):
            return reverse("training:question", args=[mine.course.number, attempt.number, place])
    return reverse("training:quiz-check", args=[mine.course.number, attempt.number])
