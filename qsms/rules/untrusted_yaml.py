"""YAML from strangers: bounded in size and depth, without aliases and tags, so that a small file cannot grow large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from qsms.rules.data_files import DataError
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

MOST_BYTES: Final = 20 * 1024 * 1024
DEEPEST: Final = 60
MOST_NODES: Final = 1_000_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSES = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def within_size(content: bytes, name: str) -> bytes:
    """The same bytes; raises `DataError` when there are too many."""
    if len(content) > MOST_BYTES:
        raise DataError(name, [_("The file has more than %(most)s MB. Split it.", most=MOST_BYTES // 1024 // 1024)])
    return content


def decoded(content: bytes, name: str) -> str:
    """The text of a file within the limit of size; raises `DataError` for one that is too large or is not UTF-8."""
    within_size(content, name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(name, [_("The file is not UTF-8 text. Save it as UTF-8.")]) from None


def guard(text: str, name: str) -> None:
    """Raise `DataError` unless the text is one plain YAML document within the limits."""
    for _event in _events(text, name):
        pass


def strings(text: str, name: str) -> Any:
    """The document with every scalar as the text that is written: no dates, no numbers, no truth values."""
    root: list[Any] = []
    stack: list[Any] = [root]
    keys: list[str | None] = [None]
    for event in _events(text, name):
        if isinstance(event, _CLOSES):
            stack.pop()
            keys.pop()
            continue
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        if isinstance(event, yaml.ScalarEvent):
            value = event.value
        holder = stack[-1]
        if isinstance(holder, dict):
            if keys[-1] is None:
                if not isinstance(value, str):
                    raise DataError(name, [_at(event, _("A name must be text."))])
                if value in holder:
                    raise DataError(name, [_at(event, _("“%(key)s” is written twice. Keep one of them.", key=value))])
                keys[-1] = value
                holder[value] = ""
                continue
            holder[keys[-1]] = value
            keys[-1] = None
        else:
            holder.append(value)
        if isinstance(event, _OPENS):
            stack.append(value)
            keys.append(None)
    return root[0] if root else None


def _events(text: str, name: str) -> Iterator[yaml.Event]:
    depth = nodes = documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            elif isinstance(event, yaml.AliasEvent):
                raise DataError(
                    name, [_at(event, _("Aliases (*%(name)s) are not read. Write it out.", name=event.anchor))]
                )
            elif isinstance(event, (*_OPENS, yaml.ScalarEvent)):
                nodes += 1
                if event.tag:
                    raise DataError(name, [_at(event, _("Tags (%(tag)s) are not read. Remove it.", tag=event.tag))])
                depth += isinstance(event, _OPENS)
                if depth > DEEPEST:
                    raise DataError(name, [_at(event, _("It is nested more than %(most)s deep.", most=DEEPEST))])
                if nodes > MOST_NODES:
                    raise DataError(name, [_("There are more than %(most)s values. Split the file.", most=MOST_NODES)])
                yield event
            elif isinstance(event, _CLOSES):
                depth -= 1
                yield event
            if documents > 1:
                raise DataError(name, [_at(event, _("A second document begins. Write one in a file."))])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or error.context
        raise DataError(
            name, [_("Line %(line)s is not valid YAML: %(problem)s.", line=line, problem=problem)]
        ) from error
    except yaml.YAMLError as error:
        raise DataError(name, [_("This is not valid YAML: %(problem)s.", problem=error)]) from error


def _at(event: yaml.Event, sentence: Sentence) -> Sentence:
    line = event.start_mark.line + 1 if event.start_mark else 1
    return _("Line %(line)s: %(sentence)s", line=line, sentence=sentence)
