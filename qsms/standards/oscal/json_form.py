"""Catalogs in JSON and YAML: to and from plain data, within limits."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from qsms.rules.data_files import DataError
from qsms.rules.sentences import say as _
from qsms.rules.untrusted_yaml import DEEPEST, strings

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{}]', re.DOTALL)


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def read_json(text: str, name: str) -> dict[str, Any]:
    """Plain data of a catalog in JSON; raises `DataError` for what is no JSON, too deep, or not a catalog."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                line = text.count("\n", 0, token.start()) + 1
                raise DataError(name, [_("Line %(line)s is nested more than %(most)s deep.", line=line, most=DEEPEST)])
        elif token[0] in "]}":
            depth -= 1
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except _Twice as twice:
        raise DataError(
            name, [_("“%(key)s” is written twice in one object. Keep one of them.", key=twice.key)]
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(name, [_("This is not valid JSON: %(problem)s.", problem=error)]) from None
    return _catalog(data, name)


def read_yaml(text: str, name: str) -> dict[str, Any]:
    """Plain data of a catalog in YAML; every value is the text that is written."""
    return _catalog(strings(text, name), name)


def write_json(data: dict[str, Any]) -> bytes:
    """A catalog in JSON from its plain data."""
    return (json.dumps({"catalog": data}, ensure_ascii=False, indent=2) + "\n").encode()


def write_yaml(data: dict[str, Any]) -> bytes:
    """A catalog in YAML from its plain data."""
    return yaml.safe_dump({"catalog": data}, sort_keys=False, allow_unicode=True, width=116).encode()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _catalog(data: Any, name: str) -> dict[str, Any]:
    if not isinstance(data, dict) or not isinstance(data.get("catalog"), dict):
        held = ", ".join(map(str, data)) if isinstance(data, dict) else ""
        raise DataError(
            name, [_("There is no “catalog” at the top, but “%(held)s”. Bring an OSCAL catalog.", held=held[:100])]
        )
    catalog: dict[str, Any] = data["catalog"]
    return catalog
