"""The steps of a mapping: what may happen to a value between its cell and its field. Each is data in a mapping file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from qsms.exchange import dates, values
from qsms.exchange.sentences import ValueProblem, shown

# A list once split, else whatever the step before made of it. None is "nothing here".
Value = Any
Step = Callable[[Value], Value]


class MappingError(ValueError):
    """A mapping file that does not make sense. For whoever writes mappings; `str()` says where and what."""


@dataclass(frozen=True)
class Lookup:
    """A table of words to words. `contains` looks for each entry anywhere in the value, in the order of the file, and
    the first one found wins; otherwise the whole value counts. Case and blanks do not matter.

    `otherwise` says what an unknown value becomes: "keep", "drop" (nothing), "refuse" (an error), or "=word".
    """

    entries: Mapping[str, str]
    contains: bool = False
    otherwise: str = "refuse"
    words: tuple[str, ...] = ()
    _known: dict[str, Value] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, value: Value) -> Value:
        text = values.to_text(value)
        if text not in self._known:
            # Cells repeat; most columns that are looked up hold a few dozen different values.
            if len(self._known) > 5_000:
                self._known.clear()
            self._known[text] = self._find(text)
        return self._known[text]

    def _find(self, text: str) -> Value:
        wanted = folded(text)
        if self.contains:
            found = next((word for entry, word in self.entries.items() if entry in wanted), None)
        else:
            found = self.entries.get(wanted)
        if found is not None:
            return found
        if self.otherwise.startswith("="):
            return self.otherwise[1:]
        if self.otherwise == "keep":
            return text
        if self.otherwise == "drop":
            return None
        near = values.nearest(text, self.words)
        if near:
            sentence = _("“%(text)s” is not known here. Did you mean “%(near)s”?") % {"text": shown(text), "near": near}
        else:
            sentence = _("“%(text)s” is not known here. Write one of: %(known)s.")
            sentence %= {"text": shown(text), "known": ", ".join(self.words[:8])}
        raise ValueProblem(sentence, code="unknown")


def make_lookup(data: Mapping[str, Any], where: str) -> Lookup:
    """A lookup from its form in a mapping file."""
    check_keys(data, {"entries", "match", "otherwise"}, where)
    entries = data.get("entries")
    if not isinstance(entries, dict) or not entries or not all(isinstance(k, str) for k in entries):
        raise MappingError(f"{where}: entries must be words to words (quote yes, no and numbers).")
    match = data.get("match", "whole")
    if match not in {"whole", "contains"}:
        raise MappingError(f"{where}: match is “{match}”; write whole or contains.")
    otherwise = str(data.get("otherwise", "refuse"))
    if otherwise not in {"keep", "drop", "refuse"} and not otherwise.startswith("="):
        raise MappingError(f"{where}: otherwise is “{otherwise}”; write keep, drop, refuse or =word.")
    by_word = {folded(key): str(word) for key, word in entries.items()}
    return Lookup(by_word, match == "contains", otherwise, tuple(entries))


def make_step(data: object, lookups: Mapping[str, Lookup], where: str) -> Step:
    """A step from its form in a mapping file: a bare word, or one word with its setting."""
    if isinstance(data, str):
        name, setting = data, None
    elif isinstance(data, dict) and len(data) == 1:
        name, setting = next(iter(data.items()))
    else:
        raise MappingError(f"{where}: “{data}” is not a step.")
    if name == "lookup":
        if setting not in lookups:
            raise MappingError(f"{where}: there is no lookup “{setting}”.")
        return _each(lookups[str(setting)])
    maker = _MAKERS.get(str(name))
    if maker is None:
        raise MappingError(f"{where}: there is no step “{name}”. There are: {', '.join(sorted(_MAKERS))}, lookup.")
    try:
        return maker(setting)
    except (TypeError, ValueError, KeyError) as error:
        raise MappingError(f"{where}: “{setting}” does not suit the step “{name}”.") from error


def check_keys(data: Mapping[str, Any], allowed: set[str], where: str) -> None:
    """Refuse a mapping that says something nobody reads: most often a slip of the pen."""
    unknown = [key for key in data if key not in allowed]
    if unknown:
        raise MappingError(f"{where}: “{unknown[0]}” is not known here; write one of {', '.join(sorted(allowed))}.")


def folded(text: str) -> str:
    """`text` as it counts for comparing: without regard to case and blanks."""
    return " ".join(text.casefold().split())


def _each(step: Step) -> Step:
    """`step` for single values; for a list, for each of its parts, without those that become nothing."""

    def run(value: Value) -> Value:
        if isinstance(value, list):
            made = [step(part) for part in value]
            return [part for part in made if part not in (None, "")]
        return step(value)

    return run


def _split(setting: object) -> Step:
    separator = str(setting or ";")
    return lambda value: values.to_list(value, separator=separator)


def _unique(setting: object) -> Step:
    return lambda value: list(dict.fromkeys(value)) if isinstance(value, list) else value


def _join(setting: object) -> Step:
    separator = str(setting or "; ")
    return lambda value: separator.join(value) if isinstance(value, list) else value


def _add(setting: object) -> Step:
    extra = [setting] if isinstance(setting, str) else [str(part) for part in setting]  # type: ignore[attr-defined]
    return lambda value: list(
        dict.fromkeys([*extra, *(value if isinstance(value, list) else [value] if value else [])])
    )


def _prefix(setting: object) -> Step:
    before = str(setting)
    return _each(lambda value: before + values.to_text(value))


def _shorten(setting: object) -> Step:
    most = int(str(setting))
    if most < 2:
        raise ValueError

    def shorten(value: Value) -> Value:
        text = " ".join(values.to_text(value).split())
        if len(text) <= most:
            return text
        cut = text[: most - 1]
        # At a word's end, unless the last word is as long as half of all.
        at = cut.rfind(" ")
        return (cut[:at] if at > most // 2 else cut).rstrip(" ,;:-") + "…"

    return _each(shorten)


def _first_sentence(setting: object) -> Step:
    least = int(str(setting or 0))

    def first(value: Value) -> Value:
        text = " ".join(values.to_text(value).split())
        for end in re.finditer(r"[.!?](?=\s+[A-Z\[(\"'])", text):
            if end.end() >= least:
                return text[: end.end()]
        return text

    return _each(first)


def _date(setting: object) -> Step:
    if setting in {"DMY", "MDY", "YMD"}:
        order: Any = setting
        return _each(lambda value: dates.to_date(value, order=order))
    if setting in {"ISO", None}:
        return _each(dates.to_date)
    if setting == "YYYYMM":

        def month(value: Value) -> Value:
            found = dates.to_partial_date(value)
            if found is not None and found.precision == "year":
                sentence = _("“%(text)s” names no month. Write it as 202101.") % {"text": shown(value)}
                raise ValueProblem(sentence, code="no-month")
            return found.date.replace(day=1) if found else None

        return _each(month)
    raise ValueError


def _date_if_any(setting: object) -> Step:
    read = _date(setting)

    def run(value: Value) -> Value:
        try:
            return read(value)
        except ValueProblem:
            return None

    return run


def _number(setting: object) -> Step:
    if setting not in {None, ".", ","}:
        raise ValueError
    mark: Any = setting
    return _each(lambda value: values.to_decimal(value, mark=mark))


_MAKERS: dict[str, Callable[[object], Step]] = {
    "split": _split,
    "unique": _unique,
    "join": _join,
    "add": _add,
    "prefix": _prefix,
    "shorten": _shorten,
    "first_sentence": _first_sentence,
    "date": _date,
    # For lists that write a day in some rows and less, or something else, in others.
    "date_if_any": _date_if_any,
    "time": lambda setting: _each(dates.to_time),
    "number": _number,
    "whole": lambda setting: _each(values.to_whole),
    "yes_no": lambda setting: _each(values.to_boolean),
}
