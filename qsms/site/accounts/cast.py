"""The cast of the demonstration on the sign-in page. Imported in demo mode only."""

from __future__ import annotations

from dataclasses import dataclass

from qsms.org.models import Person

PASSWORD = "demo"  # noqa: S105 - everybody may know it


@dataclass(frozen=True)
class Part:
    """Somebody to sign in as, and what they do here."""

    name: str
    email: str
    job: str
    line: str
    organisation: str


def parts() -> list[Part]:
    """Everybody whom the demonstration offers, in the order it was loaded."""
    people = Person.objects.filter(is_active=True, account__is_active=True).exclude(cast="")
    rows = people.order_by("organisation_id", "pk").values_list(
        "name", "account__email", "title", "site__name", "cast", "organisation__name"
    )
    return [
        Part(name, email, ", ".join(filter(None, (title, site))), line, organisation)
        for name, email, title, site, line, organisation in rows
    ]
