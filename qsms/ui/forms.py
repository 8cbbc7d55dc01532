"""What forms need beyond Django: a choice that says its consequence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """The label of a choice with the consequence it has for the person: `choices=[("scrap", Card("Scrap", "..."))]`."""

    label: str
    consequence: str = ""

    def __str__(self) -> str:
        return str(self.label)
