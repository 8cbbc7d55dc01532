"""What forms say when something is wrong, for every kind of field that Django has a sentence for."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import RegexValidator
from django.forms.forms import BaseForm
from django.urls import get_resolver

from qsms.ui.sentences import InHouse

A_B = [("a", "A"), ("b", "B")]


def said(field: forms.Field, typed: Any, files: Any = None) -> str:
    """The one sentence that a form with this field says to what was typed."""
    made = type("Asked", (InHouse, forms.Form), {"one": field})({"one": typed}, files)
    [sentence] = made.errors["one"]
    return str(sentence)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (forms.CharField(), "", "This is empty. Fill it in."),
        (forms.CharField(max_length=3), "four", "This has 4 characters, and 3 fit. Shorten it."),
        (forms.CharField(min_length=5), "four", "This has 4 characters, and at least 5 are needed. Write more."),
        (forms.DateField(), "30 Nobember", "“30 Nobember” is not a date. Write 2026-11-24."),
        (forms.DateTimeField(), "soon", "“soon” is not a date and time. Write 2026-11-24 21:40."),
        (forms.TimeField(), "noonish", "“noonish” is not a time of day. Write 21:40."),
        (forms.IntegerField(), "two dozen", "“two dozen” is not a whole number. Write it in figures, such as 24."),
        (forms.DecimalField(), "100 %", "“100 %” is not a number. Write it in figures, such as 24."),
        (forms.FloatField(), "much", "“much” is not a number. Write it in figures, such as 24."),
        (forms.IntegerField(max_value=9), "10", "“10” is too much. Write 9 at most."),
        (forms.IntegerField(min_value=2), "1", "“1” is too little. Write 2 at least."),
        (forms.DecimalField(max_digits=3), "1234", "“1234” has too many digits. Write fewer."),
        (forms.EmailField(), "ada at home", "“ada at home” is not an e-mail address. Write one like name@example.org."),
        (forms.ChoiceField(choices=A_B), "c", "“c” is not a choice here. Choose one from the list."),
        (forms.ChoiceField(choices=A_B), "", "Nothing is chosen. Choose one."),
        (forms.MultipleChoiceField(choices=A_B), [], "Nothing is chosen. Choose at least one."),
        (forms.BooleanField(), "", "This is not ticked. Tick it to go on."),
    ],
)
def test_what_is_wrong_and_how_to_mend_it(field: forms.Field, typed: Any, sentence: str) -> None:
    assert said(field, typed) == sentence


def test_a_file_that_is_missing_or_empty() -> None:
    assert said(forms.FileField(), "") == "No file is chosen. Choose one."
    files = {"one": SimpleUploadedFile("a.txt", b"")}
    assert said(forms.FileField(), "", files) == "The file is empty. Choose another one."


def test_a_sentence_that_the_form_brings_stays() -> None:
    assert said(forms.CharField(error_messages={"required": "Say why."}), "") == "Say why."
    assert said(forms.CharField(validators=[RegexValidator("x", "Write an x.")]), "y") == "Write an x."

    class Own(forms.CharField):
        default_error_messages = {"required": "Mine."}

    assert said(Own(), "") == "Mine."

    class Judged(InHouse, forms.Form):
        one = forms.CharField()

        def clean(self) -> None:
            raise ValidationError({"one": "Not this one.", "__all__": "Nor the rest."})

    made = Judged({"one": "x"})
    assert (made.errors["one"], made.non_field_errors()) == (["Not this one."], ["Nor the rest."])


def test_every_form_of_the_house_speaks_its_voice() -> None:
    def below(kind: type[Any]) -> set[type[Any]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    # All pages are loaded, and their forms with them.
    assert get_resolver().url_patterns
    ours = {
        kind for kind in below(BaseForm) if kind.__module__.startswith("qsms.") and ".tests." not in kind.__module__
    }
    assert len(ours) > 10
    assert {kind.__qualname__ for kind in ours if not issubclass(kind, InHouse)} == set()
