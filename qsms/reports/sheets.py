from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import moves, scope, wording
from qsms.records.choices import Lens
from qsms.records.models import Record
from qsms.records.registry import Desk, Lead, RecordType, Section, TaskType, register
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Reason

from . import following
from .choices import LENSES
from .lifecycles import LIFE
from .models import Report
from .panels import PANELS
from .services import mailbox, triage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

wording.DEEDS |= {
    "judged": _("judged it through one lens"),
    "asked_to_judge": _("asked for a judgement"),
    "told_apart": _("told it apart from another report"),
    "asked": _("asked the reporter"),
    "answered": _("answered in the mailbox"),
    "told": _("told the reporter"),
    "published": _("published a text about it"),
    "withdrawn": _("took the published text back"),
}

SHUT: dict[str, _StrPromise] = {
    "feedback_given": _("The reporter has had no feedback. Use “Tell the reporter” first."),
}


@wording.reason_words("report")
def _shut(values: Mapping[str, str]) -> str:
    if values["fact"] == "judged":
        return _t("Not judged yet: %(lenses)s.") % {"lenses": values["lenses"]}
    if values["fact"] == "may_void":
        said = _t("Only the gatekeeper may void a confidential report.")
        return f"{said} {_t('Ask %(who)s.') % {'who': values['who']}}" if values["who"] else said
    return str(SHUT[values["fact"]])


@register
class ReportSheet(RecordType):
    model = Report
    kind = "report"
    prefix = "REP"
    label = _("Report")
    label_plural = _("Reports")
    icon = "message-report"
    room = "happens"
    trace = "happened"
    lifecycle = LIFE
    columns = ("number", "title", "disciplines", "state", "risk_class", "site", "owner", "due_on")
    filters = ("state", "site", "owner", "disciplines", "risk_class", "form", "mode", "occurred_on")
    orders = ("-id", "due_on", "-risk_class")
    category_field = "form"
    form = (
        Section.of(
            _("What happened"), "title", "narrative", "immediate_action", "categories", "primary_problem", on_page=False
        ),
        Section.of(
            _("When and where"),
            "occurred_at",
            "occurred_on",
            "date_precision",
            "aware_at",
            "site",
            "unit",
            "place",
            on_page=False,
        ),
        Section.of(
            _("Aircraft and flight"), "aircraft", "aircraft_type", "flight_number", "flight_phase", on_page=False
        ),
        Section.of(_("Handling"), "owner", "due_on", "process", "disciplines", "form", on_page=False),
        Section.of(_("From elsewhere"), "external_id", "source", on_page=False),
    )
    panels = PANELS
    search_fields = ("narrative", "immediate_action", "place", "external_id")
    room_fields = (
        "acknowledged_at", "answers", "decided_at", "filed_on", "form_version", "merged_into", "publication",
        "publish_title", "publishable", "published_at", "published_by", "unlike",
    )  # fmt: skip
    import_key = "external_id"
    dates = {
        "due_on": When.DUE, "occurred_at": When.HAPPENED, "occurred_on": When.HAPPENED, "aware_at": When.HAPPENED,
    }  # fmt: skip
    # A report of years ago comes in as what it is: past its triage, with nobody waiting for an answer.
    import_state = "closed"
    desks = (Desk("reports:triage", _("Triage queue"), "bolt", "report.triage"),)
    on_chosen = (Desk("reports:merge-chosen", _("Merge"), "arrow-merge", "report.merge"),)
    views = {"new": "qsms.reports.pages.filing.choose"}
    tasks = {
        "triage": TaskType(_("Triage a report")),
        "judge_safety": TaskType(_("Judge a report for safety")),
        "judge_quality": TaskType(_("Judge a report for quality")),
        "judge_environment": TaskType(_("Judge a report for the environment")),
        "feedback": TaskType(_("Tell a reporter what came of the report")),
        mailbox.ANSWER_TASK: TaskType(_("Answer a question about one's report")),
        mailbox.READ_TASK: TaskType(_("Read what a reporter answered")),
    }

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Report)
        missing = triage.missing_lenses(record)
        names = ", ".join(str(lens.label) for lens in missing)
        told = bool(record.closing_feedback) or not mailbox.has_reporter(record)
        return {
            "judged": Reason("report", {"fact": "judged", "lenses": names, **_judge(actor, record, missing)})
            if missing
            else None,
            "feedback_given": None if told else Reason("report", {"fact": "feedback_given", **_tell(actor, record)}),
            "may_void": self._void_is_shut(actor, record),
        }

    def _void_is_shut(self, actor: Actor, record: Record) -> Reason | None:
        if not record.confidential or _reaches(actor, "report.void_confidential", record):
            return None
        who = moves.who_may(record, "void_confidential", but=actor.person_id)
        return Reason("report", {"fact": "may_void", "who": who})

    def may(self, actor: Actor, verb: str, record: Record) -> bool | None:
        # Who may void depends on the mode, so a condition answers it, which can name the gatekeeper.
        return True if verb == "void" and record.confidential else None

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Report)
        following.on_created(actor, record)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Report)
        following.on_moved(actor, record, move)

    def foretold(self, actor: Actor, record: Record, move: Move) -> Sequence[tuple[str, str]]:
        assert isinstance(record, Report)
        if not move.closed:
            return ()
        return [("warn", said) for said in following.still_lacking(actor, record)]

    def own_page(self, record: Record) -> str:
        return reverse("reports:own", args=[record.pk])

    def elsewhere(self, actor: Actor, record: Record) -> str:
        # Reporters follow their report where the office talks to them; what the office notes is not theirs to read.
        return self.own_page(record) if mailbox.only_reported(actor, record) else ""

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Report)
        return following.next_step(actor, record)


def _judge(actor: Actor, report: Report, missing: list[Lens]) -> dict[str, str]:
    """The way out of a triage that cannot be finished, for who may judge: the desk, at the lens that is missing."""
    if not scope.may(actor, "triage", report):
        return {}
    word = next(word for word, lens in LENSES.items() if lens == missing[0])
    url = reverse("reports:triage-one", args=[report.number])
    return {"way": _t("Judge %(lens)s") % {"lens": str(missing[0].label).lower()}, "way_url": f"{url}#lens-{word}"}


def _tell(actor: Actor, report: Report) -> dict[str, str]:
    if not scope.may(actor, "ask", report) and report.owner_id not in actor.persons:
        return {}
    return {"way": _t("Tell the reporter"), "way_url": reverse("ui:move", args=["report", report.number, "tell"])}


def _reaches(actor: Actor, permission: str, record: Record) -> bool:
    return actor.is_system or any(scope.reaches(actor, right, record) for right in actor.rights_for(permission))
