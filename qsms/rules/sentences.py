"""Sentences for people that can be translated later.

The rules know no framework, so they cannot translate. A `Sentence` is plain English text that also keeps its template
and values: whoever shows it translates the template and fills in the values. Modules import `say` as `_` and
`say_many` as `ngettext`, the names under which message extraction finds templates.
"""

from __future__ import annotations

from collections.abc import Mapping


class Sentence(str):
    """English text with the template, the plural template and the values it was made from."""

    template: str
    plural: str
    number: int | None
    values: Mapping[str, object]

    def __new__(cls, text: str) -> Sentence:
        made = super().__new__(cls, text)
        made.template = text.replace("%", "%%")
        made.plural = ""
        made.number = None
        made.values = {}
        return made


def say(template: str, /, **values: object) -> Sentence:
    """The sentence of a template with named placeholders."""
    made = Sentence(template % values)
    made.template = template
    made.values = values
    return made


def say_many(one: str, many: str, count: int, /, **values: object) -> Sentence:
    """The sentence for one or for many; `%(count)s` is filled in with the number."""
    values["count"] = count
    made = Sentence((one if count == 1 else many) % values)
    made.template = one
    made.plural = many
    made.number = count
    made.values = values
    return made
