"""The story library of the demonstration, read from YAML into plain values. No database, no framework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from qsms.demo.shapes import Library, Moment, StoryError

STORY_FILES = ("flight", "cabin", "maintenance", "ground", "hazard", "quality", "environment", "ohs")

T = TypeVar("T")


@cache
def load_library() -> Library:
    """The shipped library. Raises StoryError where a file has not its shape; references are checked apart."""
    told = [_read(f"stories/{name}.yaml")["stories"] for name in STORY_FILES]
    everything = {
        "seasons": _read("seasons.yaml"),
        "talk": _read("talk.yaml"),
        "stories": [story for part in told for story in part],
    }
    for name in ("organisation", "slots", "controls", "hazards", "thread", "standards", "documents", "training"):
        everything |= _read(f"{name}.yaml")
    return build(Library, everything, "The library")


def build(kind: type[T], data: object, where: str) -> T:
    """A `kind` made from plain data: nothing unknown, nothing missing, lists as tuples, parts as their own kinds."""
    if not isinstance(data, dict):
        raise StoryError(f"{where} must have names and values.")
    known = {one_field.name: one_field for one_field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(data) - set(known)):
        raise StoryError(f"{where} has “{unknown[0]}”, which is not known here.")
    values: dict[str, Any] = {}
    for name, part in known.items():
        if name in data:
            values[name] = _value(part.metadata, data[name], f"{where}, {name}")
        elif part.default is MISSING and part.default_factory is MISSING:
            raise StoryError(f"{where} has no “{name}”.")
    return kind(**values)


def slots_of(text: str) -> set[str]:
    """The slots that a text has to have filled."""
    return set(_SLOT.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its slots filled and its sentences starting with a capital. KeyError for a slot not given."""
    filled = _SLOT.sub(lambda found: values[found[1]], text)
    return _START.sub(lambda found: found[0].upper(), filled)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SLOT = re.compile(r"\{(\w+)\}")
_START = re.compile(r"(?:^|(?<=[.?!] ))[a-z]")


def _read(name: str) -> dict[str, Any]:
    text = files("qsms.demo").joinpath(f"data/{name}").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe one, in C where there is one
    if data.pop("version", None) != 1:
        raise StoryError(f"{name} is not of version 1, the only one this reads.")
    return data


def _value(metadata: Mapping[str, Any], value: Any, where: str) -> Any:
    if "many" in metadata:
        return tuple(build(metadata["many"], item, f"{where} {number}") for number, item in enumerate(value, 1))
    if "one" in metadata:
        return build(metadata["one"], value, where)
    if "moment" in metadata:
        return Moment.parse(value)
    if isinstance(value, list):
        return tuple(value)
    return value.strip() if isinstance(value, str) else value
