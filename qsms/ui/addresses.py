"""Where the pages of one record are."""

from __future__ import annotations

from django.urls import reverse

from qsms.records.models import Record


class HasDigit:
    """Path converter for a record's number or id: it has a digit, which no word of the kit's own addresses has."""

    regex = r"[^/]*[0-9][^/]*"

    def to_python(self, value: str) -> str:
        """The key as it stands."""
        return value

    def to_url(self, value: object) -> str:
        """The key as it stands."""
        return str(value)


def record(one: Record, name: str = "record", *more: object) -> str:
    """The page of a record, or another of its pages: edit, trace, assign, link, comment."""
    return reverse(f"ui:{name}", args=[one.kind, one.number, *more])


def record_at(kind: str, number: str) -> str:
    """The page of a record of which only kind and number are at hand."""
    return reverse("ui:record", args=[kind, number])


def tab(one: Record, code: str) -> str:
    """A tab of the record's page; the first one is the page itself."""
    return record(one, "tab", code) if code else record(one)


def move(one: Record, code: str) -> str:
    """The page of a move."""
    return record(one, "move", code)


def listing(kind: str) -> str:
    """The list of a kind."""
    return reverse("ui:list", args=[kind])
