"""What forms need beyond Django: a choice that says its consequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Card:
    """The label of a choice with the consequence it has for the person: `choices=[("scrap", Card("Scrap", "..."))]`."""

    label: StrOrPromise
    consequence: StrOrPromise = ""

    def __str__(self) -> str:
        return str(self.label)
