"""The history of one record played through again: does each change follow from the one before, up to what it is now?

Works on plain values, so that it says the same about a row of the database as about an example in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

SHORT = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A deed as it was written: what it is called for a person, and the changes it tells of."""

    id: int
    name: str
    version: int
    first: Mapping[str, str] = field(default_factory=dict)  # values a new record was given
    changes: Sequence[tuple[str, str, str]] = ()  # field, old, new
    # By how many versions such a deed takes the record further.
    steps: frozenset[int] = frozenset({0, 1})
    is_move: bool = False
    # Fields that the move itself asked for; other changes followed from it.
    asked: frozenset[str] = frozenset()
    # A file that came (name, hash, role) or went, by its key.
    file: tuple[int, tuple[str, str, str] | None] | None = None
    # What was signed with it beside fields and files.
    also: Mapping[str, str] = field(default_factory=dict)
    # The version that it left, where a later deed says that its own is wrong.
    corrected: int = 0

    @property
    def left(self) -> int:
        return max(self.version, self.corrected)


@dataclass(frozen=True, slots=True)
class Now:
    """The record as the database holds it, in the words of the page."""

    number: str
    version: int
    values: Mapping[str, str]


# Whether a text of old may stand for the text of today: people and places are renamed without touching the record.
Same = Callable[[str, str, str], bool]
Labels = Callable[[str], str]


def problems(now: Now, deeds: Sequence[Told], label: Labels, same: Same) -> Iterator[str]:
    """What does not fit, each as a sentence that begins with the record's number. `deeds` come oldest first."""
    if not deeds:
        yield _("%(number)s has no history at all. Whoever made it is not known.") % {"number": now.number}
        return
    yield from _versions(now, deeds)
    known: dict[str, tuple[str, Told]] = {}
    for deed in deeds:
        known |= {name: (text, deed) for name, text in deed.first.items()}
        for name, old, new in deed.changes:
            if name not in now.values:
                # Told of, but no column of the record: a rating, a lens.
                continue
            if name in known and not same(name, known[name][0], old):
                yield _(
                    "%(number)s: “%(field)s” was “%(then)s” after %(before)s and “%(old)s” before %(after)s; "
                    "nobody's deed changed it in between."
                ) % {
                    "number": now.number, "field": label(name), "then": _short(known[name][0]), "old": _short(old),
                    "before": known[name][1].name, "after": deed.name,
                }  # fmt: skip
            known[name] = new, deed
    for name, (text, deed) in known.items():
        if name in now.values and not same(name, text, now.values[name]):
            yield _(
                "%(number)s: “%(field)s” is “%(now)s”, but %(deed)s left it at “%(then)s”; "
                "it was changed behind the application's back."
            ) % {
                "number": now.number, "field": label(name), "now": _short(now.values[name]), "then": _short(text),
                "deed": deed.name,
            }  # fmt: skip


def _versions(now: Now, deeds: Sequence[Told]) -> Iterator[str]:
    at = 0
    for deed in deeds:
        if not {deed.version - at, deed.left - at} & deed.steps:
            words = _("%(number)s: after version %(at)d a deed is missing, before %(deed)s at version %(to)d.")
            yield words % {"number": now.number, "at": at, "to": deed.version, "deed": deed.name}
        at = max(at, deed.left)
    if at != now.version:
        words = _("%(number)s stands at version %(now)d, but its history ends at version %(last)d.")
        yield words % {"number": now.number, "now": now.version, "last": at}


def before(now: Now, deeds: Sequence[Told], deed_id: int) -> dict[str, str]:
    """The values as they stood before a deed, in the words of then as far as deeds tell them."""
    values = dict(now.values)
    for deed in reversed([one for one in deeds if one.id >= deed_id]):
        for name, old, _new in reversed(deed.changes):
            values[name] = old
    for deed in deeds:
        if deed.id < deed_id:
            # Who was renamed since stood there under the former name.
            values |= deed.first
            values |= {name: new for name, _old, new in deed.changes}
    return values


def signed(now: Now, deeds: Sequence[Told], deed_id: int) -> dict[str, str]:
    """The values that were signed with a move: as they stood before it, and what its dialog asked for."""
    values = before(now, deeds, deed_id)
    move = next(deed for deed in deeds if deed.id == deed_id)
    for name, _old, new in reversed(move.changes):
        if name in move.asked:
            values[name] = new
    return values


def files_before(deeds: Sequence[Told], deed_id: int) -> list[tuple[str, str, str]]:
    """The files that were there at a deed, the oldest first."""
    there: dict[int, tuple[str, str, str]] = {}
    for deed in deeds:
        if deed.id < deed_id and deed.file is not None:
            key, file = deed.file
            if file is not None:
                there[key] = file
            else:
                there.pop(key, None)
    return [there[key] for key in sorted(there)]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else f"{plain[:SHORT].rstrip()} …"


def renames(pairs: Sequence[tuple[str, str]]) -> Callable[[str, str], bool]:
    """Whether a name of old became a name of today by renames (old, new), oldest first."""
    became: dict[str, set[str]] = {}
    for old, new in pairs:
        became.setdefault(old, set()).add(new)

    def reached(old: str, today: str) -> bool:
        seen, frontier = {old}, {old}
        while frontier:
            frontier = {new for one in frontier for new in became.get(one, ())} - seen
            seen |= frontier
        return today in seen

    return reached


def as_values(detail: Mapping[str, Any]) -> dict[str, str]:
    """The first values that a deed kept in its detail."""
    given = detail.get("values", {})
    return {str(name): str(text) for name, text in given.items()} if isinstance(given, dict) else {}
