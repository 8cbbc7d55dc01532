"""The pages of a quiz: one question at a time, a look at what has an answer, and the result with its explanations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.records import keys
from qsms.rules.courses import Kind
from qsms.rules.quiz import Marked
from qsms.ui import addresses as pages
from qsms.ui import answers

from .. import contents, learning, quizzes
from ..models import Attempt, Holding
from . import learning as reading


@answers.for_people
@require_POST
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """Begin the quiz, or go on with the one that was begun."""
    actor = answers.actor_of(request)
    attempt = quizzes.start(actor, number)
    return answers.done(request, reading.resume_url(learning.of(actor, number), attempt))


@answers.for_people
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, number: str, tried: int, place: int) -> HttpResponse:
    """One question. Nothing in the page tells which of its options is right."""
    actor = answers.actor_of(request)
    error = ""
    if request.method == "POST":
        shown = [one for one in map(keys.whole, request.POST.getlist("chosen")) if one is not None]
        attempt = quizzes.keep(actor, number, tried, place, shown)
        if shown or attempt.marked_at is not None:
            return answers.done(request, _next_url(number, attempt, place))
        error = _("Nothing is chosen. Choose an answer, or skip the question for now.")
    else:
        attempt = quizzes.of(actor, number, tried)
    if attempt.marked_at is not None:
        return HttpResponseRedirect(reverse("training:quiz-result", args=[number, attempt.number]))
    paper = quizzes.paper(attempt)
    if not 1 <= place <= len(paper):
        return HttpResponseRedirect(reverse("training:quiz-check", args=[number, attempt.number]))
    asked = paper[place - 1]
    chosen = quizzes.shown_as_chosen(asked, attempt)
    context = {
        "attempt": attempt,
        "course": attempt.content.course,
        "asked": asked.question,
        "several": asked.question.kind is Kind.MULTIPLE,
        "options": [
            {"place": at, "text": asked.question.options[option - 1], "chosen": at in chosen}
            for at, option in enumerate(asked.order, start=1)
        ],
        "place": place,
        "count": len(paper),
        "answered": quizzes.answered(attempt),
        "error": error,
        "before_url": _place_url(number, attempt, place - 1) if place > 1 else "",
        "skip_url": _next_url(number, attempt, place),
        "home_url": reverse("training:learn", args=[number]),
    }
    return answers.page(request, "training/question.html", context, status=422 if error else 200)


def _place_url(number: str, attempt: Attempt, place: int) -> str:
    return reverse("training:question", args=[number, attempt.number, place])


def _next_url(number: str, attempt: Attempt, place: int) -> str:
    if attempt.marked_at is not None:
        return reverse("training:quiz-result", args=[number, attempt.number])
    if place >= len(quizzes.paper(attempt)):
        return reverse("training:quiz-check", args=[number, attempt.number])
    return _place_url(number, attempt, place + 1)


@answers.for_people
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, number: str, tried: int) -> HttpResponse:
    """The last look before handing in: which questions have an answer. Sent twice, it is handed in once."""
    actor = answers.actor_of(request)
    attempt = (quizzes.hand_in if request.method == "POST" else quizzes.of)(actor, number, tried)
    if attempt.marked_at is not None:
        return answers.done(request, reverse("training:quiz-result", args=[number, attempt.number]))
    lines = [
        {
            "place": place,
            "text": asked.question.text,
            "answered": bool(attempt.answers.get(asked.question.key)),
            "url": _place_url(number, attempt, place),
        }
        for place, asked in enumerate(quizzes.paper(attempt), start=1)
    ]
    open_lines = [line for line in lines if not line["answered"]]
    rule = contents.text_of(attempt.content).quiz
    context = {
        "attempt": attempt,
        "course": attempt.content.course,
        "lines": lines,
        "open": open_lines,
        "pass_percent": rule.pass_percent,
        "home_url": reverse("training:learn", args=[number]),
    }
    return answers.page(request, "training/quiz_check.html", context)


@answers.for_people
@require_GET
def result(request: HttpRequest, number: str, tried: int) -> HttpResponse:
    """What came of an attempt: passed or not, each question with why, and what comes next."""
    actor = answers.actor_of(request)
    attempt = quizzes.of(actor, number, tried)
    if attempt.marked_at is None:
        return HttpResponseRedirect(reverse("training:quiz-check", args=[number, attempt.number]))
    mine = learning.of(actor, number)
    text = contents.text_of(attempt.content)
    section_of = {each.key: section for section in text.sections for each in section.questions}
    there = {section.key for section in mine.text.sections}
    found = quizzes.result(attempt)
    orders = {asked.question.key: asked.order for asked in quizzes.paper(attempt)}
    held = Holding.everywhere.filter(attempt=attempt).first()
    stand = mine.standing
    # Whoever has yet to pass reads what was wrong and where it is taught, and not what to tick next time.
    told = quizzes.may_see_right_answers(attempt)
    context = {
        "attempt": attempt,
        "course": mine.course,
        "right": sum(each.is_right for each in found.marked),
        "count": len(found.marked),
        "lines": [
            {
                "marked": each,
                "options": _options(each, orders[each.question.key], told=told),
                "explained": told or each.is_right,
                "section": section,
                "url": reading.lesson_url(mine, section.key) if section.key in there else "",
            }
            for each in found.marked
            for section in [section_of[each.question.key]]
        ],
        "held": held,
        "held_url": pages.record(held) if held else "",
        "left": stand.left,
        "next": reading.next_step(mine) if not attempt.passed else None,
        "closed": reading.opens(actor.tz, mine) if not attempt.passed else "",
        "home_url": reverse("training:learn", args=[number]),
    }
    return answers.page(request, "training/quiz_result.html", context)


def _options(marked: Marked, order: tuple[int, ...], *, told: bool) -> list[dict[str, Any]]:
    """The options as they were shown, with what was chosen and, if that may be told, what was right, in shape and word.

    Of several answers that belong together it is not told either which of them was wrong.
    """
    if not told and not marked.is_right:
        theirs = {"word": _("Your answer"), "tone": "mute", "icon": "circle-dot"}
        plain = {"word": "", "tone": "", "icon": ""}
        return [
            {"text": marked.question.options[option - 1], **(theirs if option in marked.chosen else plain)}
            for option in order
        ]
    found = []
    for option in order:
        chosen, right = option in marked.chosen, option in marked.question.right
        word, tone, icon = {
            (True, True): (_("Your answer, right"), "good", "circle-check"),
            (True, False): (_("Your answer, wrong"), "bad", "bad"),
            (False, True): (_("Right"), "good", "circle-dot"),
            (False, False): ("", "", ""),
        }[chosen, right]
        found.append({"text": marked.question.options[option - 1], "word": word, "tone": tone, "icon": icon})
    return found
