"""By whose clock a moment on a form is meant: that of the place where it happened. The form says so beside the field.

The moment that stands there from the start is now. It stays that moment when another site is chosen, whose clock shows
it otherwise; a time that somebody wrote stays as written, by the clock of the place that is chosen.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.models import Site
from qsms.ui import dates

from .. import rules

PREFIX = "now-"
WRITTEN = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Clocks:
    """The clocks of an organisation's sites, and the one that counts where no site is chosen."""

    sites: Mapping[str, tuple[str, ZoneInfo]]
    otherwise: ZoneInfo

    @classmethod
    def of(cls, rows: Iterable[Site], otherwise: ZoneInfo) -> Clocks:
        return cls({row.code: (row.name, ZoneInfo(row.zone)) for row in rows}, otherwise)

    def zone(self, site: str) -> ZoneInfo:
        """The zone of a site by its code; of none, the one that counts otherwise."""
        return self.sites[site][1] if site in self.sites else self.otherwise

    def said(self, site: str) -> str:
        """Whose time it is, for beside the field."""
        zone = dates.zone_name(moment.now(), self.zone(site))
        if site not in self.sites:
            return _("Local time (%(zone)s).") % {"zone": zone}
        return _("Local time at %(place)s (%(zone)s).") % {"place": self.sites[site][0], "zone": zone}

    def for_script(self) -> str:
        """Zone and sentence of each choice, as JSON."""
        return json.dumps({site: [self.zone(site).key, self.said(site)] for site in ("", *self.sites)})


@dataclass(frozen=True)
class Beside:
    """What stands beside a question for a moment: whose time it is, and which moment it began with."""

    said: str
    choices: str
    began: str


def site_of(form: rules.ReportForm, answers: Mapping[str, Any]) -> str:
    """The code of the site that the place names; empty for none."""
    place = rules.mapped(form, answers).get("place")
    return str(place.get("site") or "") if isinstance(place, Mapping) else ""


def began(at: dt.datetime, zone: ZoneInfo) -> str:
    """A moment as the form carries it: as it is shown, and as it is."""
    return f"{at.astimezone(zone).strftime(WRITTEN)} {at.astimezone(dt.UTC).isoformat()}"


def meant(answers: dict[str, Any], form: rules.ReportForm, sent: Mapping[str, str], clocks: Clocks) -> None:
    """Turn moments that nobody changed into what the clock of the chosen site shows for them."""
    zone = clocks.zone(site_of(form, answers))
    for one in form.fields:
        shown, _space, at = sent.get(f"{PREFIX}{one.code}", "").partition(" ")
        if one.type != "datetime" or not shown or answers.get(one.code) != shown:
            continue
        try:
            instant = dt.datetime.fromisoformat(at)
        except ValueError:
            continue
        if instant.tzinfo is not None:
            answers[one.code] = instant.astimezone(zone).strftime(WRITTEN)
