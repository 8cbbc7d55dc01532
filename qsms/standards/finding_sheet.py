"""Findings as the kits show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import wording
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.records.registry import Lack, Lead, Raising, RecordType, Section, TaskType, offer, register
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Reason
from qsms.ui import addresses as pages
from qsms.ui.dates import plain_day

from . import certificate_clocks, finding_audits, finding_panels, finding_verbs, findings, library
from .choices import OWN, FindingOrigin
from .lifecycles import FINDING_LIFE
from .models import Certificate, Finding

wording.DEEDS |= {
    finding_verbs.AGAINST: _("said that it is against another requirement too"),
    finding_verbs.NO_LONGER: _("took a requirement out"),
    finding_verbs.LIMITED: _("entered a limit of the body"),
    finding_verbs.AUDIT: _("said from which audit it is"),
}
wording.PARTIES["action_owner"] = _("who did what was done about it")
# The days of an answer, in the order in which they come.
STEPS = ("issued_on", "plan_sent_on", "plan_accepted_on", "evidence_sent_on", "accepted_on")
SHUT: dict[str, Any] = {
    "requirement": _("Say what it is against: a clause of a standard, or the requirement as it was cited."),
    "asks_answer": _("Its grade asks for no answer. Close it and say what you made of it."),
    "asks_none": _("Its grade asks for a plan and for evidence."),
    "planned": _("No action is raised from it yet. Correction, cause and plan stand in actions."),
    "done": _("An action raised from it is not carried out yet, or there is none."),
}


@wording.reason_words("finding")
def _shut(values: Mapping[str, str]) -> str:
    return str(SHUT[values["fact"]])


@register
class FindingSheet(RecordType):
    model = Finding
    kind = findings.KIND
    prefix = "FND"
    label = _("Finding")
    label_plural = _("Findings")
    icon = "flag"
    room = "assure"
    trace = "means"
    lifecycle = FINDING_LIFE
    columns = ("number", "title", "grade", "state", "site", "owner", "due_on")
    filters = ("state", "grade", "origin", "site", "owner", "framework", "clause", "due_on", "audit_on")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("What was found"), "title", "grade", "statement", "objective_evidence"),
        Section.of(_("Against what"), "framework", "own_edition", "clause", "cited", on_page=False),
        Section.of(_("By whom, and where from"), "origin", "finder", "reference", "under_certificate", "audit_on"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "disciplines", "confidential"),
        Section.of(_("Days"), "issued_on", "plan_by", "evidence_by"),
        Section.of(_("End"), "accepted_on", "accepted_by", "closing_note"),
    )  # fmt: skip
    search_fields = ("statement", "objective_evidence", "cited", "finder", "closing_note")
    panels = (finding_panels.AGAINST, finding_panels.DONE)
    import_key = "reference"
    room_fields = ("audit", "limits_from")
    tasks = {
        "answer": TaskType(_("Answer a finding"), _("Answer it")),
        "decide": TaskType(_("Enter what was said of the plan for a finding"), _("Enter it")),
        "show": TaskType(_("Show the evidence for a finding"), _("Show it")),
        "verify": TaskType(_("Verify and close a finding"), _("Verify it")),
    }
    dates = {
        "audit_on": When.HAPPENED, "issued_on": When.HAPPENED, "plan_sent_on": When.HAPPENED,
        "plan_accepted_on": When.HAPPENED, "evidence_sent_on": When.HAPPENED, "accepted_on": When.HAPPENED,
    }  # fmt: skip

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Finding)
        found: dict[str, str] = {}
        if {"framework", "own_edition", "clause"} & values.keys():
            found |= _requirement_errors(actor, record)
        if record.audit_on is not None and record.under_certificate_id is None:
            found["under_certificate"] = _t(
                "Choose the certificate whose audit it was, or leave the day of the audit empty."
            )
        if record.issued_on is not None:
            early = _t("This lies before the day of issue. Choose a later day.")
            later = ("plan_by", "evidence_by", "plan_sent_on", "evidence_sent_on")
            days = {name: getattr(record, name) for name in later}
            found |= {name: early for name, day in days.items() if day is not None and day < record.issued_on}
        return {**self._out_of_order(record, values), **found}

    def _out_of_order(self, record: Finding, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Each step of the answer follows the one before it; told at what is written now."""
        found: dict[str, str] = {}
        known = [(name, day) for name in STEPS if (day := getattr(record, name)) is not None]
        for (before, day), (name, later) in pairwise(known):
            if later < day and {before, name} & values.keys():
                here, other = (name, before) if name in values else (before, name)
                said = _t("“%(field)s” is %(day)s. This cannot lie on the other side of it. Check both days.")
                told = {"field": self.field_label(other), "day": plain_day(getattr(record, other))}
                found[here] = said % told
        return found

    def parties(self, record: Record) -> Mapping[str, frozenset[int]]:
        assert isinstance(record, Finding)
        doing = frozenset(one.owner_id for one in findings.done_about(record) if one.owner_id is not None)
        return {**super().parties(record), "action_owner": doing | findings.showed_it(record)}

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Finding)
        grade, done = findings.grade_of(record.grade), findings.done_about(record)
        holds = {
            "requirement": bool(record.clause or record.cited) or not grade.asks_answer,
            "asks_answer": grade.asks_answer,
            "asks_none": not grade.asks_answer,
            "planned": bool(done),
            "done": bool(done) and all(one.is_carried_out for one in done),
        }
        return {name: None if ok else Reason("finding", {"fact": name}) for name, ok in holds.items()}

    def held(self, actor: Actor, record: Record) -> Mapping[str, str]:
        if record.state != "draft":
            return {}
        said = _t("“%(field)s” is written in its own step, once the finding is issued.")
        names = ("plan_sent_on", "plan_accepted_on", "evidence_sent_on")
        return {name: said % {"field": self.field_label(name)} for name in names}

    def weighty(self, actor: Actor, record: Record) -> Mapping[str, str]:
        if record.state == "draft":
            return {}
        said = _t("Say why it is worded otherwise than it was issued. It is kept in the history.")
        days = _t("Say who named another day. It is kept in the history.")
        worded = ("statement", "objective_evidence", "grade", "framework", "own_edition", "clause", "cited")
        return {**dict.fromkeys(worded, said), **dict.fromkeys(("issued_on", "plan_by", "evidence_by"), days)}

    def created(self, actor: Actor, record: Record) -> None:
        self.created_many(actor, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        made = [record for record in records if isinstance(record, Finding)]
        findings.on_created(actor, made)
        for one in made:
            certificate_clocks.majors_moved(one)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Finding)
        findings.on_moved(actor, record, move)
        certificate_clocks.majors_moved(record)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Finding)
        findings.on_edited(actor, record, names)
        certificate_clocks.majors_moved(record)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Finding)
        grade = findings.grade_of(record.grade)
        if record.state == "issued" and grade.asks_answer and not findings.done_about(record):
            said = _t("Raise what is done about it: a correction at once, then a corrective action for its cause.")
            if grade.at_once:
                said = _t("It asks for action at once. Raise what is done about it now.")
            return Lead(said, _t("Next: say what is done about it"), raises=(findings.ACTION,))
        return Lead()

    def open_ends(self, actor: Actor, records: Sequence[Record]) -> Sequence[Lack]:
        if not actor.holds(f"{findings.ACTION}.create"):
            return ()
        bare = findings.without_actions([record for record in records if record.state == "issued"])
        return [
            Lack(
                one.pk, _t("Nothing is done about it"), _t("Raise action"), pages.record(one, "raise", findings.ACTION)
            )
            for one in bare
        ]

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Finding)
        grade = findings.grade_of(record.grade)
        named = [grade.label, *([record.finder] if record.finder else [str(FindingOrigin(record.origin).label)])]
        return [one for one in named if one]


def _requirement_errors(actor: Actor, record: Finding) -> Mapping[str, str]:
    if record.framework != OWN and record.own_edition:
        return {"own_edition": _t("Leave this empty, or choose “An edition of your own” as the standard.")}
    key = findings.key_of(record.framework, record.own_edition)
    if not key:
        if record.framework == OWN:
            return {"own_edition": _t("Write code and edition of your own edition as they stand on its page.")}
        return {"framework": _t("Choose the standard of this clause.")} if record.clause else {}
    try:
        rule = library.find(actor.organisation_id, key).rule
    except NotVisible:
        said = _t("“%(key)s” was not imported here. Write code and edition as they stand on its page.")
        return {"own_edition": said % {"key": key}}
    if record.clause and record.clause not in rule.by_number:
        said = _t("There is no requirement “%(number)s” in this standard. Choose one of its clauses.")
        return {"clause": said % {"number": record.clause}}
    return {}


def _of_certificate(record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Certificate)
    last = next(iter(finding_audits.audits_of(record.pk)), None)
    return {
        "under_certificate": record.pk, "audit_on": last.on if last is not None else None, "finder": record.body,
        "framework": record.framework,
        "own_edition": record.own_edition, "site": record.site_id, "unit": record.unit_id,
        "process": record.process_id, "owner": record.owner, "disciplines": record.disciplines,
        "confidential": record.confidential,
    }  # fmt: skip


offer(Raising(findings.KIND, _("Enter a finding"), ("certificate",), "raised_from", _of_certificate, key="n"))
