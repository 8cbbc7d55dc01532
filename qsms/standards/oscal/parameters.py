"""Parameters of a catalog: what an insert stands for, without running in circles or growing without end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

from .catalog import Parameter

LONGEST: Final = 20_000
INSERT = re.compile(r"\{\{ insert: param, (?P<id>[^\s{}]+) \}\}")


class TooLong(ValueError):
    """A text that grows too long when its parameters are filled in; the sentence names the parameter."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def named_in(text: str) -> Iterator[str]:
    """The parameters that a text inserts."""
    return (found["id"] for found in INSERT.finditer(text))


def words(parameter: Parameter) -> str:
    """What a parameter stands for: its values, its choices, else its label in brackets."""
    if parameter.values:
        return ", ".join(parameter.values)
    if parameter.select and parameter.select.choices:
        return "[" + " / ".join(parameter.select.choices) + "]"
    return f"[{parameter.label or parameter.id}]"


def circles(parameters: Mapping[str, Parameter]) -> list[Sentence]:
    """A sentence for each circle of parameters that insert one another."""
    found: list[Sentence] = []
    done: set[str] = set()
    for start in parameters:
        path: dict[str, Iterator[str]] = {}
        if start not in done:
            path[start] = named_in(words(parameters[start]))
        while path:
            here = next(reversed(path))
            for there in path[here]:
                if there in path:
                    circle = [*list(path)[list(path).index(there) :], there]
                    found.append(_("Parameters run in a circle: %(circle)s.", circle=" → ".join(circle)))
                elif there in parameters and there not in done:
                    path[there] = named_in(words(parameters[there]))
                    break
            else:
                done.add(here)
                del path[here]
    return found


class Filler:
    """Fills parameters into texts; a parameter that is not defined stays as its id in brackets."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self._parameters = parameters
        self._filled: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """The text with every parameter in words; raises `TooLong`, and wants parameters without circles."""
        size = len(text)
        found: list[str] = []
        end = 0
        for insert in INSERT.finditer(text):
            said = self._word(insert["id"])
            size += len(said)
            if size > LONGEST:
                raise TooLong(
                    _(
                        "With “%(id)s” filled in, a text has more than %(most)s letters. Shorten its choices.",
                        id=insert["id"],
                        most=LONGEST,
                    )
                )
            found += [text[end : insert.start()], said]
            end = insert.end()
        return "".join([*found, text[end:]])

    def _word(self, name: str) -> str:
        parameter = self._parameters.get(name)
        if parameter is None:
            return f"[{name}]"
        if name not in self._filled:
            self._filled[name] = self.fill(words(parameter))
        return self._filled[name]
