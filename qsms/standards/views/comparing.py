"""Two snapshots of gap assessments side by side: what moved, which way, and why."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from qsms.records import keys
from qsms.records.errors import NotVisible
from qsms.rules.frameworks import reading_order
from qsms.rules.gap_comparison import Answer, Way, compare
from qsms.ui import answers

from .. import addresses, assessing
from ..models import GapSnapshot
from .gaps import answer_mark, assessment_of

WAYS = {
    Way.WORSE: gettext_lazy("Worse than before"),
    Way.BETTER: gettext_lazy("Better than before"),
    Way.ANSWERED: gettext_lazy("Answered for the first time"),
    Way.SCOPE: gettext_lazy("Came into scope or left it"),
    Way.WITHDRAWN: gettext_lazy("Without an answer now"),
}


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What moved between two snapshots; `before` and `after` name them, the last two without."""
    actor, assessment = assessment_of(request, number)
    kept = {one.pk: one for one in assessing.snapshots(actor, assessment)}
    if len(kept) < 2:
        raise NotVisible
    last = list(kept)[-2:]
    before, after = (
        kept.get(keys.whole(request.GET.get(name, "")) or usual)
        for name, usual in zip(("before", "after"), last, strict=True)
    )
    if before is None or after is None:
        raise NotVisible
    framework = assessing.framework_of(assessment)
    moved = compare(
        [one.number for one in framework.requirements] or sorted(before.answers, key=reading_order),
        _answers(before), _answers(after),
    )  # fmt: skip
    groups = [
        {
            "words": words,
            "lines": [
                {
                    "number": one.number,
                    "title": framework.by_number[one.number].title if one.number in framework.by_number else "",
                    "url": addresses.gap(number, one.number) if one.number in framework.by_number else "",
                    "before": answer_mark(one.before),
                    "after": answer_mark(one.after),
                    "was_note": _note(before, one.number),
                    "note": _note(after, one.number),
                }
                for one in moved
                if one.way is way
            ],
        }
        for way, words in WAYS.items()
    ]
    context = {
        "assessment": assessment,
        "list_url": addresses.gaps(number),
        "choices": [{"pk": one.pk, "said": _said(one, actor.tz)} for one in kept.values()],
        "before": before,
        "after": after,
        "groups": [group for group in groups if group["lines"]],
        "same": len(set(before.answers) | set(after.answers)) - len(moved),
    }
    return answers.page(request, "standards/compare_gaps.html", context)


def _answers(one: GapSnapshot) -> dict[str, Answer]:
    return {number: Answer(answer) for number, (answer, _note) in one.answers.items()}


def _note(one: GapSnapshot, number: str) -> str:
    return str(one.answers[number][1]) if number in one.answers else ""


def _said(one: GapSnapshot, zone: dt.tzinfo) -> str:
    said = {"number": one.assessment.number, "label": one.label or _("Snapshot")}
    return _("%(number)s, %(label)s") % said + f", {date_format(one.at.astimezone(zone), 'j M Y H:i')}"
