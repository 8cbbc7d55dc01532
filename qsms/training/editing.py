"""Changing the text of a course piece by piece. Each change is checked as a whole and becomes the next revision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records.errors import Invalid, NotVisible
from qsms.rules import course_file
from qsms.rules import courses as rules
from qsms.rules.courses import Kind

from . import contents
from .models import Content, Course

LONGEST_KEY = 40
Data = dict[str, Any]


def change(actor: Actor, course: Course, was: int, how: Callable[[Data], None]) -> Content:
    """Change the text of revision `was`. Raises NotVisible, Refused, Invalid."""
    content = Content.everywhere.filter(course=course, revision=was).first()
    if content is None:
        raise NotVisible
    return contents.put(actor, course.pk, changed(how)(contents.text_of(content)), was=was)


def changed(how: Callable[[Data], None]) -> Callable[[rules.Course], rules.Course]:
    """A text with this change, checked as a whole. Raises NotVisible, Invalid."""

    def made(text: rules.Course) -> rules.Course:
        data = course_file.to_dict(text)
        how(data)
        return contents.checked(data)

    return made


def outline(values: Mapping[str, Any]) -> Callable[[Data], None]:
    """Set what is said of the whole course, and the rule of its quiz: names starting with “quiz_”."""

    def how(data: Data) -> None:
        for name, value in values.items():
            target, key = (data["quiz"], name[5:]) if name.startswith("quiz_") else (data, name)
            if value is None:
                target.pop(key, None)
            else:
                target[key] = value

    return how


def section(key: str, values: Mapping[str, Any]) -> Callable[[Data], None]:
    """Set a section, or add one when `key` is empty; an empty example or basis goes away."""

    def how(data: Data) -> None:
        if key:
            row = _section(data, key)
        else:
            row = {"key": _free(values["title"], [one["key"] for one in data["sections"]]), "questions": [], "draw": 0}
            data["sections"].append(row)
        row |= {name: values[name] for name in ("title", "content", "draw")}
        for name in ("example", "basis"):
            row.pop(name, None)
            if values.get(name):
                row[name] = values[name]

    return how


def without_section(key: str) -> Callable[[Data], None]:
    """Take a section out, with its questions."""

    def how(data: Data) -> None:
        data["sections"].remove(_section(data, key))
        if not data["sections"]:
            raise Invalid({"": _("A course needs a section. Add another one first.")})

    return how


def section_up(key: str) -> Callable[[Data], None]:
    """Let a section change places with the one before it."""

    def how(data: Data) -> None:
        rows = data["sections"]
        place = rows.index(_section(data, key))
        if place:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]

    return how


def question(
    section_key: str, key: str, text: str, options: Sequence[str], right: Collection[int], explanation: str
) -> Callable[[Data], None]:
    """Set a question, or add one when `key` is empty. Without options it is true or false: `right` is {1} or {2}.

    `right` are places of the options, counted from 1. Several make it a question with several answers.
    """

    def how(data: Data) -> None:
        rows = _section(data, section_key)["questions"]
        old = next((one for one in rows if one["key"] == key), None) if key else None
        if key and old is None:
            raise NotVisible
        taken = [one["key"] for each in data["sections"] for one in each["questions"]]
        row: Data = {"key": key or _free(text, taken), "text": text, "explanation": explanation}
        places = sorted(right)
        if not options:
            row |= {"kind": Kind.TRUE_FALSE.value, "right": places == [1]}
        elif len(places) == 1:
            row |= {"kind": Kind.SINGLE.value, "options": list(options), "right": places[0]}
        else:
            row |= {"kind": Kind.MULTIPLE.value, "options": list(options), "right": places}
        if old is None:
            rows.append(row)
        else:
            if old.get("keep_order"):
                row["keep_order"] = True
            rows[rows.index(old)] = row

    return how


def without_question(section_key: str, key: str) -> Callable[[Data], None]:
    """Take a question out of the bank. Attempts that asked it keep it, in their revision."""

    def how(data: Data) -> None:
        row = _section(data, section_key)
        kept = [one for one in row["questions"] if one["key"] != key]
        if len(kept) == len(row["questions"]):
            raise NotVisible
        row["questions"] = kept

    return how


def _section(data: Data, key: str) -> Data:
    found: Data | None = next((one for one in data["sections"] if one["key"] == key), None)
    if found is None:
        raise NotVisible
    return found


def _free(words: str, taken: Collection[str]) -> str:
    """A key made of the first words, that is not taken."""
    stem = slugify(words)[:LONGEST_KEY].strip("-") or "part"
    name, n = stem, 2
    while name in taken:
        name, n = f"{stem}-{n}", n + 1
    return name
