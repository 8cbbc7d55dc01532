"""The forms in which the text of a course is written: the course, a section, a question."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.rules import courses as rules
from qsms.rules.courses import FALSE, TRUE, Question, Section
from qsms.ui.sentences import InHouse

MOST_OPTIONS = 6


class OutlineForm(InHouse, forms.Form):
    """What is said of the whole course, and the rule of its quiz."""

    summary = forms.CharField(label=_("Summary"), max_length=500, widget=forms.Textarea({"rows": 2}))
    audience = forms.CharField(label=_("For whom"), max_length=300)
    minutes = forms.IntegerField(label=_("Minutes it takes"), min_value=1, max_value=2400)
    quiz_pass_percent = forms.IntegerField(label=_("Right answers needed, per cent"), min_value=1, max_value=100)
    quiz_attempts = forms.IntegerField(
        label=_("Attempts"), min_value=1, max_value=100, required=False, help_text=_("Empty: no limit.")
    )
    quiz_wait_hours = forms.IntegerField(
        label=_("Hours between two attempts"), min_value=0, max_value=2160, help_text=_("Time to read again.")
    )
    quiz_partial_credit = forms.BooleanField(
        label=_("Half right counts half"), required=False,
        help_text=_("For questions with several answers. Each wrong choice takes back a right one."),
    )  # fmt: skip
    quiz_shuffle = forms.BooleanField(
        label=_("Shuffle questions and answers"), required=False, help_text=_("Each attempt looks different.")
    )

    @staticmethod
    def of(text: rules.Course) -> dict[str, Any]:
        """What stands there now."""
        quiz = {f"quiz_{name}": getattr(text.quiz, name) for name in text.quiz.__dataclass_fields__}
        return {"summary": text.summary, "audience": text.audience, "minutes": text.minutes, **quiz}

    def values(self) -> dict[str, Any]:
        """What `editing.outline` takes."""
        return dict(self.cleaned_data)


class BringForm(InHouse, forms.Form):
    """The whole text as a file."""

    file = forms.FileField(label=_("File"), help_text=_("YAML, laid out like a file that was exported here."))


class SectionForm(InHouse, forms.Form):
    """A part that is read in one go."""

    title = forms.CharField(label=_("Title"), max_length=150)
    content = forms.CharField(
        label=_("Text"), max_length=20_000, widget=forms.Textarea({"rows": 16}),
        help_text=_("Markdown: **bold**, lists with - or 1., tables with |. Short sentences read best on a phone."),
    )  # fmt: skip
    place = forms.CharField(
        label=_("Where the example happens"),
        max_length=60,
        required=False,
        help_text=_("Hangar, ramp, cockpit, shop …"),
    )
    example = forms.CharField(
        label=_("Example"), max_length=5_000, required=False, widget=forms.Textarea({"rows": 5}),
        help_text=_("A short story from the work. It is what people remember."),
    )  # fmt: skip
    basis = forms.CharField(
        label=_("Basis"), max_length=300, required=False, help_text=_("Which rule, standard or manual this rests on.")
    )
    draw = forms.IntegerField(
        label=_("Questions asked in a quiz"), min_value=0, max_value=500,
        help_text=_("So many are drawn from this section. A bank larger than that makes attempts differ."),
    )  # fmt: skip

    @staticmethod
    def of(section: Section | None) -> dict[str, Any]:
        """What stands there now."""
        if section is None:
            return {"draw": 0}
        example = section.example
        return {
            "title": section.title, "content": section.content, "basis": section.basis, "draw": section.draw,
            "place": example.place if example else "", "example": example.text if example else "",
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("example") and not given.get("place"):
            self.add_error("place", _t("Say where the example happens, such as Hangar."))
        return given

    def values(self) -> dict[str, Any]:
        """What `editing.section` takes."""
        given = self.cleaned_data
        example = {"place": given["place"], "text": given["example"]} if given["example"] else None
        return {**{name: given[name] for name in ("title", "content", "basis", "draw")}, "example": example}


def _text(label: Any, rows: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=2_000, widget=forms.Textarea({"rows": rows}))


class QuestionForm(InHouse, forms.Form):
    """A question with options. One right option makes it a single choice, more make it one of several answers."""

    text = _text(_("Question"), 3)
    explanation = _text(_("Why the right answer is right"), 3)

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        for place in range(1, MOST_OPTIONS + 1):
            self.fields[f"option_{place}"] = forms.CharField(
                label=_t("Option %(n)d") % {"n": place}, max_length=500, required=False
            )
            self.fields[f"right_{place}"] = forms.BooleanField(
                label=_t("Option %(n)d is right") % {"n": place}, required=False
            )
        # Reading order: the question, its options, why.
        self.order_fields(
            ["text", *(f"{kind}_{n}" for n in range(1, MOST_OPTIONS + 1) for kind in ("option", "right"))]
        )

    @staticmethod
    def of(question: Question | None) -> dict[str, Any]:
        """What stands there now."""
        if question is None:
            return {}
        found: dict[str, Any] = {"text": question.text, "explanation": question.explanation}
        for place, option in enumerate(question.options, start=1):
            found |= {f"option_{place}": option, f"right_{place}": place in question.right}
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for place in range(1, MOST_OPTIONS + 1):
            if given.get(f"right_{place}") and not given.get(f"option_{place}"):
                self.add_error(f"option_{place}", _t("This option is marked as right and says nothing. Write it."))
        if len(self._kept(given)) < 2:
            self.add_error("option_1", _t("Write at least two options."))
        elif not any(given.get(f"right_{place}") for place in self._kept(given)):
            self.add_error("right_1", _t("No option is marked as right. Mark at least one."))
        return given

    @staticmethod
    def _kept(given: dict[str, Any]) -> list[int]:
        return [place for place in range(1, MOST_OPTIONS + 1) if given.get(f"option_{place}")]

    def options(self) -> list[str]:
        """What is written, in its order, without gaps."""
        return [self.cleaned_data[f"option_{place}"] for place in self._kept(self.cleaned_data)]

    def right(self) -> set[int]:
        """The places of the right ones among them, counted from 1."""
        kept = self._kept(self.cleaned_data)
        return {n for n, place in enumerate(kept, start=1) if self.cleaned_data[f"right_{place}"]}


class TrueFalseForm(InHouse, forms.Form):
    """A sentence that is true or false."""

    text = _text(_("Sentence"), 3)
    answer = forms.ChoiceField(
        label=_("It is"), choices=[(str(TRUE), _("True")), (str(FALSE), _("False"))], widget=forms.RadioSelect()
    )
    explanation = _text(_("Why"), 3)

    @staticmethod
    def of(question: Question | None) -> dict[str, Any]:
        """What stands there now."""
        if question is None:
            return {}
        (answer,) = question.right
        return {"text": question.text, "explanation": question.explanation, "answer": str(answer)}

    def options(self) -> list[str]:
        """None: the two are always the same."""
        return []

    def right(self) -> set[int]:
        """The place of the right one."""
        return {int(self.cleaned_data["answer"])}
