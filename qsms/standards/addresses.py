"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import reverse


def edition(key: str) -> str:
    """The clause tree of an edition, by its key such as “iso-9001/2015”."""
    return reverse("standards:edition", args=key.split("/", 1))


def clause(key: str, number: str) -> str:
    """The page of one requirement."""
    return reverse("standards:clause", args=[*key.split("/", 1), number])
