"""The page on which a risk is rated: matrix, what the choice means, why, who may accept, and how it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from qsms.records import drafts, keys, reading, registry
from qsms.records.choices import Lens
from qsms.records.errors import Invalid, NotVisible
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses as pages
from qsms.ui import answers, dates, my_work, parts
from qsms.ui.forms import Card
from qsms.ui.sentences import InHouse

from .. import addresses, assessing, authority, drawing, matrices
from ..choices import AssessmentKind
from ..models import Assessment
from .finding import record_of
from .weighing import AXIS, Weighing

KINDS = (
    (AssessmentKind.INITIAL, Card(AssessmentKind.INITIAL.label, gettext_lazy("The risk as it is now."))),
    (
        AssessmentKind.PREDICTED,
        Card(AssessmentKind.PREDICTED.label, gettext_lazy("With the controls that are planned.")),
    ),
    (AssessmentKind.ACTUAL, Card(AssessmentKind.ACTUAL.label, gettext_lazy("With the controls that were checked."))),
)


# What a draft holds beside the reader's own words and choices.
UNKEPT = frozenset({"seen", "lens"})


class RatingForm(InHouse, forms.Form):
    """Everything of a rating but the cell, which is the matrix's own group of buttons."""

    kind = forms.ChoiceField(label=gettext_lazy("Which risk"), choices=KINDS, widget=forms.RadioSelect)
    why = forms.CharField(
        label=gettext_lazy("Why this cell"),
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": gettext_lazy("Write why this cell is right. It is kept with the rating.")},
    )
    why_severity = forms.CharField(
        label=gettext_lazy("Why severity is lower"), required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, weighing: Weighing, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"kind": weighing.kind}, auto_id="r_%s")
        rule = weighing.rule
        if rule.kind == "grid":
            # Drawn by the matrix; the field only carries what is wrong with it.
            self.fields["cell"] = forms.CharField(
                label=_("Cell"), error_messages={"required": _("No cell is chosen. Choose one on the matrix.")}
            )
        else:
            for axis in rule.axes:
                self.fields[AXIS + axis.code] = forms.ChoiceField(
                    label=axis.label,
                    choices=[(one.code, Card(f"{one.order} {one.label}", one.meaning)) for one in axis.levels],
                    widget=forms.RadioSelect,
                    initial=weighing.levels.get(axis.code),
                    error_messages={"required": _("No level is chosen. Choose one.")},
                )
        if rule.overrides:
            self.fields["facts"] = forms.MultipleChoiceField(
                label=_("What is also true"),
                required=False,
                choices=[(one.code, one.label) for one in rule.overrides],
                widget=forms.CheckboxSelectMultiple,
                initial=list(weighing.facts),
            )

    @property
    def axes(self) -> list[forms.BoundField]:
        """The groups of levels of a scored matrix, and what is also true."""
        return [self[name] for name in self.fields if name.startswith(AXIS) or name == "facts"]

    def take_errors(self, errors: Mapping[str, str]) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)


@answers.for_people
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Show how the risk of a record stands, and rate it."""
    actor, record = record_of(request, number)
    if not authority.may_see(actor, record):
        raise NotVisible
    given = request.POST if request.method == "POST" else request.GET
    weighing = Weighing.of(actor, record, given.dict(), tuple(given.getlist("facts")))
    if request.method == "GET":
        weighing, form, notes = _begun(request, weighing)
        return answers.page(request, "risk/rate.html", {**_context(request, weighing, form), "notes": notes})
    form = RatingForm(weighing, request.POST)
    if form.is_valid():
        clean = form.cleaned_data
        axes = {name.removeprefix(AXIS): clean[name] for name in form.fields if name.startswith(AXIS)}
        seen = request.POST.get("seen", "")
        try:
            made = assessing.assess(
                actor,
                record.pk,
                kind=clean["kind"],
                matrix=weighing.matrix,
                choice=axes or clean["cell"],
                why=clean["why"],
                why_severity=clean["why_severity"],
                facts=clean.get("facts", ()),
                lens=weighing.lens,
                seen=keys.whole(seen),
            )
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            drafts.drop(actor, draft_key(weighing))
            said = _("%(number)s is rated %(cell)s %(class)s (%(kind)s).") % {
                "number": record.number, "cell": made.cell, "class": made.class_label,
                "kind": str(made.get_kind_display()).lower(),
            }  # fmt: skip
            return answers.done(request, addresses.shown(record), said)
    return answers.invalid_form(request, "risk/rate.html", _context(request, weighing, form))


def draft_key(weighing: Weighing) -> str:
    """Under which key the draft of a rating is kept: one for each record and lens."""
    return f"rate:{weighing.lens}:{weighing.record.pk}"


@my_work.draft_of("rate")
def _draft_of(record: Record, lens: str) -> tuple[str, str]:
    return f"{addresses.assess(record)}?lens={lens}", _("Risk of %(number)s") % {"number": record.number}


def _begun(request: HttpRequest, weighing: Weighing) -> tuple[Weighing, RatingForm, list[parts.Note]]:
    """The form as it starts: from the reader's draft if there is one. What the address says goes before it."""
    kept = drafts.find(weighing.actor, draft_key(weighing)) if weighing.may_rate else None
    if kept is None:
        return weighing, RatingForm(weighing), []
    given = {name: kept.first(name) for name in kept.data if name not in UNKEPT} | request.GET.dict()
    facts = tuple(request.GET.getlist("facts") or kept.data.get("facts", ()))
    weighing = Weighing.of(weighing.actor, weighing.record, given, facts)
    form = RatingForm(weighing)
    form.initial.update({name: kept.first(name) for name in ("why", "why_severity")})
    when = dates.moment(kept.at, weighing.now, weighing.actor.tz, inside=True)
    return (
        weighing,
        form,
        [parts.Note(_("Your draft of %(when)s is back.") % {"when": when}, _("Nothing of it is saved yet."))],
    )


@answers.for_people
@require_POST
def weigh(request: HttpRequest, number: str) -> HttpResponse:
    """What the present choice means: the changing parts of the page, for htmx. Nothing is saved."""
    actor, record = record_of(request, number)
    if not authority.may_see(actor, record):
        raise NotVisible
    weighing = Weighing.of(actor, record, request.POST.dict(), tuple(request.POST.getlist("facts")))
    form = RatingForm(weighing)
    form.initial["why_severity"] = request.POST.get("why_severity", "")
    return render(request, "risk/weighed.html", {"weighing": weighing, "form": form, "swapped": True})


def go_to_rating(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """The move “rate the risk” of a hazard leads to the page that does it."""
    actor = answers.actor_of(request)
    return answers.done(request, addresses.assess(reading.opened(actor, kind, key).record))


def _context(request: HttpRequest, weighing: Weighing, form: RatingForm) -> dict[str, Any]:
    record, picture, rule = weighing.record, weighing.picture, weighing.rule
    valid = picture.valid(weighing.lens)
    is_grid = rule.kind == "grid"
    chosen = weighing.rating.index if weighing.rating is not None and is_grid else ""
    sheet = registry.get(record.kind)
    compared = _compared(request, picture.assessments)
    return {
        "record": record,
        "list_label": sheet.label_plural,
        "list_url": pages.listing(record.kind),
        "back_url": addresses.shown(record),
        "weighing": weighing,
        "form": form,
        "number": len([one for one in picture.assessments if one.lens == weighing.lens]) + 1,
        "lenses": _lens_tabs(weighing),
        "tables": _matrix_tabs(weighing),
        "matrix": drawing.grid(
            rule,
            name="cell" if weighing.may_rate else "",
            chosen=chosen,
            placed=drawing.placed(valid, weighing.matrix.pk),
            kinds=drawing.legend(valid, weighing.matrix.pk, weighing.now, weighing.actor),
        )
        if is_grid
        else None,
        "classes": [] if is_grid else list(reversed(rule.classes)),
        "history": drawing.Told.of(picture.assessments, weighing.lens, weighing.now, weighing.actor),
        "seen": picture.assessments[0].pk if picture.assessments else 0,
        "weigh_url": reverse("risk:weigh", args=[record.number]),
        "draft_key": draft_key(weighing),
        "ask_url": reverse("risk:ask", args=[record.number]),
        "compare": _compare_link(weighing),
        "compared": compared and Comparison.of(compared, weighing),
        "is_closed": record.phase >= Phase.DONE,
    }


def _address(weighing: Weighing, **more: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{addresses.assess(weighing.record)}?{query}"


def _lens_tabs(weighing: Weighing) -> tuple[parts.Tab, ...]:
    """The lenses that the record concerns or is rated through, and the present one; none where there is only one."""
    wanted = {*matrices.lenses_of(weighing.record.disciplines), *map(Lens, weighing.picture.lenses())}
    wanted.add(Lens(weighing.lens))
    if len(wanted) < 2:
        return ()
    return tuple(
        parts.Tab(str(lens.label), _address(weighing, lens=lens.value), None, lens == weighing.lens)
        for lens in matrices.LENSES
        if lens in wanted
    )


def _matrix_tabs(weighing: Weighing) -> tuple[parts.Tab, ...]:
    """The matrices adopted for the lens; none where there is only one."""
    offered = weighing.offered
    if len(offered) < 2:
        return ()
    return tuple(
        parts.Tab(one.title, _address(weighing, lens=weighing.lens, matrix=one.pk), None, one.pk == weighing.matrix.pk)
        for one in offered
    )


def _compared(request: HttpRequest, rows: Sequence[Assessment]) -> Assessment | None:
    wanted = request.GET.get("compare", "")
    return next((one for one in rows if str(one.pk) == wanted), None)


def _compare_link(weighing: Weighing) -> parts.Option | None:
    """The rating before, to be laid beside this one."""
    mine = [one for one in reversed(weighing.picture.assessments) if one.lens == weighing.lens]
    if not mine:
        return None
    label = _("Compare with assessment %(n)d") % {"n": len(mine)}
    url = _address(weighing, lens=weighing.lens, kind=weighing.kind, compare=mine[-1].pk)
    return parts.Option(label, f"{url}#compared")


class Comparison:
    """An earlier rating laid beside the present choice."""

    def __init__(self, title: str, rows: list[parts.Difference], why: str) -> None:
        self.title, self.rows, self.why = title, rows, why

    @classmethod
    def of(cls, one: Assessment, weighing: Weighing) -> Comparison:
        """Level by level where both are on one matrix; else only what each is called."""
        now = weighing.rating
        rows = [
            parts.Difference(
                _("Risk"),
                f"{one.cell} {one.class_label}",
                f"{now.index} {weighing.rule.risk_class(now.class_code).label}" if now is not None else "",
            )
        ]
        if one.matrix_id == weighing.matrix.pk:
            for axis in weighing.rule.axes:
                after = weighing.levels.get(axis.code)
                rows.append(
                    parts.Difference(
                        axis.label,
                        axis.level(one.levels[axis.code]).label,
                        axis.level(after).label if after else "",
                    )
                )
        else:
            rows.append(parts.Difference(_("Matrix"), str(one.matrix), str(weighing.matrix)))
        rows.append(
            parts.Difference(
                _("Controls counted"),
                str(len(one.controls)),
                str(len(assessing.counted(weighing.picture.controls, weighing.kind))),
            )
        )
        return cls(f"{one.get_kind_display()} · {one.cell} {one.class_label}", rows, one.why)
