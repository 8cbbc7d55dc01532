"""Catalogs in XML: to and from the same plain data as JSON and YAML, without entities and within limits."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from qsms.rules.data_files import DataError
from qsms.rules.sentences import say as _
from qsms.rules.untrusted_yaml import DEEPEST, MOST_NODES

from .catalog import Catalog
from .fields import Form, Spec, specs
from .markup import BLOCKS, blocks_from, blocks_into, line_from, line_into, local

NAMESPACE: Final = "http://csrc.nist.gov/ns/oscal/1.0"
_MARKUP: Final = BLOCKS | {"title", "label", "choice", "text"}


def read_xml(content: bytes, name: str) -> dict[str, Any]:
    """Plain data of a catalog in XML; raises `DataError` for what is no XML, too deep, or not a catalog."""
    root = _parsed(content, name)
    if local(root) != "catalog" or root.tag != f"{{{NAMESPACE}}}catalog":
        raise DataError(name, [_("The root is <%(root)s>. An OSCAL catalog begins with <catalog>.", root=local(root))])
    return _object(root, Catalog)


def write_xml(data: dict[str, Any]) -> bytes:
    """A catalog in XML from its plain data."""
    register_namespace("", NAMESPACE)
    root = Element("catalog", {"xmlns": NAMESPACE})
    _fill(root, data, Catalog)
    _indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _parsed(content: bytes, name: str) -> Element:
    depth = nodes = 0
    root: Element | None = None
    try:
        for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "end":
                depth -= 1
                continue
            root = element if root is None else root
            depth += 1
            nodes += 1
            if depth > DEEPEST:
                raise DataError(
                    name, [_("<%(tag)s> is nested more than %(most)s deep.", tag=local(element), most=DEEPEST)]
                )
            if nodes > MOST_NODES:
                raise DataError(name, [_("There are more than %(most)s elements. Split the file.", most=MOST_NODES)])
    except DefusedXmlException:
        raise DataError(
            name, [_("Document types and entities are not read. Remove <!DOCTYPE> and what it defines.")]
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        # ValueError and LookupError: an encoding that is named and not known.
        raise DataError(name, [_("This is not valid XML: %(problem)s.", problem=error)]) from None
    assert root is not None
    return root


def _object(element: Element, kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    known = {spec.element: spec for spec in specs(kind) if spec.form not in (Form.ATTRIBUTE, Form.UNWRAPPED)}
    attributes = {spec.element for spec in specs(kind) if spec.form is Form.ATTRIBUTE}
    prose = next((spec for spec in specs(kind) if spec.form is Form.UNWRAPPED), None)
    found.update(element.attrib)
    blocks = []
    for child in element:
        name = local(child)
        spec = known.get(name)
        if spec is not None:
            _child(found, spec, child)
        elif prose is not None and name in BLOCKS:
            blocks.append(child)
        elif name and name not in attributes:
            found.setdefault(name, "")
    if prose is not None and blocks:
        found[prose.key] = blocks_from(blocks)
    return found


def _child(found: dict[str, Any], spec: Spec, child: Element) -> None:
    if spec.form is Form.MANY:
        assert spec.holds is not None
        found.setdefault(spec.key, []).append(_object(child, spec.holds))
    elif spec.form is Form.ONE:
        assert spec.holds is not None
        found[spec.key] = _object(child, spec.holds)
    elif spec.form in (Form.TEXTS, Form.LINES):
        found.setdefault(spec.key, []).append(line_from(child))
    elif spec.form is Form.BLOCKS:
        found[spec.key] = blocks_from(child)
    else:
        found[spec.key] = line_from(child)


def _fill(element: Element, data: dict[str, Any], kind: type) -> None:
    for spec in specs(kind):
        value = data.get(spec.key)
        if not value:
            continue
        if spec.form is Form.ATTRIBUTE:
            element.set(spec.element, value)
        elif spec.form is Form.UNWRAPPED:
            blocks_into(element, value)
        elif spec.form is Form.BLOCKS:
            blocks_into(SubElement(element, spec.element), value)
        elif spec.form is Form.LINE:
            line_into(SubElement(element, spec.element), value)
        elif spec.form is Form.TEXT:
            SubElement(element, spec.element).text = value
        else:
            _fill_children(element, spec, value)


def _indent(element: Element, depth: int = 0) -> None:
    """Set structure in, and leave markup as it is: blank space between two of its elements would be text."""
    below = "\n" + "  " * (depth + 1)
    children = list(element)
    if not children or element.text or any(child.tail for child in children):
        return
    element.text = below
    for child in children:
        child.tail = below
        if child.tag not in _MARKUP:
            _indent(child, depth + 1)
    children[-1].tail = below[:-2]


def _fill_children(element: Element, spec: Spec, value: Any) -> None:
    for each in value if isinstance(value, list) else [value]:
        child = SubElement(element, spec.element)
        if spec.form is Form.LINES:
            line_into(child, each)
        elif spec.form is Form.TEXTS:
            child.text = each
        else:
            assert spec.holds is not None
            _fill(child, each, spec.holds)
