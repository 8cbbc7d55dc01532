"""The demonstration: organisations whose people are made up."""

from __future__ import annotations

from .models import Organisation, Person


def shown() -> Organisation | None:
    """The airline that the demonstration is about, where an installation holds the demonstration alone; else None.

    Then nobody's own organisation can be meant, and nobody needs to be asked which one is.
    """
    made_up = Person.objects.exclude(cast="").values("organisation_id").distinct().count()
    first = Organisation.objects.order_by("pk").first()
    return first if made_up and made_up == Organisation.objects.count() else None
