"""What can be chosen of the world: time zones, and countries with a holiday calendar."""

from __future__ import annotations

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.zones import zone_names
from qsms.rules.clocks import ClockError
from qsms.rules.holiday_calendars import calendar_for, countries

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Time zones as a choice, grouped by part of the world, UTC first."""
    grouped: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(zone_names()):
        region, _slash, place = name.partition("/")
        if region in grouped and place:
            grouped[region].append((name, place.replace("_", " ")))
    return [("UTC", "UTC"), *((region, found) for region, found in grouped.items() if found)]


def country_choices() -> list[tuple[str, str]]:
    """Countries whose public holidays are known."""
    return list(countries().items())


def check_calendar(country: str, region: str) -> None:
    """Raise ValidationError when there is no holiday calendar for this part of the country."""
    try:
        calendar_for(country, region, [moment.now().year])
    except ClockError as error:
        raise ValidationError(
            _("“%(region)s” is no part of this country with a calendar of its own. %(why)s Or leave it empty.")
            % {"region": region, "why": error}
        ) from error
