"""The sections of a declaration as plain data, kept with the signature, and in words for page, dialog and paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.rules.declaration import Completeness

from . import profile

Row = Mapping[str, Any]


def sections(complete: Completeness) -> list[dict[str, Any]]:
    """Every section: number, title, how many requirements apply and are met, and what does not apply, with why."""
    return [
        {
            "number": each.number, "title": each.title, "met": each.tally.met, "applicable": each.tally.applicable,
            "not_applicable": each.tally.not_applicable,
            "away": [[number, profile.words(code)] for number, code in each.away],
        }
        for each in complete.sections
    ]  # fmt: skip


def state(row: Row) -> str:
    """How a section stands, in a word or two."""
    if row["applicable"]:
        return _("Complete") if row["met"] == row["applicable"] else _("Not complete")
    return _("Not applicable") if row["not_applicable"] else _("Nothing to show")


def away(row: Row) -> str:
    """What of a section does not apply, and why; empty for nothing."""
    if "away" not in row:
        # Signed before the reasons were kept.
        return _("The reason was not kept.") if row["not_applicable"] else ""
    by_why: dict[str, list[str]] = {}
    for number, why in row["away"]:
        by_why.setdefault(why, []).append(number)
    return " ".join(
        f"{why}." if numbers == [row["number"]] else f"{why} ({', '.join(numbers)})." for why, numbers in by_why.items()
    )


def figures(row: Row) -> str:
    """How much of a section is met, and what of it does not apply."""
    if not row["applicable"]:
        return away(row) or _("It asks for nothing that has to be shown.")
    met = _("%(met)s of %(all)s met.") % {"met": row["met"], "all": row["applicable"]}
    return f"{met} {away(row)}".strip()


def words(row: Row) -> str:
    """A section in words alone, where no mark says its state."""
    return f"{state(row)}: {figures(row)}" if row["applicable"] else figures(row)


def summary(rows: Iterable[Row]) -> str:
    """All of it in figures: how many sections apply, and how many requirements in them are met."""
    every = list(rows)
    asked = [row for row in every if row["applicable"]]
    said = _("%(asked)s of %(all)s sections apply to this certificate; %(met)s of %(n)s requirements in them are met.")
    return said % {
        "asked": len(asked), "all": len(every), "met": sum(row["met"] for row in asked),
        "n": sum(row["applicable"] for row in asked),
    }  # fmt: skip


def obstacles(complete: Completeness) -> list[str]:
    """What stands between today and a true declaration, each with the way out; nothing when it is true."""
    said = []
    if complete.not_allowed:
        n, first = len(complete.not_allowed), complete.not_allowed[0]
        told = ngettext(
            "%(first)s is left out, which is not allowed. Include it again.",
            "%(n)d requirements are left out, which is not allowed, the first is %(first)s. Include them again.",
            n,
        )
        said.append(told % {"n": n, "first": first})
    if not complete.asked:
        told = _("Nothing of 14 CFR Part 5 applies to this certificate as it is described. Check its kind and days.")
        said.append(told)
    if complete.open_sections:
        n, first = len(complete.open_sections), complete.open_sections[0].number
        told = ngettext(
            "One section is not complete: %(first)s. Look at what it lacks.",
            "%(n)d sections are not complete, the first is %(first)s. Look at what they lack.",
            n,
        )
        said.append(told % {"n": n, "first": first})
    return said
