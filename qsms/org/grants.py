"""Grants asked from the other side: not what an actor may, but who may something somewhere."""

from __future__ import annotations

from django.db.models import Q


def reaching(site_id: int | None, unit_id: int | None) -> Q:
    """The condition of grants that reach this place.

    Grants of own records are left out: they reach what somebody made, wherever that is. A place that is not known needs
    no care, because a grant for a site or a unit always names one.
    """
    return Q(axis="all") | Q(axis="site", site_id=site_id) | Q(axis="unit", unit_id=unit_id)
