"""Catalogs as frameworks and back: groups are headings, controls are requirements, labels are numbers.

What OSCAL has no word for goes into properties of a namespace of our own, so that our frameworks come back equal; a
catalog of somebody else brings its titles, its statements with parameters filled in, and its tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from qsms.rules.data_files import DataError
from qsms.rules.framework_check import DATES
from qsms.rules.framework_data import checksum, from_dict
from qsms.rules.frameworks import Change, Framework, Requirement
from qsms.rules.sentences import say as _

from .catalog import Catalog, Control, Group, Metadata, Part, Property
from .parameters import Filler, TooLong

NAMESPACE: Final = "urn:openqsms:framework"
OSCAL_VERSION: Final = "1.1.2"
HEAD: Final = ("code", "edition", "publisher", "status", "confidence", "basis", "confidence_note")


@dataclass(frozen=True)
class Naming:
    """What a catalog of somebody else does not say in our words: its name here, and how far to trust it."""

    code: str
    edition: str
    publisher: str
    basis: str
    confidence_note: str
    status: str = "in_force"
    confidence: str = "background"


def to_framework(catalog: Catalog, naming: Naming | None = None, *, name: str = "the catalog") -> Framework:
    """The framework of a catalog; `naming` is needed unless it was written by `to_catalog`.

    Raises `DataError` with what is wrong and how to mend it.
    """
    assert catalog.metadata is not None
    ours = _ours(catalog.metadata.props)
    if naming is None and not set(HEAD) <= set(ours):
        raise DataError(name, [_("The catalog does not say its code, edition and publisher. Name them.")])
    data: dict[str, Any] = {"title": catalog.metadata.title}
    for key in HEAD:
        data[key] = ours[key][0] if naming is None else getattr(naming, key)
    if "subject" in ours:
        data["subject"] = ours["subject"][0]
    data["dates"] = {key: ours[key][0] for key in DATES if key in ours}
    if "base" in ours and "base-kind" in ours:
        data["base"] = {
            "framework": ours["base"][0],
            "kind": ours["base-kind"][0],
            "leaves_out": ours.get("leaves-out", []),
        }
    try:
        data["requirements"] = list(_Rows(catalog).rows())
    except TooLong as error:
        raise DataError(name, [error.sentence]) from error
    return from_dict(data, name=name)


class _Rows:
    """The requirements of a catalog in reading order, every parent before its children."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._filler = Filler({each.id: each for each in catalog.all_params()})
        self._numbers: set[str] = set()

    def rows(self) -> Iterator[dict[str, Any]]:
        for group in self._catalog.groups:
            yield from self._group(group, "")
        for control in self._catalog.controls:
            yield from self._control(control, "")

    def _group(self, group: Group, under: str) -> Iterator[dict[str, Any]]:
        number = self._number(group)
        yield {**self._row(group, number, under), "heading": True}
        for below in group.groups:
            yield from self._group(below, number)
        for control in group.controls:
            yield from self._control(control, number)

    def _control(self, control: Control, under: str) -> Iterator[dict[str, Any]]:
        number = self._number(control)
        row = self._row(control, number, under)
        withdrawn = any(each.name == "status" and each.value.lower() == "withdrawn" for each in control.props)
        if withdrawn or "false" in _ours(control.props).get("assessable", ()):
            row["heading"] = True
        elif "intent" not in row:
            row["intent"] = row["title"]
        yield row
        for below in control.controls:
            yield from self._control(below, number)

    def _number(self, thing: Group | Control) -> str:
        labels = [each for each in thing.props if each.name == "label"]
        best = next((each.value for each in labels if not each.kind), labels[0].value if labels else thing.id)
        number = (
            best if best and best not in self._numbers else thing.id or f"{thing.title[:40]} {len(self._numbers) + 1}"
        )
        self._numbers.add(number)
        return number

    def _row(self, thing: Group | Control, number: str, under: str) -> dict[str, Any]:
        ours = _ours(thing.props)
        row: dict[str, Any] = {"number": number, "title": self._filler.fill(thing.title), "under": under}
        texts = {
            "intent": self._prose(each for each in thing.parts if each.name == "statement"),
            "adds": self._prose(each for each in thing.parts if (each.name, each.ns) == ("addition", NAMESPACE)),
            "evidence": self._prose(each for each in thing.parts if (each.name, each.ns) == ("evidence", NAMESPACE)),
        }
        row.update({key: text for key, text in texts.items() if text})
        row.update({key: ours[key][0] for key in ("applies_when", "confidence", "change", "note") if key in ours})
        row.update({key: ours[key] for key in ("documented", "was") if key in ours})
        return row

    def _prose(self, parts: Iterable[Part]) -> str:
        return "\n".join(line for part in parts for line in self._lines(part))

    def _lines(self, part: Part) -> Iterator[str]:
        label = next((each.value for each in part.props if each.name == "label" and not each.kind), "")
        prose = self._filler.fill(part.prose)
        if prose:
            yield f"{label} {prose}" if label else prose
        for below in part.parts:
            yield from self._lines(below)


def to_catalog(framework: Framework, last_modified: str) -> Catalog:
    """The catalog of a framework, as of a moment in the form of RFC 3339."""
    head = {key: str(getattr(framework, key)) for key in HEAD} | dict(framework.dates)
    if framework.subject:
        head["subject"] = framework.subject.value
    props = [_own(key, value) for key, value in head.items()]
    if framework.base:
        props += [_own("base", framework.base.framework), _own("base-kind", framework.base.kind.value)]
        props += [_own("leaves-out", each) for each in framework.base.leaves_out]
    metadata = Metadata(
        title=framework.title,
        last_modified=last_modified,
        version=framework.edition,
        oscal_version=OSCAL_VERSION,
        props=tuple(props),
    )
    groups, controls = _Tree(framework).below("")
    return Catalog(
        uuid=str(uuid5(NAMESPACE_URL, f"{NAMESPACE}:{framework.key}:{checksum(framework)}")),
        metadata=metadata,
        groups=groups,
        controls=controls,
    )


class _Tree:
    """A framework as groups and controls. A group holds groups or controls and not both, so headings among requirements
    are controls that are not assessed."""

    def __init__(self, framework: Framework) -> None:
        self._framework = framework
        self._ids: set[str] = set()

    def below(self, number: str) -> tuple[tuple[Group, ...], tuple[Control, ...]]:
        rows = [self._framework.by_number[each] for each in self._framework.children(number)]
        if any(each.assessable for each in rows):
            return (), tuple(self._control(each) for each in rows)
        return tuple(self._group(each) for each in rows), ()

    def _group(self, row: Requirement) -> Group:
        name = self._id(row.number)
        groups, controls = self.below(row.number)
        return Group(id=name, title=row.title, props=_props(row), parts=_parts(row), groups=groups, controls=controls)

    def _control(self, row: Requirement) -> Control:
        name = self._id(row.number)
        below = tuple(self._control(self._framework.by_number[each]) for each in self._framework.children(row.number))
        props = _props(row) if row.assessable else (*_props(row), _own("assessable", "false"))
        return Control(id=name, title=row.title, props=props, parts=_parts(row), controls=below)

    def _id(self, number: str) -> str:
        stem = "r-" + re.sub(r"[^0-9A-Za-z]+", "-", number).strip("-").lower()
        name, copy = stem, 1
        while name in self._ids:
            copy += 1
            name = f"{stem}_{copy}"
        self._ids.add(name)
        return name


def _props(row: Requirement) -> tuple[Property, ...]:
    found = [Property(name="label", value=row.number)]
    found += [_own("documented", each.value) for each in row.documented]
    single = {"applies_when": row.applies_when, "confidence": row.confidence, "note": row.note}
    found += [_own(key, str(value)) for key, value in single.items() if value]
    if row.change is not Change.NEW:
        found.append(_own("change", row.change.value))
    return (*found, *(_own("was", each) for each in row.was))


def _parts(row: Requirement) -> tuple[Part, ...]:
    found = [Part(name="statement", prose=row.intent)] if row.intent else []
    if row.addition:
        found.append(Part(name="addition", ns=NAMESPACE, prose=row.addition))
    if row.evidence:
        found.append(Part(name="evidence", ns=NAMESPACE, prose=row.evidence))
    return tuple(found)


def _own(name: str, value: str) -> Property:
    return Property(name=name, ns=NAMESPACE, value=value)


def _ours(props: Iterable[Property]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in props:
        if each.ns == NAMESPACE:
            found.setdefault(each.name, []).append(each.value)
    return found
