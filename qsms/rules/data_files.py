"""Reading rule data: YAML that says where it is wrong, and never lets a key win silently over its twin."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _


class DataError(ValueError):
    """A data file that cannot be used; `sentences` say what is wrong in it and how to mend it."""

    def __init__(self, name: str, sentences: Sequence[Sentence]) -> None:
        self.name = name
        self.sentences = tuple(sentences)
        super().__init__("\n".join(f"{name}: {sentence}" for sentence in sentences))


class _Twice(Exception):
    def __init__(self, key: object, line: int) -> None:
        self.key = key
        self.line = line
        super().__init__(key)


# The one in C reads ten times as fast; where it is not there, the other one reads the same.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """The safe loader, but a key written twice is an error: plain YAML would keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if str(key) in seen:
                raise _Twice(key, key_node.start_mark.line + 1)
            seen.add(str(key))
        return super().construct_mapping(node, deep=deep)


def digest(path: Path) -> str:
    """The checksum of a shipped file, by which a database knows whether it has read it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_mapping(source: Path | str) -> tuple[str, Mapping[str, Any]]:
    """The name and the content of a YAML file (a path) or of YAML text; raises `DataError` with line numbers."""
    if isinstance(source, Path):
        name = source.name
        try:
            text = source.read_text(encoding="utf-8")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DataError(name, [_("The file cannot be read: %(reason)s.", reason=reason)]) from error
        except UnicodeDecodeError as error:
            raise DataError(name, [_("The file is not UTF-8 text. Save it as UTF-8.")]) from error
    else:
        name, text = "the text given", source
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with one more check
    except _Twice as twice:
        raise DataError(
            name,
            [_("Line %(line)s: “%(key)s” is written twice. Keep one of them.", line=twice.line, key=twice.key)],
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(
            name,
            [_("Line %(line)s is not valid YAML: %(problem)s.", line=line, problem=error.problem or error.context)],
        ) from error
    except (yaml.YAMLError, TypeError, ValueError) as error:
        # TypeError and ValueError: unhashable keys and impossible dates, met while building values.
        raise DataError(name, [_("This is not valid YAML: %(problem)s.", problem=error)]) from error
    if not isinstance(data, dict):
        raise DataError(name, [_("The file must hold names with values, such as “code: icao-5x5”.")])
    return name, data
