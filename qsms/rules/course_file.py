"""Courses in files: YAML that people write by hand, read from anybody without trust, and written back the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from qsms.rules.course_check import validate
from qsms.rules.courses import FALSE, TRUE, Course, Example, Kind, Question, QuizRule, Section
from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.sentences import say as _
from qsms.rules.untrusted_yaml import decoded, guard

WIDTH = 116
# A line that does not go on with the one before: an empty one, or the start of an entry, a row, a heading, a quote.
_STARTS = re.compile(r"\s*($|[-*+] |\d+[.)] |[|#>])")


class _Dumper(yaml.SafeDumper):
    """Lists are set in below their name, and texts of several lines stand as they are read."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _as_read(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _as_read)


def load(path: Path) -> Course:
    """The course of a file of ours; raises `DataError` that names place and mend.

    Its texts are wrapped, so that a change of one word reads well in a comparison; here they are put together again.
    """
    name, data = read_mapping(path)
    course = from_dict(data, name=name)
    return replace(course, sections=tuple(_unwrapped(section) for section in course.sections))


def _unwrapped(section: Section) -> Section:
    example = section.example and replace(section.example, text=_flowing(section.example.text))
    return replace(section, content=_flowing(section.content), example=example)


def _flowing(text: str) -> str:
    """Markdown with each paragraph and each entry of a list on one line."""
    lines: list[str] = []
    for line in text.splitlines():
        if not lines or not lines[-1].strip() or lines[-1].startswith("|") or _STARTS.match(line):
            lines.append(line)
        else:
            lines[-1] = f"{lines[-1]} {line.strip()}"
    return "\n".join(lines)


def load_all(folder: Path) -> dict[str, Course]:
    """Every course of a folder by code, in the order of the file names."""
    found: dict[str, Course] = {}
    for path in sorted(folder.glob("*.yaml")):
        course = load(path)
        if path.stem != course.code:
            raise DataError(path.name, [_("Name the file after its code: %(code)s.yaml.", code=course.code)])
        found[course.code] = course
    return found


def read_course(content: bytes, *, name: str = "the file") -> Course:
    """The course of a file that somebody brought; raises `DataError` with what is wrong and how to mend it."""
    text = decoded(content, name)
    guard(text, name)
    try:
        return from_dict(read_mapping(text)[1], name=name)
    except DataError as error:
        raise DataError(name, error.sentences) from error


def write_course(course: Course) -> str:
    """The course as text that `read_course` turns into an equal one."""
    return yaml.dump(to_dict(course), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


def checksum(course: Course) -> str:
    """A fingerprint of the whole content, the same however the file is laid out."""
    text = json.dumps(to_dict(course), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def from_dict(data: Mapping[str, Any], *, name: str = "the course") -> Course:
    """The course of plain data; raises `DataError` with every sentence of `validate`."""
    wrong = validate(data)
    if wrong:
        raise DataError(name, wrong)
    return Course(
        code=data["code"], version=data["version"].strip(), title=data["title"].strip(),
        summary=data["summary"].strip(), audience=data["audience"].strip(), minutes=data["minutes"],
        quiz=QuizRule(**data["quiz"]), sections=tuple(_section(each) for each in data["sections"]),
        validity_months=data.get("validity_months"),
        clauses={key: tuple(numbers) for key, numbers in data.get("clauses", {}).items()},
    )  # fmt: skip


def to_dict(course: Course) -> dict[str, Any]:
    """Plain data that `from_dict` turns into an equal course."""
    rule = course.quiz
    data: dict[str, Any] = {
        "code": course.code, "version": course.version, "title": course.title, "summary": course.summary,
        "audience": course.audience, "minutes": course.minutes,
    }  # fmt: skip
    if course.validity_months is not None:
        data["validity_months"] = course.validity_months
    if course.clauses:
        data["clauses"] = {key: list(numbers) for key, numbers in course.clauses.items()}
    data["quiz"] = {"pass_percent": rule.pass_percent}
    if rule.attempts is not None:
        data["quiz"]["attempts"] = rule.attempts
    data["quiz"] |= {"wait_hours": rule.wait_hours, "partial_credit": rule.partial_credit, "shuffle": rule.shuffle}
    data["sections"] = [_section_data(each) for each in course.sections]
    return data


def _section(data: Mapping[str, Any]) -> Section:
    example = data.get("example")
    return Section(
        key=data["key"], title=data["title"].strip(), content=data["content"].strip(),
        questions=tuple(_question(each) for each in data.get("questions", ())), draw=data.get("draw", 0),
        example=Example(example["place"].strip(), example["text"].strip()) if example else None,
        basis=data.get("basis", "").strip(),
    )  # fmt: skip


def _question(data: Mapping[str, Any]) -> Question:
    kind, right = Kind(data.get("kind", Kind.SINGLE)), data["right"]
    if kind is Kind.TRUE_FALSE:
        options: tuple[str, ...] = (_("True"), _("False"))
        right = TRUE if right else FALSE
    else:
        options = tuple(each.strip() for each in data["options"])
    return Question(
        key=data["key"], kind=kind, text=data["text"].strip(), options=options,
        right=frozenset(right if isinstance(right, list) else [right]), explanation=data["explanation"].strip(),
        keep_order=data.get("keep_order", False),
    )  # fmt: skip


def _section_data(section: Section) -> dict[str, Any]:
    data: dict[str, Any] = {"key": section.key, "title": section.title, "content": section.content}
    if section.example:
        data["example"] = {"place": section.example.place, "text": section.example.text}
    if section.basis:
        data["basis"] = section.basis
    return {**data, "draw": section.draw, "questions": [_question_data(each) for each in section.questions]}


def _question_data(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = {"key": question.key, "kind": question.kind.value, "text": question.text}
    if question.kind is Kind.TRUE_FALSE:
        data["right"] = TRUE in question.right
    else:
        places = sorted(question.right)
        data |= {"options": list(question.options), "right": places if question.kind is Kind.MULTIPLE else places[0]}
    data["explanation"] = question.explanation
    if question.keep_order:
        data["keep_order"] = True
    return data
