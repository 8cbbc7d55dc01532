"""Writing the bow-tie of a hazard: a plain form of lines, and of the place of each control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qsms.base import moment
from qsms.records import drafts, keys, registry, scope
from qsms.records.errors import Invalid, NotVisible, Refused, Stale
from qsms.records.models import Record
from qsms.ui import addresses as pages
from qsms.ui import answers, dates, my_work, parts
from qsms.ui.sentences import InHouse

from .. import addresses, barriers, bowtie, bowtie_drawing, queries, rules
from ..barriers import FIELDS, Outline, Spot
from ..choices import Side
from ..models import Hazard
from ..queries import ControlLine
from .finding import record_of

# So many empty lines wait under those that are written.
SPARE = 2
SIDES = (
    (Side.PREVENT, gettext_lazy("Threats"), gettext_lazy("What can set it free. Empty a line to take it away.")),
    (Side.LIMIT, gettext_lazy("Consequences"), gettext_lazy("What harm can follow. Empty a line to take it away.")),
)
NAMES = {Side.PREVENT: gettext_lazy("Threat %(n)d"), Side.LIMIT: gettext_lazy("Consequence %(n)d")}


class BowTieForm(InHouse, forms.Form):
    """The top event, one field for each line, and for each control a place and a turn."""

    top_event = forms.CharField(
        label=gettext_lazy("Top event"), required=False, max_length=300,
        help_text=gettext_lazy("The moment at which control is lost."),
    )  # fmt: skip

    def __init__(self, record: Hazard, controls: list[ControlLine], given: Mapping[str, Any], *, bound: bool) -> None:
        super().__init__(given if bound else None, initial={"top_event": record.top_event, **given}, auto_id="b_%s")
        self.lines = {side: rules.lines(getattr(record, name)) for side, name in FIELDS.items()}
        self.count = {side: self._count(side, given) for side in FIELDS}
        for side, count in self.count.items():
            for n in range(count):
                self.fields[f"{side}_{n}"] = forms.CharField(label=NAMES[side] % {"n": n + 1}, required=False)
                written = self.lines[side][n] if n < len(self.lines[side]) else ""
                self.initial.setdefault(f"{side}_{n}", written)
        self.controls = controls
        choices = self._choices()
        for one in controls:
            at = bowtie.stands_at(one, self.lines)
            self.fields[f"place_{one.id}"] = forms.ChoiceField(label=_("Place"), required=False, choices=choices)
            self.fields[f"turn_{one.id}"] = forms.IntegerField(
                label=_("Turn"), required=False, min_value=1, max_value=99,
                error_messages={"invalid": _("Write the turn as a number, such as 1.")},
            )  # fmt: skip
            self.initial.setdefault(f"place_{one.id}", f"{one.side}_{at}" if at is not None else "")
            self.initial.setdefault(f"turn_{one.id}", one.turn or "")

    def _count(self, side: Side, given: Mapping[str, Any]) -> int:
        """As many lines as are written, were typed before, and some empty ones."""
        typed = [
            n for name in given if name.startswith(f"{side}_") and (n := keys.whole(name[len(side) + 1 :])) is not None
        ]
        return max([len(self.lines[side]) + SPARE, *(n + 1 for n in typed if n < 60)])

    def _choices(self) -> list[Any]:
        found: list[Any] = [("", _("On no path"))]
        for side, heading in ((Side.PREVENT, _("Prevents, before the top event")), (Side.LIMIT, _("Limits, after it"))):
            group = []
            for n in range(self.count[side]):
                words = str(self.data.get(f"{side}_{n}", "") if self.is_bound else self.initial[f"{side}_{n}"]).strip()
                name = NAMES[side] % {"n": n + 1}
                group.append(
                    (f"{side}_{n}", f"{name}: {words}" if words else _("%(line)s, once written") % {"line": name})
                )
            found.append((heading, group))
        return found

    def typed(self, side: Side) -> list[str]:
        """The lines of a side as they were sent."""
        return [" ".join(self.cleaned_data[f"{side}_{n}"].split()) for n in range(self.count[side])]

    def spots(self) -> dict[int, Spot | None]:
        """Where each control is to stand; a place on an empty line is an error at the control."""
        found: dict[int, Spot | None] = {}
        for one in self.controls:
            place = self.cleaned_data.get(f"place_{one.id}", "")
            side, _under, n = place.partition("_")
            if not place:
                found[one.id] = None
                continue
            words = self.typed(Side(side))[int(n)]
            if words:
                found[one.id] = Spot(side, words, self.cleaned_data.get(f"turn_{one.id}") or 0)
            else:
                name = NAMES[Side(side)] % {"n": int(n) + 1}
                said = _("%(line)s is empty. Write it above, or choose another place.") % {"line": name}
                self.add_error(f"place_{one.id}", said)
        return found

    def fields_of(self, side: Side) -> list[BoundField]:
        """The lines of a side as fields."""
        return [self[f"{side}_{n}"] for n in range(self.count[side])]


@dataclass(frozen=True, slots=True)
class Placing:
    """A control with its two fields."""

    number: str
    title: str
    state: str
    place: BoundField
    turn: BoundField


@my_work.draft_of("bow-tie")
def _draft_of(record: Record, _between: str) -> tuple[str, str]:
    return addresses.bow_tie(record), _("Bow-tie of %(number)s") % {"number": record.number}


@answers.for_people
@require_http_methods(["GET", "POST"])
def draw_up(request: HttpRequest, number: str) -> HttpResponse:
    """Show the bow-tie of a hazard as a form, and save it."""
    actor, record = record_of(request, number)
    if not isinstance(record, Hazard):
        raise NotVisible
    if not scope.may(actor, "change", record) or not record.is_open:
        raise Refused([_("You may see this bow-tie but not change it.") if record.is_open else _("It is closed.")])
    controls = [one for one in queries.controls(actor, record) if one.state != "retired"]
    key = f"bow-tie:{record.pk}"
    notes: list[parts.Note] = []
    if request.method == "GET":
        given: dict[str, Any] = {}
        kept = drafts.find(actor, key)
        if kept is not None:
            given = {name: kept.first(name) for name in kept.data if name != "version"}
            when = dates.moment(kept.at, moment.now(), actor.tz, inside=True)
            notes.append(
                parts.Note(_("Your draft of %(when)s is back.") % {"when": when}, _("Nothing of it is saved yet."))
            )
        form = BowTieForm(record, controls, given, bound=False)
        version = (kept.first("version") if kept else "") or str(record.version)
        return answers.page(request, "risk/draw_up.html", _context(record, form, version, key, notes))
    form = BowTieForm(record, controls, request.POST.dict(), bound=True)
    version = request.POST.get("version", "")
    spots = form.spots() if form.is_valid() else {}
    if not form.errors:
        outline = Outline(form.cleaned_data["top_event"], form.typed(Side.PREVENT), form.typed(Side.LIMIT))
        try:
            barriers.redraw(actor, record.pk, keys.whole(version) or 0, outline, spots)
        except Stale as stale:
            when = dates.moment(stale.when, moment.now(), actor.tz, inside=True)
            said = _("%(who)s changed this bow-tie (%(when)s) while you were on the page. Look at the hazard; what you "
                     "typed is still here, and saving again puts it in place of theirs.")  # fmt: skip
            form.add_error(None, said % {"who": stale.who, "when": when})
            version = str(stale.version)
        except Invalid as error:
            for name, sentence in error.errors.items():
                form.add_error(name if name in form.fields else None, sentence)
        else:
            drafts.drop(actor, key)
            return answers.done(request, f"{pages.record(record)}#bow-tie", _("The bow-tie is saved."))
    return answers.invalid_form(request, "risk/draw_up.html", _context(record, form, version, key, notes))


def _context(record: Hazard, form: BowTieForm, version: str, key: str, notes: list[parts.Note]) -> dict[str, Any]:
    return {
        "record": record,
        "list_label": registry.get("hazard").label_plural,
        "list_url": pages.listing("hazard"),
        "back_url": pages.record(record),
        "add_url": addresses.add_control(record),
        "form": form,
        "version": version,
        "draft_key": key,
        "notes": notes,
        "sides": [(heading, help_text, form.fields_of(side)) for side, heading, help_text in SIDES],
        "places": [
            Placing(one.number, one.title, bowtie_drawing.mark(one), form[f"place_{one.id}"], form[f"turn_{one.id}"])
            for one in form.controls
        ],
    }
