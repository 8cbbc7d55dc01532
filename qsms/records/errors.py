"""How a service says no. Each carries sentences for people; doors turn them into pages and problem answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


class Pointed(str):
    """A sentence that names a page to go on to: a link on pages, and plain text wherever else it is said."""

    name: str
    url: str

    def __new__(cls, sentence: str, name: str, url: str) -> Pointed:
        made = super().__new__(cls, sentence)
        made.name, made.url = name, url
        return made

    def __str__(self) -> str:
        return self

    def __html__(self) -> SafeString:
        before, name, after = self.partition(self.name)
        return format_html('{}<a href="{}">{}</a>{}', before, self.url, name, after)


class ServiceError(Exception):
    """Nothing was changed."""


class NotVisible(ServiceError):
    """The record does not exist as far as this actor is concerned."""


class Refused(ServiceError):
    """The actor may not, or not now. `reasons` say why and who may."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


class Invalid(ServiceError):
    """Values cannot be taken. `errors` says what is wrong with each field; "" stands for the whole."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class Stale(ServiceError):
    """Somebody changed the same fields since the version this edit started from.

    `mine` and `theirs` hold the values of the fields both changed; `who` and `when` name the last of the others.
    """

    def __init__(self, version: int, mine: Mapping[str, Any], theirs: Mapping[str, Any], who: str, when: Any) -> None:
        super().__init__("The record was changed in the meantime.")
        self.version = version
        self.mine = dict(mine)
        self.theirs = dict(theirs)
        self.who = who
        self.when = when
