"""Gap assessments: the tree with its answers, one requirement after the other, snapshots, and the answers as a file."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.exchange.taking_out import Sheet, as_file
from qsms.org.actor import Actor
from qsms.records import registry, scope, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.frameworks import Framework, Requirement
from qsms.rules.gap_comparison import Answer, tally
from qsms.ui import addresses as pages
from qsms.ui import answers, marks, times
from qsms.ui.context import stands_in
from qsms.ui.record import pickers
from qsms.ui.record.fields import DayField
from qsms.ui.record.linking import DialogForm, dialog

from .. import addresses, assessing, binding, elsewhere, pieces, tree
from ..choices import GAP_MEANINGS, GapAnswerCode
from ..lifecycles import GAP_LIFE
from ..models import GapAnswer, GapAssessment
from .bars import bar

LOOKS: dict[Answer | None, str] = {
    Answer.MET: "g",
    Answer.PARTLY: "w",
    Answer.GAP: "b",
    None: "m",
    Answer.NOT_APPLICABLE: "n",
}
OPEN = "open"


def assessment_of(request: HttpRequest, number: str) -> tuple[Actor, GapAssessment]:
    """The assessment of this number. Raises NotVisible outside the reader's scope."""
    actor = answers.actor_of(request)
    stands_in(request, reverse("standards:home"))
    found = services.find(actor, assessing.KIND, number)
    assert isinstance(found, GapAssessment)
    return actor, found


def answer_mark(code: str | None) -> SafeString:
    """An answer in shape, colour and word."""
    if not code:
        return marks.coverage(_("Not answered"), "not-judged")
    return marks.coverage(GapAnswerCode(code).label, GAP_MEANINGS[GapAnswerCode(code)][1])


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Every requirement with its answer; `answer` narrows them."""
    actor, assessment = assessment_of(request, number)
    framework, found = assessing.framework_of(assessment), assessing.answers(assessment)
    numbers = assessing.asked(framework)
    counts = tally(numbers, assessing.plain(found))
    wanted = {one for one in request.GET.getlist("answer") if one in (*GapAnswerCode.values, OPEN)}
    keep = None
    if wanted:
        keep = frozenset(one for one in numbers if (found[one].answer if one in found else OPEN) in wanted)
    left = [one for one in numbers if one not in found]
    actions = _actions(actor, found)
    kept = assessing.snapshots(actor, assessment)
    may_answer = assessment.is_open and assessing.may_answer(actor, assessment)
    context = {
        "assessment": assessment,
        "framework": framework,
        "record_url": pages.record(assessment),
        "state": marks.standing(GAP_LIFE.state(assessment.state), pill=True),
        "bar": bar((LOOKS[one], counts[one]) for one in LOOKS),
        "legend": [
            {
                "mark": answer_mark(one),
                "n": counts[one],
                "url": addresses.gaps(number) if wanted == {one or OPEN} else f"?answer={one or OPEN}",
                "on": wanted == {one or OPEN},
            }
            for one in (*Answer, None)
        ],
        "done": len(numbers) - len(left),
        "total": len(numbers),
        "next_url": addresses.gap(number, left[0] if left else numbers[0]) if may_answer and numbers else "",
        "next_number": left[0] if left else "",
        "tree": tree.draw(
            framework, _("Requirements"), marks=lambda one: _marks(found, actions, one), keep=keep,
            address=lambda one: addresses.gap(number, one),
        ),
        "nothing": keep is not None and not keep,
        "here": addresses.gaps(number),
        "snapshots": [_line(one, assessment, actor) for one in reversed(kept)],
        "compare_url": reverse("standards:compare", args=[number]) if len(kept) > 1 else "",
        "may_answer": may_answer,
        "may_export": actor.holds(f"{assessing.KIND}.export"),
    }  # fmt: skip
    return answers.page(request, "standards/gaps.html", context)


def _marks(found: Mapping[str, GapAnswer], actions: Mapping[int, Record], one: Requirement) -> str:
    if not one.assessable:
        return ""
    row = found.get(one.number)
    raised = actions.get(row.action_id or 0) if row is not None else None
    action = f'<span class="frsh">{escape(raised.number)}</span>' if raised is not None else ""
    return f"{action}{answer_mark(row.answer if row is not None else None)}"


def _line(one: Any, assessment: GapAssessment, actor: Actor) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "label": one.label or _("Snapshot"),
        "at": times.moment(one.at, moment.now(), actor.tz),
        "by": one.by,
        "other": one.assessment.number if one.assessment_id != assessment.pk else "",
        "n": len(one.answers),
    }


@answers.for_people
@require_http_methods(["GET", "POST"])
def show_one(request: HttpRequest, number: str, clause: str) -> HttpResponse:
    """One requirement: what it asks for, what is bound to it, and its answer. Saving goes on to the next one."""
    actor, assessment = assessment_of(request, number)
    framework = assessing.framework_of(assessment)
    if clause not in framework.by_number:
        raise NotVisible
    numbers = assessing.asked(framework)
    found = assessing.answers(assessment)
    row = found.get(clause)
    may_answer = assessment.is_open and assessing.may_answer(actor, assessment) and clause in numbers
    form = _form(request, row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            seen = request.POST.get("seen")
            assessing.answer(actor, assessment.pk, clause, given["answer"], given["note"], seen=seen)
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, _following(number, numbers, clause, {*found, clause}), _("Saved."))
    today = moment.now().astimezone(actor.tz).date()
    place = numbers.index(clause) if clause in numbers else -1
    before = numbers[place - 1] if place > 0 else ""
    after = numbers[place + 1] if 0 <= place < len(numbers) - 1 else ""
    context = {
        "assessment": assessment,
        "short": elsewhere.short_title(framework),
        "one": framework.by_number[clause],
        "place": place + 1,
        "total": len(numbers),
        "done": len(found),
        "list_url": addresses.gaps(number),
        "before": addresses.gap(number, before) if before else "",
        "after": addresses.gap(number, after) if after else "",
        "form": form,
        "options": [
            (option, *GAP_MEANINGS[GapAnswerCode(str(option.data["value"]))], n)
            for n, option in enumerate(form["answer"], start=1)
        ],
        "row": row,
        "seen": assessing.seen_mark(row),
        "mark": answer_mark(row.answer if row is not None else None),
        "answered_at": times.moment(row.at, moment.now(), actor.tz) if row is not None else "",
        "may_answer": may_answer,
        "action_url": pages.record(row.action)
        if row is not None and row.action and scope.sees(actor, row.action)
        else "",
        "raise_url": reverse("standards:gap-action", args=[number, clause]) if _may_raise(actor, row) else "",
        "evidence": [
            pieces.line(one, today, url=pieces.source(one), title=one.title, may_end=False)
            for one in binding.at(actor, elsewhere.Reference(assessment.key, clause))
        ],
        "clause_url": addresses.clause(assessment.key, clause),
        "left_out": assessing.left_out(actor, assessment, framework).get(clause),
    }
    status = 422 if form.is_bound and form.errors else 200
    return answers.page(request, "standards/gap.html", context, status=status)


def _following(number: str, numbers: list[str], clause: str, answered: set[str]) -> str:
    """The next requirement without an answer, behind this one first; the whole list when none is left."""
    place = numbers.index(clause)
    left = [one for one in [*numbers[place + 1 :], *numbers[:place]] if one not in answered]
    return addresses.gap(number, left[0]) if left else addresses.gaps(number)


def _may_raise(actor: Actor, row: GapAnswer | None) -> bool:
    is_gap = row is not None and row.answer in (GapAnswerCode.GAP, GapAnswerCode.PARTLY) and row.action is None
    offered = any(one.kind == "action" for one in registry.raisings(assessing.KIND))
    return is_gap and offered and actor.holds("action.create")


def _form(request: HttpRequest, row: GapAnswer | None) -> DialogForm:
    return DialogForm(
        request,
        {
            "answer": forms.ChoiceField(
                label=_("Answer"),
                choices=GapAnswerCode.choices,
                initial=row.answer if row else None,
                widget=forms.RadioSelect(),
                error_messages={"required": _("Choose an answer.")},
            ),
            "note": forms.CharField(
                label=_("Note"),
                required=False,
                max_length=4000,
                initial=row.note if row else "",
                widget=forms.Textarea({"rows": 3}),
                help_text=_("What you saw, and what is missing."),
            ),
        },
    )


@answers.for_people
@require_http_methods(["GET", "POST"])
def raise_one(request: HttpRequest, number: str, clause: str) -> HttpResponse:
    """Raise an action against a gap: what to do, by whom, until when."""
    actor, assessment = assessment_of(request, number)
    row = GapAnswer.everywhere.filter(assessment=assessment, number=clause).first()
    if not _may_raise(actor, row) or row is None:
        raise NotVisible
    framework = assessing.framework_of(assessment)
    name = f"{elsewhere.short_title(framework)} {clause} {framework.by_number[clause].title}"
    form = DialogForm(
        request,
        {
            "title": forms.CharField(
                label=_("What to do"), max_length=250, help_text=_("“Write down who may sign off.”")
            ),
            "description": forms.CharField(
                label=_("Details"), widget=forms.Textarea({"rows": 4}), initial=f"{name}: {row.note}"
            ),
            "owner": pickers.PersonField(actor, label=_("Owner"), required=False),
            "due_on": DayField(label=_("Due"), required=False),
            "once": forms.CharField(widget=forms.HiddenInput(), required=False, initial=secrets.token_urlsafe(12)),
        },
    )
    back = addresses.gap(number, clause)
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        try:
            made = assessing.raise_action(
                actor, assessment.pk, clause, {"action_kind": "corrective", **given}, once=form.cleaned_data["once"]
            )
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("%(number)s is raised.") % {"number": made.number})
    told = {
        "title": _("Raise an action for %(clause)s") % {"clause": clause},
        "meaning": _("It is linked with the assessment and stands beside the answer."),
        "verb": _("Raise action"),
        "back_url": back,
    }
    return dialog(request, form, told)


@answers.for_people
@require_POST
def keep(request: HttpRequest, number: str) -> HttpResponse:
    """Keep all answers as they stand."""
    actor, assessment = assessment_of(request, number)
    try:
        assessing.keep_snapshot(actor, assessment.pk, request.POST.get("label", ""))
    except Invalid as error:
        raise Refused(list(error.errors.values())) from error
    return answers.done(request, addresses.gaps(number), _("The answers are kept as they stand."))


@answers.for_people
@require_GET
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """The answers as CSV, or as a workbook with `format=xlsx`: one line for each requirement."""
    actor, assessment = assessment_of(request, number)
    if not actor.holds(f"{assessing.KIND}.export"):
        raise Refused([_("You may not export this. Ask the quality manager.")])
    head = [_("Number"), _("Title"), _("Answer"), _("Note"), _("Action"), _("Answered by"), _("Answered at")]
    lines = _lines(actor, assessing.framework_of(assessment), assessing.answers(assessment))
    return as_file(
        actor,
        assessing.KIND,
        Sheet(f"{assessment.number}-answers", assessment.number, head, lines),
        request.GET.get("format", ""),
    )


def _actions(actor: Actor, found: Mapping[str, GapAnswer]) -> Mapping[int, Record]:
    """The raised actions that the actor sees, by key."""
    return scope.seen_of(actor, [row.action_id for row in found.values() if row.action_id is not None])


def _lines(actor: Actor, framework: Framework, found: Mapping[str, GapAnswer]) -> Iterator[list[str]]:
    seen = _actions(actor, found)
    for one in framework.requirements:
        row = found.get(one.number)
        if row is None:
            said = _("Not answered") if one.assessable else ""
            yield [one.number, one.title, said, "", "", "", ""]
            continue
        action = seen.get(row.action_id or 0)
        yield [
            one.number, one.title, row.get_answer_display(), row.note, action.number if action else "",
            str(row.by or ""), row.at.astimezone(actor.tz).isoformat(timespec="seconds"),
        ]  # fmt: skip
