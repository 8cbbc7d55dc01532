"""The marks and a few parts for templates: `{% load ui %}`."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, NumberInput, Textarea, TextInput
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import conditional_escape, json_script, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from qsms.ui import marks
from qsms.ui.context import Item

register = template.Library()
# About a screenful and a half: below that, folding would cost more than scrolling.
FOLD_CHARACTERS = 4_000
FOLD_LINES = 60

for _mark in (
    marks.icon,
    marks.state,
    marks.status,
    marks.coverage,
    marks.due,
    marks.risk,
    marks.lens,
    marks.lenses,
    marks.assessment,
    marks.avatar,
):
    register.simple_tag(_mark)


@register.simple_tag
def sprite(name: str) -> str:
    """The address of one shape of the sprite."""
    return f"{marks.sprite()}#{name}"


@register.simple_tag
def menu_line(item: Item, here: str) -> SafeString:
    """A line of the side menu. Every page has some thirty, so they are built as the cells of a list are."""
    label = marks.escape(item.label)
    look = "nav nav-urgent" if item.urgent else "nav"
    more = ' aria-current="page"' if item.url == here else ""
    if item.go:
        more += f' data-go="{marks.escape(item.go)}"'
    count = ""
    if item.count is not None:
        count = f'<span class="n">{item.count}<span class="vh"> {marks.escape(gettext("open"))}</span></span>'
    url = marks.escape(item.url)
    drawn = (
        f'<a class="{look}" href="{url}" title="{label}"{more}>{marks.icon(item.icon)}<span>{label}</span>{count}</a>'
    )
    return SafeString(drawn)


@register.simple_tag
def lens_name(name: str) -> str:
    """The word for a lens."""
    return marks.lens_name(name)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control of a form field in the kit's look. Files and single boxes keep the look of the browser."""
    widget = field.field.widget
    if getattr(widget, "input_type", "") in {"checkbox", "radio", "file", "hidden"}:
        return field.as_widget()
    attrs: dict[str, str | bool] = {"class": f"in {widget.attrs.get('class', '')}".strip()}
    if isinstance(widget, NumberInput):
        # A number input of the browser throws away what is not a number; here nothing typed is lost.
        plain = TextInput({name: value for name, value in widget.attrs.items() if name not in {"min", "max", "step"}})
        return field.as_widget(plain, attrs=attrs | {"inputmode": "decimal"})
    if isinstance(widget, Textarea) and widget.attrs.get("rows") == "10":
        attrs["rows"] = "5"
    return field.as_widget(attrs=attrs)


@register.filter
def fold(drawn: str) -> SafeString:
    """A drawn text as it is or, when it is very long, its beginning with a box to tick for the rest.

    The whole text stands in the page, so it works without script, can be searched, and is whole on paper.
    """
    length = len(strip_tags(drawn))
    if length <= FOLD_CHARACTERS and drawn.count("<p>") + drawn.count("<br>") <= FOLD_LINES:
        return SafeString(drawn)
    said = gettext("Show all (%(n)s characters)") % {"n": number_format(length, use_l10n=True, force_grouping=True)}
    box = f'<label class="fold-all no-print"><input type="checkbox"><span>{marks.escape(said)}</span></label>'
    return SafeString(f'<div class="fold"><div class="fold-text">{drawn}</div>{box}</div>')


@register.filter
def is_box(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands beside it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset


@register.filter
def consequence(label: object) -> str:
    """What a choice means for the person, if its label is a `Card`."""
    return str(getattr(label, "consequence", ""))


@register.filter
def error_target(field: BoundField) -> str:
    """Where the error summary leads: the control itself, or the first of a group."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.filter
def told(field: BoundField) -> str:
    """The first sentence about a field for a list of such: after its label, unless it names that itself."""
    label, sentence = str(field.label), str(field.errors[0])
    if f"“{label}”" in sentence:
        return sentence
    return f"{label} {sentence}" if label.endswith(("?", ".", ":")) else f"{label}: {sentence}"


@register.simple_tag
def broken_fields(form: BaseForm) -> list[BoundField]:
    """The fields with errors, in the order of the form."""
    return [field for field in form.visible_fields() if field.errors]


@register.simple_tag
def chart_data(spec: dict[str, Any], name: str) -> SafeString:
    """The specification of a chart as data for the script; a data block, so the strict policy lets it stand."""
    return json_script(spec, f"{name}-spec")


NUMBER = re.compile(r"\b[A-Z]{2,5}-[0-9]{4}-[0-9]{3,}\b")


@register.filter
def numbers_linked(sentence: str) -> SafeString:
    """A sentence with the numbers of records in it as links: to what was just done, wherever the reader is now."""
    said = conditional_escape(sentence)
    # Escaped above; a number has letters, digits and dashes.
    return SafeString(NUMBER.sub(lambda found: f'<a href="{reverse("ui:go", args=[found[0]])}">{found[0]}</a>', said))
