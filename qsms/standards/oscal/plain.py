"""Between the dataclasses of a catalog and plain data, the form that JSON and YAML share; faults say where they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

from .fields import Form, Spec, specs
from .markup import many_lines, one_line

Kind = TypeVar("Kind")

# What no XML can hold, so that every catalog that was read can be written in all three ways.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Findings:
    """What was met on the way: faults, and the places of what is not kept."""

    wrong: list[Sentence] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, place: str) -> None:
        """Count something that is not kept, by its kind of place."""
        self.left_out[place] = self.left_out.get(place, 0) + 1


def build(kind: type[Kind], data: Any, findings: Findings, where: str) -> Kind:
    """The object of plain data; what is missing or of the wrong shape is found, and stands as empty."""
    if not isinstance(data, Mapping):
        findings.wrong.append(_("%(where)s must hold names with values.", where=where))
        data = {}
    known = specs(kind)
    values = {spec.name: _value(spec, data[spec.key], findings, where) for spec in known if spec.key in data}
    for spec in known:
        if spec.required and not values.get(spec.name):
            findings.wrong.append(_("%(where)s has no “%(key)s”.", where=_named(where, data), key=spec.key))
    keys = {spec.key for spec in known}
    for key in data:
        if key not in keys:
            findings.leave_out(f"{kind.__name__.lower()}: {key}")
    return kind(**values)


def _named(where: str, data: Mapping[str, Any]) -> str:
    name = data.get("id") or data.get("title") or data.get("name")
    return f"{where} “{name}”" if isinstance(name, str) and name else where


def _value(spec: Spec, given: Any, findings: Findings, where: str) -> Any:
    below = f"{where}, {spec.key}"
    if spec.form is Form.ONE:
        assert spec.holds is not None
        built: Any = build(spec.holds, given, findings, below)
        return built if to_plain(built) else None
    if spec.form in (Form.MANY, Form.TEXTS, Form.LINES):
        if not isinstance(given, list):
            findings.wrong.append(_("%(where)s must be a list.", where=below))
            return ()
        if spec.form is Form.MANY:
            assert spec.holds is not None
            return tuple(build(spec.holds, each, findings, spec.element) for each in given)
        return tuple(_text(spec, each, findings, below) for each in given)
    return _text(spec, given, findings, below)


def _text(spec: Spec, given: Any, findings: Findings, where: str) -> str:
    if not isinstance(given, str):
        findings.wrong.append(_("%(where)s must be text.", where=where))
        return ""
    if _UNWRITABLE.search(given):
        findings.wrong.append(_("%(where)s holds control characters. Remove them.", where=where))
        return ""
    if spec.form in (Form.BLOCKS, Form.UNWRAPPED):
        return many_lines(given)
    return given.strip() if spec.form is Form.ATTRIBUTE else one_line(given)


def to_plain(thing: Any) -> dict[str, Any]:
    """Plain data of an object, without what is empty."""
    found: dict[str, Any] = {}
    for spec in specs(type(thing)):
        value = getattr(thing, spec.name)
        if not value:
            continue
        if spec.form is Form.ONE:
            found[spec.key] = to_plain(value)
        elif spec.form is Form.MANY:
            found[spec.key] = [to_plain(each) for each in value]
        elif spec.form in (Form.TEXTS, Form.LINES):
            found[spec.key] = list(value)
        else:
            found[spec.key] = value
    return found
