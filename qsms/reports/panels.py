"""The parts of a report's page that are no form fields: texts, lenses, answers, mailbox, facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.base.prepared import Prepared
from qsms.org.actor import Actor
from qsms.records import scope, seals
from qsms.records.models import Record, SealedValue
from qsms.records.registry import Panel
from qsms.ui import dates, marks, parts, times

from . import first_look, own_words, rules
from .choices import LENSES, Concern, Mode, Precision, Publication, Sender
from .lifecycles import NEW
from .models import Judgement, Report
from .services import mailbox

JUDGED = Prepared(lambda report: Judgement.everywhere.filter(report=report).select_related("by"), report=int)


def texts(actor: Actor, record: Record) -> Mapping[str, Any]:
    """What was reported beside what may be published."""
    assert isinstance(record, Report)
    now = moment.now()
    return {
        "story": own_words.story(record, actor.tz),
        "title": record.publish_title,
        "publishable": record.publishable,
        "published": record.publication == Publication.PUBLISHED,
        "publication": Publication(record.publication).label,
        "when": times.moment(record.published_at, now, actor.tz, inside=True) if record.published_at else "",
        "publish_url": reverse("reports:publish", args=[record.number]) if scope.may(actor, "publish", record) else "",
    }


def lenses(actor: Actor, record: Record) -> Mapping[str, Any]:
    """How each lens judged, in fixed order."""
    assert isinstance(record, Report)
    found = {one.lens: one for one in JUDGED.objects(report=record.pk)}
    now = moment.now()
    # Nobody is waited for any more once it is closed.
    unjudged = _t("Not judged yet") if record.is_open else _t("Not judged here")
    rows = []
    for lens, bit in LENSES.items():
        made = found.get(int(bit))
        level = first_look.scales()[lens].level(made.severity) if made else None
        concerns = None if made is None or made.concerns == Concern.UNSURE else made.concerns == Concern.YES
        rows.append(
            {
                "lens": lens,
                "mark": marks.lens(lens, concerns, word=True),
                "words": Concern(made.concerns).label if made else unjudged,
                "judged": made is not None,
                "note": made.note if made else "",
                "level": marks.status(_t(level.label), level.tone) if level else "",
                "next": made.get_next_display() if made and made.next else "",
                "by": made.by.name if made and made.by else "",
                "when": times.moment(made.at, now, actor.tz, short=True, inside=True) if made else "",
            }
        )
    open_here = record.state in NEW and scope.may(actor, "triage", record)
    return {"rows": rows, "triage_url": reverse("reports:triage-one", args=[record.number]) if open_here else ""}


def answers(actor: Actor, record: Record) -> Mapping[str, Any]:
    """What else was asked and answered; sealed answers are named as sealed and not shown."""
    assert isinstance(record, Report)
    asked = record.asked
    words = partial(own_words.reads, report=record, zone=actor.tz)
    rows = rules.summary(asked, record.answers, words=words) if asked is not None else []
    shown = {"title", "narrative", "immediate_action"}
    hidden = {field.label for field in asked.fields if field.maps_to in shown} if asked is not None else set()
    sealed = SealedValue.everywhere.filter(record_id=record.pk, field="answers").exists()
    return {
        "facts": [parts.Fact(label, value) for label, value in rows if label not in hidden],
        "sealed": sealed,
        "identity_url": _identity_url(actor, record),
        "form": f"{asked.title}, {_t('version %(n)d') % {'n': record.form_version}}" if asked is not None else "",
    }


def talk(actor: Actor, record: Record) -> Mapping[str, Any]:
    """What was said with the reporter, and the box to ask."""
    assert isinstance(record, Report)
    now = moment.now()
    lines = [
        {
            "mine": message.sender == Sender.OFFICE,
            "who": _t("Reporter")
            if message.sender == Sender.REPORTER
            else message.by.name
            if message.by
            else _t("System"),
            "subject": message.get_subject_display(),
            "when": times.moment(message.at, now, actor.tz),
            "text": message.text,
            "read": times.moment(message.read_at, now, actor.tz, inside=True) if message.read_at else "",
            "office": message.sender == Sender.OFFICE,
        }
        for message in mailbox.conversation(record)
    ]
    may_ask = record.phase < 4 and scope.may(actor, "ask", record) and mailbox.has_reporter(record)
    return {
        "lines": lines,
        "ask_url": reverse("reports:ask", args=[record.number]) if may_ask else "",
        "nameless": record.mode != Mode.NAMED,
    }


def facts(actor: Actor, record: Record) -> Mapping[str, Any]:
    """The facts of the event, for the rail."""
    assert isinstance(record, Report)
    place = ", ".join(part for part in (record.site.name if record.site else "", record.place) if part)
    flight = ", ".join(part for part in (record.aircraft, record.aircraft_type) if part)
    asked = record.asked
    form = f"{asked.title}, {_t('version %(n)d') % {'n': record.form_version}}" if asked is not None else record.form
    pairs = (
        (_t("Happened"), _happened(record, actor)),
        (_t("Noticed"), dates.exact(record.aware_at, actor.tz) if record.aware_at else ""),
        (_t("Where"), place),
        (_t("Aircraft"), flight),
        (_t("Flight"), record.flight_number),
        (_t("Phase"), record.flight_phase),
        (_t("Kind"), ", ".join(record.categories)),
        (_t("Main problem"), record.primary_problem),
        (_t("Form"), form),
        (_t("Reported"), record.get_mode_display() if mailbox.has_reporter(record) else ""),
        (_t("Elsewhere"), ", ".join(part for part in (record.source, record.external_id) if part)),
    )
    return {
        "pairs": [parts.Fact(label, value) for label, value in pairs if value],
        "mode": record.mode,
        "identity_url": _identity_url(actor, record),
    }


def _happened(report: Report, actor: Actor) -> str:
    if report.occurred_at is not None:
        return dates.exact(report.occurred_at, actor.tz)
    if report.occurred_on is None:
        return ""
    if report.date_precision == Precision.MONTH:
        return f"{report.occurred_on:%b %Y}"
    return dates.plain_day(report.occurred_on)


def _identity_url(actor: Actor, record: Record) -> str:
    if record.confidential and seals.may_open(actor, record):
        return reverse("reports:identity", args=[record.number])
    return ""


PANELS: tuple[Panel, ...] = (
    Panel("texts", _("As reported"), "reports/panels/texts.html", texts, tab=False, order=1),
    Panel("lenses", _("Three lenses"), "reports/panels/lenses.html", lenses, tab=False, order=2),
    Panel("answers", _("Answers"), "reports/panels/answers.html", answers, order=3),
    Panel(
        "mailbox",
        _("Mailbox"),
        "reports/panels/mailbox.html",
        talk,
        order=4,
        count=lambda context: len(context["lines"]),
    ),
    Panel("event", _("Event"), "reports/panels/event.html", facts, place="rail", order=5),
)
