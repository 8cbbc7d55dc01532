"""What is wrong with the data of a course, said so that whoever writes one can mend it, with the place it stands in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeGuard

from qsms.rules.courses import Kind
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

MOST_SECTIONS = 40
MOST_QUESTIONS = 500
MOST_OPTIONS = 8
LONGEST_TEXT = 20_000
LONGEST_LINE = 500

TEXTS = ("code", "version", "title", "summary", "audience")
KNOWN = frozenset({*TEXTS, "minutes", "validity_months", "clauses", "quiz", "sections"})
QUIZ_KNOWN = frozenset({"pass_percent", "attempts", "wait_hours", "partial_credit", "shuffle"})
SECTION_KNOWN = frozenset({"key", "title", "content", "example", "basis", "draw", "questions"})
QUESTION_KNOWN = frozenset({"key", "kind", "text", "options", "right", "explanation", "keep_order"})

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def validate(data: Mapping[str, Any]) -> list[Sentence]:
    """Every fault of a course given as plain data, as sentences; empty when it can be used."""
    faults = list(_outline(data))
    sections = data.get("sections")
    if not isinstance(sections, list) or not sections:
        return [*faults, _("“sections” is missing. List the sections, each with key, title and content.")]
    if len(sections) > MOST_SECTIONS:
        return [*faults, _("There are more than %(most)s sections. Split the course.", most=MOST_SECTIONS)]
    keys: set[str] = set()
    questions: set[str] = set()
    for place, section in enumerate(sections, start=1):
        faults += _section(place, section, keys, questions)
    if not faults and not any(section.get("draw") for section in sections):
        faults.append(_("No section draws a question. Write “draw: 2” where questions are to be asked."))
    if len(questions) > MOST_QUESTIONS:
        faults.append(_("There are more than %(most)s questions. Split the course.", most=MOST_QUESTIONS))
    return faults


def _outline(data: Mapping[str, Any]) -> Iterator[Sentence]:
    for key in TEXTS:
        if not _is_text(data.get(key)):
            yield _("“%(key)s” is missing. Write it as text, in quotes where it is a number.", key=key)
    yield from _unknown("", data, KNOWN)
    if _is_text(data.get("code")) and not _KEY.fullmatch(data["code"]):
        yield _(
            "“%(code)s” is not a code. Write small letters, digits and dashes, such as sms-everybody.",
            code=data["code"],
        )
    yield from _number("minutes", data.get("minutes"), 1, 60 * 40)
    if data.get("validity_months") is not None:
        yield from _number("validity_months", data["validity_months"], 1, 120)
    clauses = data.get("clauses", {})
    if not isinstance(clauses, Mapping) or not all(_is_text(key) and _are_texts(each) for key, each in clauses.items()):
        yield _('“clauses” must name frameworks with their numbers in quotes, such as “iso-9001/2015: ["7.2"]”.')
    yield from _quiz(data.get("quiz"))


def _quiz(quiz: object) -> Iterator[Sentence]:
    if not isinstance(quiz, Mapping):
        yield _("“quiz” is missing. Write at least “pass_percent: 80” under it.")
        return
    where = _("quiz: ")
    yield from _unknown(where, quiz, QUIZ_KNOWN)
    yield from _number("quiz: pass_percent", quiz.get("pass_percent"), 1, 100)
    if quiz.get("attempts") is not None:
        yield from _number("quiz: attempts", quiz["attempts"], 1, 100)
    yield from _number("quiz: wait_hours", quiz.get("wait_hours", 0), 0, 24 * 90)
    for key in ("partial_credit", "shuffle"):
        if not isinstance(quiz.get(key, False), bool):
            yield _("quiz: “%(key)s” is true or false.", key=key)


def _section(place: int, section: object, keys: set[str], questions: set[str]) -> Iterator[Sentence]:
    if not isinstance(section, Mapping) or not _is_key(section.get("key")):
        yield _("Section %(place)s has no “key”. Write small letters, digits and dashes, such as hazards.", place=place)
        return
    key = section["key"]
    where = _("Section %(key)s: ", key=key)
    if key in keys:
        yield _("Section %(key)s is listed twice. Give one of them another key.", key=key)
    keys.add(key)
    yield from _unknown(where, section, SECTION_KNOWN)
    for name in ("title", "content"):
        if not _is_text(section.get(name)):
            yield _("%(where)s“%(name)s” is missing. Write it as text.", where=where, name=name)
    if "basis" in section and not _is_text(section["basis"]):
        yield _("%(where)swrite “basis” as text, or remove it.", where=where)
    example = section.get("example")
    if example is not None and not (
        isinstance(example, Mapping) and set(example) == {"place", "text"} and _are_texts(list(example.values()))
    ):
        yield _("%(where)s“example” has a place and a text, such as “place: Hangar”.", where=where)
    yield from _bank(where, section, questions)


def _bank(where: Sentence, section: Mapping[str, Any], questions: set[str]) -> Iterator[Sentence]:
    bank, draw = section.get("questions", []), section.get("draw", 0)
    if not isinstance(bank, list):
        yield _("%(where)s“questions” must be a list.", where=where)
        return
    for place, question in enumerate(bank, start=1):
        key = question.get("key") if isinstance(question, Mapping) else None
        if not _is_key(key):
            yield _("%(where)squestion %(place)s has no “key”.", where=where, place=place)
            continue
        if key in questions:
            yield _("Question %(key)s is in the course twice. Give one of them another key.", key=key)
        questions.add(key)
        yield from _question(_("Question %(key)s: ", key=key), question)
    if not isinstance(draw, int) or isinstance(draw, bool) or draw < 0:
        yield _("%(where)s“draw” is “%(given)s”. Write a whole number.", where=where, given=draw)
    elif draw > len(bank):
        yield _(
            "%(where)s%(draw)s questions are to be drawn, but there are only %(count)s. Write more, or draw fewer.",
            where=where, draw=draw, count=len(bank),
        )  # fmt: skip


def _question(where: Sentence, question: Mapping[str, Any]) -> Iterator[Sentence]:
    yield from _unknown(where, question, QUESTION_KNOWN)
    for name in ("text", "explanation"):
        if not _is_text(question.get(name)):
            yield _("%(where)s“%(name)s” is missing. Write it as text.", where=where, name=name)
    if not isinstance(question.get("keep_order", False), bool):
        yield _("%(where)s“keep_order” is true or false.", where=where)
    kind = question.get("kind", Kind.SINGLE.value)
    if kind not in {each.value for each in Kind}:
        choices = ", ".join(each.value for each in Kind)
        yield _("%(where)s“kind” is “%(kind)s”. Write one of %(choices)s.", where=where, kind=kind, choices=choices)
    elif kind == Kind.TRUE_FALSE:
        if "options" in question or not isinstance(question.get("right"), bool):
            yield _("%(where)swrite “right: true” or “right: false”, and no options.", where=where)
    else:
        yield from _options(where, kind, question)


def _options(where: Sentence, kind: str, question: Mapping[str, Any]) -> Iterator[Sentence]:
    options = question.get("options")
    if not isinstance(options, list) or not 2 <= len(options) <= MOST_OPTIONS or not _are_texts(options, LONGEST_LINE):
        yield _(
            "%(where)slist 2 to %(most)s options as text, in quotes where they are numbers.",
            where=where,
            most=MOST_OPTIONS,
        )
        return
    if len({_plain(each) for each in options}) < len(options):
        yield _("%(where)stwo options say the same. Change one of them.", where=where)
    right = question.get("right")
    if kind == Kind.SINGLE:
        if not _is_place(right, options):
            yield _("%(where)s“right” is “%(given)s”. Write the place of the right option, 1 to %(most)s.",
                    where=where, given="" if right is None else right, most=len(options))  # fmt: skip
    elif not isinstance(right, list) or not right or not all(_is_place(each, options) for each in right):
        yield _("%(where)slist in “right” the places of the right options, such as [1, 3].", where=where)
    elif len(set(right)) < len(right):
        yield _("%(where)sa place stands twice in “right”. Keep one of them.", where=where)
    elif len(right) == len(options):
        yield _("%(where)severy option is right, so that nothing is asked. Add a wrong one.", where=where)


def _unknown(where: str, data: Mapping[str, Any], known: Collection[str]) -> Iterator[Sentence]:
    for key in sorted(set(data) - set(known), key=str):
        yield _("%(where)s“%(key)s” is not known here. Remove it.", where=where, key=key)


def _number(key: str, value: object, least: int, most: int) -> Iterator[Sentence]:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        yield _("“%(key)s” is “%(given)s”. Write a whole number from %(least)s to %(most)s.",
                key=key, given="" if value is None else value, least=least, most=most)  # fmt: skip


def _is_text(value: object, most: int = LONGEST_TEXT) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= most


def _are_texts(values: object, most: int = LONGEST_TEXT) -> bool:
    return isinstance(values, list) and bool(values) and all(_is_text(each, most) for each in values)


def _is_key(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(_KEY.fullmatch(value))


def _is_place(value: object, options: list[str]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= len(options)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
