"""A report form as fields of a page: how each question is asked, and how the answers are read back.

The rules judge the answers; here nothing is checked, so that one sentence says what is wrong and nothing typed is lost.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from qsms.ui.forms import Card
from qsms.ui.record.fields import DayInput
from qsms.ui.sentences import InHouse

from . import rules
from .choices import Mode
from .rules.answers import is_empty
from .services.filing import NOT_A_PERSON

PREFIX = "a-"
FEW = 5
FILES = ("photo", "file")
TEXT_INPUTS = {"date": "date", "datetime": "datetime-local"}


@dataclass
class Question:
    """One question on the page: its bound field or fields, and when it is asked."""

    field: rules.FormField
    bound: list[forms.BoundField]
    hint: str = ""
    # For a moment: by whose clock it is meant.
    clock: Any = None
    kept: list[Any] = dataclasses.field(default_factory=list)

    @property
    def shown_if(self) -> str:
        """The conditions for the script, as JSON; empty when it is always asked."""
        if not self.field.shown_if:
            return ""
        return json.dumps([{"field": one.field, "values": list(one.values)} for one in self.field.shown_if])

    @property
    def is_file(self) -> bool:
        return self.field.type in FILES

    @property
    def is_picked(self) -> bool:
        """Answered by ticking, without a word on what each choice means."""
        return len(self.bound) == 1 and self.bound[0].use_fieldset

    @property
    def is_photo(self) -> bool:
        return self.field.type == "photo"

    @property
    def is_about_people(self) -> bool:
        """Not asked in an anonymous report."""
        return self.field.personal and self.field.maps_to not in NOT_A_PERSON


@dataclass
class Part:
    """A section of the form. The main ones stand open; the others wait under “Add …”."""

    title: str
    help: str
    questions: list[Question]
    shown_if: str
    main: bool
    open: bool


class Asking(InHouse, forms.Form):
    """The questions as fields, bound to what was sent. It validates nothing; errors are put in by `take_errors`."""

    use_required_attribute = False
    # Code of a question to the name of its field.
    names: dict[str, str] = {}

    def take_errors(self, errors: Mapping[str, str]) -> None:
        """Put the sentences at their fields; what belongs to none stands on top."""
        found = ErrorDict()
        for code, sentence in errors.items():
            name = self.names.get(code, code)
            found[name if name in self.fields else "__all__"] = self.error_class([sentence])
        self._errors = found
        self.cleaned_data: dict[str, Any] = {}


def asking(
    form: rules.ReportForm,
    sites: Mapping[str, str],
    modes: list[tuple[str, Card]],
    *,
    data: QueryDict | None = None,
    initial: Mapping[str, Any] | None = None,
) -> Asking:
    """The page's form for a report form. `sites` are codes and names; `modes` the cards to choose from."""
    made = Asking(data, initial=dict(initial or {}), label_suffix="")
    made.names = {}
    for one in form.fields:
        name = f"{PREFIX}{one.code}"
        made.names[one.code] = name
        if one.type == "place":
            if not sites:
                # Nothing to choose from: the words alone say where.
                made.fields[name] = forms.CharField(
                    label=one.label,
                    required=one.required,
                    help_text=one.help,
                    widget=forms.TextInput({"data-limit": 200}),
                )
                continue
            made.fields[f"{name}-site"] = forms.ChoiceField(
                label=one.label, required=one.required, choices=[("", _("Choose")), *sites.items()]
            )
            made.fields[name] = forms.CharField(
                label=_("Exact place"), required=False, help_text=one.help, widget=forms.TextInput({"data-limit": 200})
            )
            continue
        made.fields[name] = _field(one)
    if len(modes) > 1:
        made.fields["mode"] = forms.ChoiceField(
            label=_("Who may know it was you?"), choices=modes, widget=forms.RadioSelect()
        )
    if made.is_bound:
        made.take_errors({})
    return made


def _field(one: rules.FormField) -> forms.Field:
    options: dict[str, Any] = {"label": one.label, "required": one.required, "help_text": one.help}
    choices = [(choice.code, choice.label) for choice in one.choices]
    if one.type == "longtext":
        rows = 6 if one.maps_to == "narrative" else 3
        limit = rules.length_of(one)
        said = _("Up to %(n)s characters.") % {"n": number_format(limit, use_l10n=True, force_grouping=True)}
        options["help_text"] = f"{one.help} {said}".strip()
        return forms.CharField(widget=forms.Textarea({"rows": rows, "data-limit": limit}), **options)
    if one.type == "multi":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple(), **options)
    if one.type == "boolean":
        yes_no = [("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(choices=yes_no, widget=forms.RadioSelect(), **options)
    if one.type == "choice" and len(choices) <= FEW:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(), **options)
    if one.type == "choice":
        return forms.ChoiceField(choices=[("", _("Choose")), *choices], **options)
    if one.type in TEXT_INPUTS:
        return forms.CharField(widget=DayInput(TEXT_INPUTS[one.type]), **options)
    if one.type in FILES:
        return forms.FileField(**options)
    # No maxlength: a browser would cut a pasted text without a word.
    attrs: dict[str, Any] = {}
    if one.type == "text":
        attrs = {"data-limit": rules.length_of(one)}
    if one.type == "number":
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        if one.unit:
            options["label"] = f"{one.label} ({one.unit})"
    elif one.type == "time":
        attrs = {"placeholder": "21:40", "inputmode": "numeric", "autocomplete": "off"}
    elif one.type == "aircraft":
        attrs = {"maxlength": 20, "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(widget=forms.TextInput(attrs), **options)


def parts(
    form: rules.ReportForm, made: Asking, kept: Mapping[str, list[Any]], clocks: Mapping[str, Any] | None = None
) -> list[Part]:
    """The sections as they stand on the page. Sections in which nothing is needed can be folded away."""
    found = []
    for section in form.sections:
        questions = []
        for one in section.fields:
            name = made.names[one.code]
            names = [each for each in (f"{name}-site", name) if each in made.fields]
            bound = [made[each] for each in names]
            questions.append(
                Question(
                    one, bound, _hint(form, one.shown_if), (clocks or {}).get(one.code), list(kept.get(one.code, ()))
                )
            )
        needed = any(one.required or one.maps_to in ("occurred_at", "place") for one in section.fields)
        touched = any(b.errors or not is_empty(b.data) for q in questions for b in q.bound) if made.is_bound else False
        shown = json.dumps([{"field": c.field, "values": list(c.values)} for c in section.shown_if])
        main = needed and not section.shown_if
        found.append(Part(section.title, section.help, questions, shown if section.shown_if else "", main, touched))
    return found


def _hint(form: rules.ReportForm, conditions: tuple[rules.Condition, ...]) -> str:
    """When a question is asked, in words: for readers without script, who see every question."""
    told = []
    labels = {one.code: one for one in form.fields}
    for one in conditions:
        asked = labels[one.field]
        if not one.values:
            told.append(_("“%(question)s” is answered") % {"question": asked.label})
            continue
        values = [
            (_("Yes") if value else _("No")) if isinstance(value, bool) else asked.choice_label(value)
            for value in one.values
        ]
        told.append(
            _("“%(question)s” is “%(answers)s”")
            % {"question": asked.label, "answers": _("” or “").join(str(value) for value in values)}
        )
    return _("Only if %(conditions)s.") % {"conditions": _(" and ").join(told)} if told else ""


def read_answers(form: rules.ReportForm, data: QueryDict) -> dict[str, Any]:
    """What was sent, as the rules take it. Files come beside it."""
    answers: dict[str, Any] = {}
    for one in form.fields:
        name = f"{PREFIX}{one.code}"
        value: Any
        if one.type in FILES:
            continue
        if one.type == "multi":
            value = data.getlist(name)
        elif one.type == "boolean":
            value = {"true": True, "false": False}.get(data.get(name, ""))
        elif one.type == "place":
            value = {"site": data.get(f"{name}-site", ""), "text": data.get(name, "").strip()}
        else:
            # A browser sends each line break as two characters, and nobody counts it so.
            value = data.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()
        if not is_empty(value):
            answers[one.code] = value
    return answers


def mode_cards(form: rules.ReportForm, gatekeeper: str) -> list[tuple[str, Card]]:
    """The ways to report, each with what it means for the person."""
    who = _("Only %(name)s, the gatekeeper, sees your name.") % {"name": gatekeeper} if gatekeeper else _(
        "Your name is sealed. No gatekeeper is named here yet, so nobody can open it."
    )  # fmt: skip
    cards = {
        Mode.NAMED: Card(_("My name"), _("The people who work on it see your name.")),
        Mode.CONFIDENTIAL: Card(
            _("Confidential"),
            who
            + " "
            + _("Everyone else sees “reporter”. Each look is logged with its reason. You can be asked and thanked."),
        ),
        Mode.ANONYMOUS: Card(
            _("Anonymous"),
            _("We never store who you are. You get a code to read answers; if it is lost, nobody can find it again."),
        ),
    }
    return [(str(mode), card) for mode, card in cards.items() if mode in form.modes]
