"""What an organisation judges and pastes itself: pairs of requirements, licensed texts, and editions side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base import moment
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import moves
from qsms.records.errors import Invalid, NotVisible
from qsms.rules.frameworks import Confidence, Reference
from qsms.ui import answers, times
from qsms.ui.record.linking import DialogForm, dialog

from .. import addresses, bringing, elsewhere, judging, library, texts
from ..choices import CONFIDENCE, JUDGEMENTS, RELATIONS
from ..judging import Judged

# So many lines of each group at once.
SHOWN = 50


@answers.for_people
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest) -> HttpResponse:
    """Judge how the requirement of the address relates to another one; what is known of the two fills the form in."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    judging.check(actor)
    rows = library.newest(actor.organisation_id)
    here = Reference(request.GET.get("standard", ""), request.GET.get("clause", ""))
    if here.framework not in rows or here.number not in rows[here.framework].rule.by_number:
        raise NotVisible
    there = Reference(request.GET.get("other", ""), request.GET.get("number", ""))
    known = _known(actor.organisation_id, here, there)
    form = DialogForm(
        request,
        {
            "relation": forms.ChoiceField(
                label=_("%(number)s …") % {"number": here.number}, choices=JUDGEMENTS, initial=known[0],
                widget=forms.RadioSelect(), error_messages={"required": _("Choose how they relate.")},
            ),
            "other": forms.ChoiceField(
                label=_("… of this standard"), initial=there.framework,
                choices=[(key, row.title) for key, row in rows.items() if key != here.framework],
            ),
            "number": forms.CharField(label=_("Clause"), max_length=60, initial=there.number),
            "why": forms.CharField(
                label=_("Why"), initial=known[1], widget=forms.Textarea({"rows": 3}), max_length=2000,
                help_text=_("An auditor reads this beside the pair."),
            ),
            "confidence": forms.ChoiceField(
                label=_("How sure"), initial=Confidence.SECONDARY.value,
                choices=[(one.value, words) for one, words in CONFIDENCE.items()],
            ),
        },
    )  # fmt: skip
    back = addresses.clause(here.framework, here.number)
    if form.is_valid():
        given = form.cleaned_data
        other = Reference(given["other"], given["number"].strip())
        try:
            judging.judge(actor, Judged(here, other, given["relation"], given["why"], Confidence(given["confidence"])))
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            who = judging.others(actor) or _("somebody else who may judge")
            said = _("Your judgement is kept. It counts once %(who)s confirms it under “Our judgements”.") % {
                "who": who
            }
            return answers.done(request, back, said)
    told = {
        "title": _("How %(number)s relates to another requirement") % {"number": here.number},
        "meaning": _(
            "It counts in every adopted standard, before what came with the program says, once a second person has "
            "confirmed it. What others judged stays beside it."
        ),
        "verb": _("Judge it so"),
        "back_url": back,
    }
    return dialog(request, form, told)


def _known(organisation_id: int, here: Reference, there: Reference) -> tuple[str, str]:
    """The relation that stands between the two, read from here, and its reason."""
    for reading in library.relations(organisation_id, []).readings(here, there.framework):
        if reading.there == there:
            return reading.relation.value, reading.pair.rationale
    return "", ""


@answers.for_people
@require_GET
def show_own(request: HttpRequest) -> HttpResponse:
    """Every judgement of the organisation's own: what waits, what counts, what ended; with what was shipped."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    every = judging.every(actor.organisation_id)
    may_judge = actor.holds(judging.RIGHT)
    groups = [
        ("waiting", _("Waiting for a second person"), [one for one in every if one.waits]),
        ("counting", _("They count"), [one for one in every if one.counts]),
        ("ended", _("Replaced or taken back"), [one for one in every if one.ended_at is not None]),
    ]
    wanted = request.GET.get("of", "")
    begin = int(first) if (first := request.GET.get("from", "")).isdecimal() and len(first) < 7 else 0
    if wanted not in {code for code, _title, _found in groups}:
        wanted, begin = "", 0
    parts: list[dict[str, Any]] = [
        {"code": code, "title": title, "n": len(found), "shown": found[begin : begin + SHOWN],
         "next": begin + SHOWN if len(found) > begin + SHOWN else 0}
        for code, title, found in groups
        if found and wanted in ("", code)
    ]  # fmt: skip
    told = _Teller(actor, [one for part in parts for one in part["shown"]])
    for part in parts:
        part["lines"] = [told.line(one) for one in part["shown"]]
    context = {
        "groups": parts,
        "narrowed": wanted,
        "may_judge": may_judge,
        "may_export": actor.holds(bringing.EXPORT),
        "others": judging.others(actor) if may_judge else "",
        "to_confirm": sum(one.waits and one.by != actor.person_id for one in every) if may_judge else 0,
    }
    return answers.page(request, "standards/pairs.html", context)


class _Teller:
    """Says of judgements what their lines show, with names and shipped pairs read once."""

    def __init__(self, actor: Actor, shown: Iterable[Judged]) -> None:
        self.actor, self.now = actor, moment.now()
        self.shipped = {frozenset((one.left, one.right)): one for one in library.crosswalk().rule.pairs}
        self.editions = {key: row.rule for key, row in library.newest(actor.organisation_id).items()}
        people = {key for one in shown for key in (one.by, one.confirmed_by, one.ended_by) if key}
        self.who = names.people(actor.organisation_id, people)

    def line(self, one: Judged) -> dict[str, Any]:
        """The line of one."""
        before = self.shipped.get(one.ends)
        steps = (
            (_("judged by"), one.by, one.at),
            (_("confirmed by"), one.confirmed_by, one.confirmed_at),
            (_("ended by"), one.ended_by, one.ended_at),
        )
        return {
            "one": one,
            "left": elsewhere.cited(one.left, self.editions),
            "right": elsewhere.cited(one.right, self.editions),
            "left_url": addresses.clause(one.left.framework, one.left.number),
            "right_url": addresses.clause(one.right.framework, one.right.number),
            "words": dict(JUDGEMENTS)[one.relation],
            "why": one.why,
            "steps": [
                (words, self.who.get(person or 0, _("somebody")), times.moment(at, self.now, self.actor.tz))
                for words, person, at in steps
                if at is not None
            ],
            "is_mine": one.by in self.actor.persons,
            "shipped": f"{elsewhere.cited(before.left, self.editions)} {RELATIONS[before.relation]} "
            f"{elsewhere.cited(before.right, self.editions)}"
            if before
            else "",
        }


@answers.for_people
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """A second person lets one judgement count, or the many that they selected."""
    actor, many = answers.actor_of(request), request.POST.getlist("row")
    if "key" in request.POST:
        judging.confirm(actor, request.POST["key"])
        return answers.done(request, addresses.pairs(), _("Confirmed. It counts from now on."))
    if not many:
        return _none_selected(request)
    n = judging.confirm_all(actor, many)
    said = ngettext("%(n)s pair counts from now on.", "%(n)s pairs count from now on.", n) % {"n": n}
    return answers.done(request, addresses.waiting_pairs(), said)


@answers.for_people
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Let what was shipped stand again, for one pair or the many that were selected."""
    actor, many = answers.actor_of(request), request.POST.getlist("row")
    if "key" in request.POST:
        judging.take_back(actor, request.POST["key"])
        return answers.done(request, addresses.pairs(), _("Taken back. It is kept below, and counts for nothing."))
    if not many:
        return _none_selected(request)
    n = judging.take_back_all(actor, many)
    said = ngettext("%(n)s pair is turned down, and kept.", "%(n)s pairs are turned down, and kept.", n) % {"n": n}
    return answers.done(request, addresses.waiting_pairs(), said)


def _none_selected(request: HttpRequest) -> HttpResponse:
    return answers.done(request, addresses.waiting_pairs(), _("Nothing was selected. Select the pairs first."))


@answers.for_people
@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """Paste the licensed text of the requirement of the address."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    texts.check(actor)
    at = Reference(request.GET.get("standard", ""), request.GET.get("clause", ""))
    if at.number not in library.find(actor.organisation_id, at.framework).rule.by_number:
        raise NotVisible
    known = texts.of(actor, at)
    form = DialogForm(
        request,
        {
            "text": forms.CharField(
                label=_("Your own copy"), required=False, initial=known.text if known else "",
                widget=forms.Textarea({"rows": 12}), help_text=_("Empty takes it away. Former versions are kept."),
            )
        },
    )  # fmt: skip
    back = addresses.clause(at.framework, at.number)
    if form.is_valid():
        try:
            texts.paste(actor, at, form.cleaned_data["text"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("Your copy of %(number)s is kept.") % {"number": at.number})
    told = {
        "title": _("Your licensed text of %(number)s") % {"number": at.number},
        "meaning": _(
            "Only people with the right to read licensed texts see it, among them %(who)s. No file carries it."
        )
        % {"who": moves.holders(actor.organisation_id, (texts.READ,), limit=5)[texts.READ]},
        "verb": _("Keep it"),
        "back_url": back,
    }
    return dialog(request, form, told)
