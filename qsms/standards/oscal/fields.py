"""How a field of an OSCAL object is written: one description, from which all three serialisations follow."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Form(StrEnum):
    """What stands in a field."""

    ATTRIBUTE = "attribute"
    TEXT = "text"
    LINE = "line"
    BLOCKS = "blocks"
    UNWRAPPED = "unwrapped"
    ONE = "one"
    MANY = "many"
    TEXTS = "texts"
    LINES = "lines"


@dataclass(frozen=True)
class Spec:
    """One field: its name in Python, its key in JSON and YAML, its element in XML, and whether it must be there.

    An attribute is written as such in XML; a line is markup without blocks; blocks stand in an element of their own,
    unwrapped ones right inside their object.
    """

    name: str
    key: str
    element: str
    form: Form
    holds: type | None = None
    required: bool = False


def attribute(key: str, *, required: bool = False) -> Any:
    """A plain value, an attribute in XML."""
    return _field(key, key, Form.ATTRIBUTE, required=required)


def text(key: str, *, required: bool = False) -> Any:
    """A plain value, an element in XML."""
    return _field(key, key, Form.TEXT, required=required)


def line(key: str, *, required: bool = False) -> Any:
    """One line of markup."""
    return _field(key, key, Form.LINE, required=required)


def blocks(key: str, *, unwrapped: bool = False) -> Any:
    """Paragraphs, lists and tables."""
    return _field(key, key, Form.UNWRAPPED if unwrapped else Form.BLOCKS)


def one(key: str, holds: type) -> dict[str, Any]:
    """One object: the metadata of a field that is None without it."""
    return {"oscal": (key, key, Form.ONE, holds, False)}


def many(key: str, element: str, holds: type | None = None) -> Any:
    """A list of objects; of the class itself when none is named."""
    return field(default=(), metadata={"oscal": (key, element, Form.MANY, holds, False)})


def texts(key: str, element: str) -> Any:
    """A list of plain values."""
    return field(default=(), metadata={"oscal": (key, element, Form.TEXTS, None, False)})


def lines(key: str, element: str) -> Any:
    """A list of lines of markup."""
    return field(default=(), metadata={"oscal": (key, element, Form.LINES, None, False)})


def _field(key: str, element: str, form: Form, *, required: bool = False) -> Any:
    return field(default="", metadata={"oscal": (key, element, form, None, required)})


_known: dict[type, tuple[Spec, ...]] = {}


def specs(kind: type) -> tuple[Spec, ...]:
    """The fields of a class, in the order in which XML wants them."""
    if kind not in _known:
        _known[kind] = tuple(_spec(each, kind) for each in fields(kind))
    return _known[kind]


def _spec(each: Field[Any], kind: type) -> Spec:
    key, element, form, holds, required = each.metadata["oscal"]
    return Spec(each.name, key, element, form, kind if form is Form.MANY and holds is None else holds, required)
