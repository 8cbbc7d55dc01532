"""From what a mapping made of a cell to the value of a field: people and places found, choices known, dates read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from qsms.exchange import dates, values
from qsms.exchange.sentences import ValueProblem, shown
from qsms.exchange.targets import PLACES, Target
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import registry, scope
from qsms.records.choices import Lens
from qsms.records.models import Record

NAMES_TO_LIST = 6


class Fitter:
    """Reads values for one import: what it finds of people and places it keeps, so that a row costs no query."""

    def __init__(self, actor: Actor, targets: Mapping[str, Target], order: dates.Order | None = None) -> None:
        self.targets = targets
        self._actor = actor
        self._order = order
        self._people: _Known | None = None
        self._places: dict[str, _Known] = {}
        self._records: dict[tuple[str, str], Record] = {}
        self._lenses = {_fold(word): lens for lens in Lens for word in (lens.name, str(lens.label), lens.name[0])}
        self._readers: dict[str, Callable[[Target, Any], Any]] = {
            "choice": self._choice,
            "state": self._choice,
            "date": lambda _target, given: dates.to_date(given, order=self._order),
            "moment": self._moment,
            "number": lambda _target, given: values.to_decimal(given),
            "whole": lambda _target, given: values.to_whole(given),
            "flag": lambda _target, given: values.to_boolean(given),
            "list": lambda _target, given: given if isinstance(given, list) else values.to_list(given),
            "person": lambda _target, given: self._person(given),
            "place": self._place,
            "record": self._record,
            "records": self._several,
            "lenses": lambda _target, given: self._disciplines(given),
        }

    def fit(self, name: str, given: Any) -> Any:
        """The value for this field; None or "" for nothing. Raises ValueProblem."""
        target = self.targets[name]
        reader = self._readers.get(target.how)
        if reader is not None:
            return reader(target, given)
        return values.to_text(given if not isinstance(given, list) else "; ".join(given), longest=target.longest)

    def _choice(self, target: Target, given: Any) -> Any:
        return values.to_choice(given, target.choices)

    def _moment(self, target: Target, given: Any) -> dt.datetime | None:
        zone = self._actor.tz
        try:
            return dates.to_datetime(given, zone=zone, order=self._order)
        except ValueProblem as problem:
            if problem.code not in {"no-time", "not-a-date", "not-a-time"}:
                raise
        day = dates.to_date(given, order=self._order)
        return dt.datetime.combine(day, dt.time(), zone) if day else None

    def _disciplines(self, given: Any) -> list[int]:
        parts = given if isinstance(given, list) else values.to_list(values.to_text(given).replace(",", ";"))
        found = []
        for part in parts:
            lens = self._lenses.get(_fold(str(part)))
            if lens is None:
                sentence = _("“%(text)s” is no lens. Write one of: %(known)s.")
                known = ", ".join(str(lens.label) for lens in Lens)
                raise ValueProblem(sentence % {"text": shown(part), "known": known}, code="lens")
            found.append(int(lens))
        return found

    def _person(self, given: Any) -> Person | None:
        if self._people is None:
            rows = Person.objects.filter(organisation_id=self._actor.organisation_id).order_by("pk")
            self._people = _Known(rows, ("email", "name"))
        found: Person | None = self._people.find(values.to_text(given), _people_sentences)
        return found

    def _place(self, target: Target, given: Any) -> Any:
        known = self._places.get(target.place)
        if known is None:
            model = PLACES[target.place]
            rows = model._default_manager.filter(organisation_id=self._actor.organisation_id).order_by("pk")
            known = self._places[target.place] = _Known(rows, ("code", "name"))
        return known.find(values.to_text(given), _place_sentences, what=target.label)

    def _several(self, target: Target, given: Any) -> list[Record]:
        parts = given if isinstance(given, list) else values.to_list(given)
        return [found for part in parts if (found := self._record(target, part)) is not None]

    def _record(self, target: Target, given: Any) -> Record | None:
        """By number, by the reference of its kind, or by title, among what the importer sees."""
        text = values.to_text(given)
        if not text:
            return None
        known = self._records.get((target.kind, text))
        if known is not None:
            return known
        key = registry.get(target.kind).import_key
        rows = scope.visible(self._actor, target.kind)
        for name in ("number", *([key] if key else []), "title"):
            found = list(rows.filter(**{f"{name}__iexact": text}).order_by("pk")[:2])
            if len(found) == 1:
                self._records[target.kind, text] = found[0]
                return found[0]  # type: ignore[no-any-return]
            if found:
                said = _("%(what)s: several are called “%(text)s”. Write the number.")
                raise ValueProblem(said % {"what": target.label, "text": shown(text)}, code="several")
        said = _("%(what)s: “%(text)s” is not known here. Write its number, its reference or its title.")
        raise ValueProblem(said % {"what": target.label, "text": shown(text)}, code="unknown")


def _people_sentences() -> dict[str, str]:
    return {
        "unknown": _("Nobody here is called “%(text)s”. Write a name or e-mail address from the list of people."),
        "near": _("Nobody here is called “%(text)s”. Did you mean “%(near)s”?"),
        "several": _("%(count)s people here are called “%(text)s”. Write the e-mail address."),
        "gone": _("“%(text)s” no longer works here. Name somebody else, or leave the cell empty."),
    }


def _place_sentences() -> dict[str, str]:
    return {
        "unknown": _("%(what)s: “%(text)s” is not known here. Write one of: %(known)s."),
        "near": _("%(what)s: “%(text)s” is not known here. Did you mean “%(near)s”?"),
        "several": _("%(what)s: %(count)s of them are called “%(text)s”. Write the code."),
        "gone": _("%(what)s: “%(text)s” is no longer in use. Name another one, or leave the cell empty."),
    }


class _Known:
    """People or places by the words that name them; the first of `words` wins."""

    def __init__(self, rows: Any, words: tuple[str, ...]) -> None:
        self._names: list[str] = []
        self._by: list[dict[str, list[Any]]] = [{} for _word in words]
        # Texts that were looked up and led to one: columns name the same few people and places again and again.
        self._met: dict[str, Any] = {}
        for row in rows:
            for place, word in enumerate(words):
                text = str(getattr(row, word) or "")
                if text:
                    self._by[place].setdefault(_fold(text), []).append(row)
            if row.is_active:
                self._names.append(str(getattr(row, words[-1])))

    def find(self, text: str, sentences: Callable[[], Mapping[str, str]], **more: str) -> Any:
        """The one that `text` names, None for an empty text. Raises ValueProblem with one of the sentences."""
        if not text:
            return None
        if text in self._met:
            return self._met[text]
        wanted = _fold(text)
        code, count = "unknown", 0
        for known in self._by:
            found = known.get(wanted, [])
            live = [row for row in found if row.is_active]
            if len(live) == 1:
                self._met[text] = live[0]
                return live[0]
            if live:
                code, count = "several", len(live)
                break
            if found:
                code = "gone"
        like = values.nearest(text, self._names) if code == "unknown" else None
        said = sentences()["near" if like else code]
        listed = ", ".join(self._names[:NAMES_TO_LIST]) + (" …" if len(self._names) > NAMES_TO_LIST else "")
        raise ValueProblem(
            said % {"text": shown(text), "near": like, "count": count, "known": listed, **more}, code=code
        )


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
