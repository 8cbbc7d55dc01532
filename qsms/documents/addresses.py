"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode


def read(number: str, page: int = 1, *, lasting: bool = False) -> str:
    """The document as it is read; `lasting` what holds beside a temporary revision."""
    asked = {**({"lasting": "1"} if lasting else {}), **({"page": str(page)} if page > 1 else {})}
    return reverse("documents:read", args=[number]) + (f"?{urlencode(asked)}" if asked else "")


def to_read() -> str:
    """What was given to the reader."""
    return reverse("documents:mine")


def readers(number: str = "") -> str:
    """Who has not read: everything, or one document."""
    return reverse("documents:readers") + (f"?{urlencode({'document': number})}" if number else "")


def readings(number: str) -> str:
    """Who has read which revision of a document, and when."""
    return reverse("documents:readings", args=[number])


def changes(number: str) -> str:
    """What a revision changes, side by side with the one before."""
    return reverse("documents:changes", args=[number])


def bring(number: str) -> str:
    """The dialog in which a file becomes the content of a draft."""
    return reverse("documents:bring", args=[number])


def name(number: str) -> str:
    """The dialog in which somebody is named to sign instead of a role."""
    return reverse("documents:name", args=[number])


def processes(number: str) -> str:
    """The dialog in which a document is said to hold for several processes."""
    return reverse("documents:processes", args=[number])


def spare(number: str, document: str) -> str:
    """The dialog in which a document that a request names is said to need no change."""
    return reverse("documents:spare", args=[number]) + f"?{urlencode({'document': document})}"


def give(number: str) -> str:
    """The dialog in which a document is given to a role, a site, a unit or one person."""
    return reverse("documents:give", args=[number])


def take(number: str, rule_id: int) -> str:
    """Where a rule of distribution is taken away."""
    return reverse("documents:take", args=[number]) + f"?rule={rule_id}"


def foretell(number: str) -> str:
    """Whom a rule would reach that is being chosen."""
    return reverse("documents:foretell", args=[number])


def reach(number: str, **narrow: str | int) -> str:
    """The people whom a document reaches: all, or those of one rule."""
    return reverse("documents:reach", args=[number]) + (f"?{urlencode(narrow)}" if narrow else "")
