"""Holiday calendars from the `holidays` package, imported only when a calendar is asked for (it is slow to load)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version

from qsms.rules.clocks import ClockError, HolidayCalendar
from qsms.rules.sentences import say as _

KEPT = 256


def calendar_for(country: str, subdivision: str, years: Iterable[int]) -> HolidayCalendar:
    """The public holidays of a country (ISO code) or of a part of it for exactly these years, observed days included.

    Raises `ClockError` for a country, part or year that the package does not know: never “no holidays”.
    """
    return _built(country.strip().upper(), subdivision.strip().upper(), tuple(sorted(set(years))))


def calendar_by_code(code: str, years: Iterable[int]) -> HolidayCalendar:
    """The calendar that a clock rule names, such as “US” or “DE-BY”."""
    country, _dash, subdivision = code.partition("-")
    return calendar_for(country, subdivision, years)


@lru_cache(maxsize=KEPT)
def _built(country: str, subdivision: str, years: tuple[int, ...]) -> HolidayCalendar:

    import holidays  # slow: 70 to 300 ms, and most processes never count a working day

    code = f"{country}-{subdivision}" if subdivision else country
    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language="en_US")
    except NotImplementedError:
        raise ClockError(
            _(
                "There is no holiday calendar “%(code)s”. Write a country such as US, or a part such as DE-BY.",
                code=code,
            )
        ) from None
    beyond = [year for year in years if not known.start_year <= year <= known.end_year]
    if beyond or not years:
        raise ClockError(
            _(
                "The calendar %(code)s knows the years %(first)s to %(last)s. Choose years among them.",
                code=code,
                first=known.start_year,
                last=known.end_year,
            )
        )
    return HolidayCalendar(
        code=code,
        edition=f"holidays {version('holidays')}",
        years=frozenset(years),
        holidays={day: name for day, name in sorted(known.items()) if day.year in years},
        weekend=frozenset(known.weekend),
    )


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Every country with a calendar: ISO code -> English name, by name."""
    from holidays.registry import COUNTRIES

    named = {codes[1]: name.replace("_", " ").title() for name, codes in COUNTRIES.items()}
    return dict(sorted(named.items(), key=lambda one: one[1]))
