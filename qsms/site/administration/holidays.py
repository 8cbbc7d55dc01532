"""Which days are no working days, for the organisation and for sites with a calendar of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.models import Organisation, Site
from qsms.rules.clocks import ClockError
from qsms.rules.holiday_calendars import calendar_for
from qsms.ui import dates
from qsms.ui.table import Column, Group, table

from .entry import acting, administration

YEARS_BACK, YEARS_AHEAD = 1, 2


@administration
def show(request: HttpRequest) -> HttpResponse:
    """The public holidays of a year, calendar by calendar."""
    organisation = Organisation.objects.get(pk=acting(request).organisation_id)
    this_year = moment.now().year
    years = range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in years else this_year
    wanted: dict[tuple[str, str], list[str]] = {
        (organisation.holiday_country, organisation.holiday_region): [organisation.name]
    }
    for site in Site.objects.filter(organisation=organisation, is_active=True).order_by("name"):
        if site.holiday_country or site.holiday_region:
            key = (site.holiday_country or organisation.holiday_country, site.holiday_region)
            wanted.setdefault(key, []).append(site.name)
    page = {
        "year": year,
        "years": years,
        "calendars": [
            (" – ".join(filter(None, key)), ", ".join(whose), _days(*key, year)) for key, whose in wanted.items()
        ],
    }
    return render(request, "administration/holidays.html", page)


def _days(country: str, region: str, year: int) -> SafeString | str:
    try:
        calendar = calendar_for(country, region, [year])
    except ClockError as error:
        return str(error)
    rows = [
        (escape(f"{dates.plain_day(day)}"), escape(day.strftime("%A")), escape(name))
        for day, name in calendar.holidays.items()
    ]
    columns = [Column(_("Day")), Column(_("Weekday"), "hide-p"), Column(_("Holiday"), "t wrap")]
    return table(columns, [Group(rows)], _("Holidays %(year)d, %(code)s") % {"year": year, "code": calendar.code})
