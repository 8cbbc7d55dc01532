"""What the reporter wrote, for the reporter: as it was sent, whatever the office made of it since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.records import history
from qsms.records.models import SealedValue
from qsms.ui import dates, parts

from . import rules
from .models import Report
from .services.filing import SEALED_ANSWERS

TITLE = "title"
FILES = ("photo", "file")


@dataclass
class Told:
    """A report in the words of who sent it: long answers as texts, the others as facts."""

    title: str
    texts: list[parts.Fact] = field(default_factory=list)
    facts: list[parts.Fact] = field(default_factory=list)
    # Some of what was answered lies sealed, and is shown to nobody here.
    sealed: bool = False


@dataclass(frozen=True)
class Rewritten:
    """What the office made of a text: under which label, and who did it last, and when."""

    label: str
    text: str
    who: str
    when: str


@dataclass(frozen=True)
class Story:
    """What happened and what was done at once: as it was sent, and what the office made of it."""

    narrative: str
    immediate: str
    rewritten: list[Rewritten]


STORY = {"narrative": gettext_lazy("What happened"), "immediate_action": gettext_lazy("Done at once")}


def story(report: Report, zone: ZoneInfo) -> Story:
    """The texts as the reporter sent them, whatever was edited since (one query once the report was changed).

    The form keeps them; where no form was filled in, or its answer lies sealed, the history does.
    """
    asked = report.asked
    sent = rules.mapped(asked, report.answers) if asked is not None else {}
    now = {name: str(getattr(report, name)) for name in STORY}
    first = {name: str(sent.get(name) or "") for name in STORY}
    later = history.since(report, 1) if report.version > 1 and first != now else {}
    rewritten = []
    for name in STORY:
        change = later.get(name)
        if change is None:
            # Never edited: what stands there is what came.
            first[name] = now[name]
            continue
        first[name] = first[name] or change.old
        if first[name].strip() != now[name].strip():
            when = dates.moment(change.at, moment.now(), zone, inside=True)
            rewritten.append(Rewritten(str(STORY[name]), now[name], change.who, when))
    return Story(first["narrative"], first["immediate_action"], rewritten)


def title(report: Report) -> str:
    """The title as the reporter gave it."""
    asked = report.asked
    given = rules.mapped(asked, report.answers).get(TITLE) if asked is not None else None
    return str(given or report.title)


def of(report: Report, zone: ZoneInfo) -> Told:
    """What was answered on the form, in its order. Nothing that the office writes, and nothing that is sealed.

    The columns of the record are the office's to mend, so they are read only where no form was filled in.
    """
    told = Told(title(report))
    asked = report.asked
    if asked is None:
        told.texts = _facts((_("What happened"), report.narrative), (_("Done at once"), report.immediate_action))
        when = dates.exact(report.occurred_at, zone) if report.occurred_at else ""
        told.facts = _facts((_("When"), when), (_("Where"), report.place))
        return told
    for one in rules.visible_fields(asked, report.answers):
        value = report.answers.get(one.code)
        if one.personal or one.maps_to == TITLE or one.type in FILES or rules.is_empty(value):
            continue
        fact = parts.Fact(one.label, reads(one, value, report, zone))
        (told.texts if one.type == "longtext" else told.facts).append(fact)
    told.sealed = SealedValue.everywhere.filter(record_id=report.pk, field=SEALED_ANSWERS).exists()
    return told


def _facts(*pairs: tuple[str, str]) -> list[parts.Fact]:
    return [parts.Fact(label, value) for label, value in pairs if value]


def reads(one: rules.FormField, value: Any, report: Report, zone: ZoneInfo) -> str:
    """An answer as people read it: moments by the clock they were written from, the site by its name."""
    if one.type == "datetime" and isinstance(value, str):
        written = dt.datetime.fromisoformat(value)
        there = ZoneInfo(report.site.zone) if report.site is not None else zone
        return dates.exact(written if written.tzinfo else written.replace(tzinfo=there), there)
    if one.type == "date" and isinstance(value, str):
        return dates.plain_day(dt.date.fromisoformat(value))
    if isinstance(value, Mapping) and report.site is not None and value.get("site") == report.site.code:
        value = {**value, "site": report.site.name}
    return rules.reads(one, value)
