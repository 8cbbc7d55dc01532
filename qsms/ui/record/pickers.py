"""Fields that point at something: people by name, places, processes, other records by number.

Without script one types the name or number; the page brings the first suggestions along as a list of its own, and
with script the rest come while typing. What was typed is looked up within the organisation and the reader's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import across, scope
from qsms.records.models import Record

SUGGESTED = 20
SHORTEST_WORD = 3
# Without an index, a title is looked for among so many of the newest of a kind.
TITLES_LOOKED_AT = 2000
# So many people's names come with the page; in a larger organisation the rest come while typing.
AT_ONCE = 200


# Searching is a kit's: the assembly hands over a function (actor, typed, kinds, limit) -> ids of records whose title
# has the words that were typed, however old they are.
TitleSearch = Callable[[Actor, str, Sequence[str], int], Sequence[int]]
_search: list[TitleSearch] = []


def provide_search(search: TitleSearch) -> None:
    """Say how a picker finds records by their title."""
    _search[:] = [search]


def person_label(name: str, title: str, *, twice: bool) -> str:
    """How a person is written in a field: the name, with the job title where two share a name."""
    return f"{name} ({title})" if twice and title else name


def people(actor: Actor, typed: str = "", limit: int = SUGGESTED) -> list[str]:
    """Names of people of the organisation with a word that begins like `typed`."""
    rows = Person.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    for word in typed.split():
        rows = rows.filter(Q(name__istartswith=word) | Q(name__icontains=f" {word}"))
    found = list(rows.order_by("name").values_list("name", "title")[:limit])
    shared = [name for name, _title in found]
    return [person_label(name, title, twice=shared.count(name) > 1) for name, title in found]


def records(actor: Actor, typed: str, kinds: list[str] | None = None, limit: int = SUGGESTED) -> list[Record]:
    """Records the actor sees whose number begins like `typed` or whose title has it; without text the newest."""
    wanted = kinds if kinds is not None else scope.kinds_seen(actor)
    begins = Q()
    if typed:
        # A range and not LIKE: an index serves it.
        upper = typed.upper()
        begins = Q(number__gte=upper, number__lt=upper + "\U0010ffff")
    found = across.newest(actor, wanted, begins, limit=limit)
    lacking = [kind for kind, ids in found.items() if not ids] if len(typed) >= SHORTEST_WORD else []
    if lacking:
        found[""] = _by_title(actor, typed, lacking, limit)
    last = sorted(pk for ids in found.values() for pk in ids)[-limit:]
    return list(Record.everywhere.filter(pk__in=last).order_by("-pk"))


def _by_title(actor: Actor, typed: str, kinds: Sequence[str], limit: int) -> list[int]:
    """By the index; by a piece of a word, which that does not know, among the newest."""
    if _search and (indexed := _search[0](actor, typed, kinds, limit)):
        return list(indexed)
    found: list[int] = []
    for newest in across.newest(actor, kinds, limit=TITLES_LOOKED_AT).values():
        if newest:
            rows = Record.everywhere.filter(pk__in=newest, title__icontains=typed)
            found += rows.order_by("-pk").values_list("pk", flat=True)[:limit]
    return found


def record_url(kind: str = "") -> str:
    """Where suggestions come from while one types."""
    return reverse("ui:pick", args=["record"]) + (f"?kind={kind}" if kind else "")


def record_label(record: Record) -> str:
    """How a record is written in a field."""
    return f"{record.number} {record.title}"[:120]


class Suggested(forms.TextInput):
    """A text field with a list of suggestions that grows while one types."""

    template_name = "ui/record/suggested.html"

    def __init__(self, url: str, first: list[str]) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false"})
        self.url, self.first = url, first

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        options = f"{context['widget']['attrs'].get('id', name)}_options"
        context["widget"]["attrs"]["list"] = options
        context["widget"] |= {"options": options, "url": self.url, "first": self.first}
        return context


class PersonField(forms.CharField):
    """A person of the organisation, by name."""

    def __init__(self, actor: Actor, **options: Any) -> None:
        first = people(actor, limit=AT_ONCE)
        url = reverse("ui:pick", args=["person"]) if len(first) == AT_ONCE else ""
        super().__init__(widget=Suggested(url, first), **options)
        self.actor = actor

    def prepare_value(self, value: Any) -> Any:
        """The person's name for the field, from a person or a key."""
        person = (
            Person.objects.filter(pk=value, organisation_id=self.actor.organisation_id).first()
            if isinstance(value, int)
            else value
        )
        if not isinstance(person, Person):
            return value if person is not None else ""
        same = Person.objects.filter(organisation_id=self.actor.organisation_id, name=person.name, is_active=True)
        return person_label(person.name, person.title, twice=same.count() > 1)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        rows = list(
            Person.objects.filter(organisation_id=self.actor.organisation_id, is_active=True, name__iexact=typed)
        )
        if not rows:
            named, _bracket, title = typed.removesuffix(")").rpartition(" (")
            rows = list(
                Person.objects.filter(
                    organisation_id=self.actor.organisation_id, is_active=True, name__iexact=named, title__iexact=title
                )
            )
        if len(rows) == 1:
            return rows[0].pk
        if rows:
            titles = _(" or ").join(f"“{person_label(row.name, row.title, twice=True)}”" for row in rows)
            raise ValidationError(
                _("%(n)d people are called “%(name)s”. Write %(titles)s.")
                % {"n": len(rows), "name": typed, "titles": titles}
            )
        near = people(self.actor, typed.split()[0], limit=3)
        hint = _(" Did you mean %(names)s?") % {"names": _(" or ").join(f"“{name}”" for name in near)} if near else ""
        raise ValidationError(
            _("“%(name)s” is not a person here. Choose a name from the list.") % {"name": typed} + hint
        )


class RecordField(forms.CharField):
    """A record the reader sees, by number; what follows the number is only for the eye."""

    def __init__(self, actor: Actor, kind: str = "", **options: Any) -> None:
        kinds = [kind] if kind else None
        first = [record_label(row) for row in records(actor, "", kinds, 8)]
        super().__init__(widget=Suggested(record_url(kind), first), **options)
        self.actor, self.kind = actor, kind

    def prepare_value(self, value: Any) -> Any:
        """Number and title for the field."""
        if isinstance(value, int):
            value = scope.seen_of(self.actor, [value]).get(value, "")
        return record_label(value) if isinstance(value, Record) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        number = typed.split()[0].upper()
        rows = Record.everywhere.filter(organisation_id=self.actor.organisation_id, number__iexact=number)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        row = rows.first()
        if row is None or not scope.sees(self.actor, row):
            raise ValidationError(
                _("There is no record “%(number)s” that you may see. Choose one from the list.") % {"number": number}
            )
        return row.pk


class SeveralSuggested(Suggested):
    """A line for each that is chosen, and some empty ones for more; they share the suggestions."""

    template_name = "ui/record/suggested_several.html"
    SPARE, MOST = 3, 50

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        lines = [str(one) for one in value or ()]
        lines += [""] * min(self.SPARE, self.MOST - len(lines))
        context["widget"]["lines"] = lines
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """What was typed into any of the lines."""
        typed = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [one for one in typed if one.strip()]

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The label is that of the group."""
        return f"{id_}_0"

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class RecordsField(forms.Field):
    """Several records of one kind that the reader sees, each by its number on a line of its own."""

    def __init__(self, actor: Actor, kind: str, **options: Any) -> None:
        url = reverse("ui:pick", args=["record"]) + f"?kind={kind}"
        first = [record_label(row) for row in records(actor, "", [kind], 8)]
        super().__init__(widget=SeveralSuggested(url, first), **options)
        self.actor, self.kind = actor, kind

    def prepare_value(self, value: Any) -> Any:
        """Number and title of each that is seen, the number alone of the others."""
        numbers = [value] if isinstance(value, str) else list(value or ())
        rows = Record.everywhere.filter(
            organisation_id=self.actor.organisation_id, kind=self.kind, number__in=numbers
        ).values_list("pk", "number")
        keys = {number: pk for pk, number in rows} if numbers else {}
        seen = scope.seen_of(self.actor, keys.values()) if keys else {}
        return [record_label(seen[keys[one]]) if keys.get(one) in seen else one for one in numbers]

    def to_python(self, value: Any) -> list[str]:
        """The numbers; whether there are such records, the service says."""
        return [one.split()[0].upper() for one in value or ()]


def place_field(actor: Actor, what: str, **options: Any) -> forms.TypedChoiceField:
    """A site, unit or process of the organisation; places are few."""
    known = sorted(names.places(what, actor.organisation_id).items(), key=lambda place: place[1].casefold())
    return _choice([(str(pk), label) for pk, label in known], **options)


def row_field(actor: Actor, model: type[Model], **options: Any) -> forms.TypedChoiceField:
    """A row of a room's own table that belongs to the organisation."""
    rows: Any = model._base_manager.filter(organisation_id=actor.organisation_id)[:500]
    return _choice([(str(row.pk), str(row)) for row in rows], **options)


def _choice(choices: list[tuple[str, str]], **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[("", _("Not chosen") if not options.get("required") else _("Choose")), *choices],
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": _("This choice does not exist, or not any more. Choose another one.")},
        **options,
    )
