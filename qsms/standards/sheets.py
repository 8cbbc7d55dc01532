"""The record types of standards as the kits show them, and what every record says of what it is evidence for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import scope, tasks, wording
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.records.registry import Lead, RecordType, Section, TaskType, lend, register
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Reason
from qsms.ui import addresses as pages
from qsms.ui.dates import plain_day

from . import (
    addresses,
    adopting,
    assessing,
    binding,
    certificate_clocks,
    certificate_panels,
    certifying,
    elsewhere,
    findings,
    judging,
    library,
    moving_on,
    panels,
    texts,
)
from .choices import OWN
from .lifecycles import ADOPTION_LIFE, CERTIFICATE_LIFE, GAP_LIFE
from .models import Adoption, Certificate, GapAssessment, OfEdition
from .outputs import packing

wording.DEEDS |= {
    adopting.EXCLUDED: _("left a requirement out"),
    adopting.INCLUDED: _("included a requirement again"),
    adopting.RENEWED: _("took the newer text over"),
    adopting.PLACED: _("changed the places that it holds for"),
    packing.TAKEN: _("took the statement of compliance away"),
    packing.PACKED: _("took a trace pack away"),
    packing.WENT_OUT: _("took it out of the house in a trace pack"),
    binding.BOUND: _("added it as evidence"),
    binding.CHANGED: _("changed what it is evidence of"),
    binding.ENDED: _("withdrew it as evidence"),
    certifying.NOTED: _("noted an audit of the certification body"),
    certifying.EXPIRED: _("noted that its last day is over"),
    judging.JUDGED: _("judged how two requirements relate"),
    judging.CONFIRMED: _("confirmed how two requirements relate"),
    judging.TAKEN_BACK: _("took a judgement of two requirements back"),
    texts.PASTED: _("pasted the text of a requirement"),
    assessing.ANSWERED: _("answered a requirement"),
    assessing.SNAPSHOT: _("kept the answers as they stand"),
}
wording.PARTIES["auditor"] = _("its assessor")
# Where an adoption holds: two of one edition differ in one of these.
PLACES = frozenset({"site", "unit", "process"})


@wording.reason_words("adopted_again")
def _adopted_again(values: Mapping[str, str]) -> str:
    said = _t("%(number)s is the adoption of this edition for these places now. Go on there.")
    return said % {"number": values["number"]}


@wording.reason_words("certificate")
def _held_back(values: Mapping[str, str]) -> str:
    said = _t("The body decides once its major findings are closed. Still open: %(numbers)s.")
    return said % {"numbers": values["numbers"]}


@register
class AdoptionSheet(RecordType):
    model = Adoption
    kind = adopting.KIND
    prefix = "STD"
    label = _("Adopted standard")
    label_plural = _("Adopted standards")
    icon = "list-tree"
    room = "know"
    trace = "shows"
    # Its list stands on the page of standards.
    in_menu = False
    lives_on = True
    lifecycle = ADOPTION_LIFE
    labels = {
        "due_on": _("Review on"), "also_sites": _("Other sites"), "also_processes": _("Other processes"),
    }  # fmt: skip
    due_words = _("Review on %(day)s")
    columns = ("number", "title", "state", "site", "process", "owner", "adopted_on")
    filters = ("state", "site", "owner", "framework")
    orders = ("-id",)
    form = (
        Section.of(_("Which"), "title", "framework", "own_edition", "adopted_on"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "due_on", "disciplines"),
        Section.of(_("Scope"), "scope", "reference"),
    )
    search_fields = ("scope",)
    panels = (panels.COVERAGE,)
    import_key = "reference"
    room_fields = ("revision", "crosswalk_revision", "also_sites", "also_processes")
    tasks = {moving_on.TASK: TaskType(_("Judge a new edition of a standard"))}
    # It is put in force on its day; until then it is in preparation.
    dates = {"adopted_on": When.HAPPENED}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Adoption)
        if {"framework", "own_edition"} & values.keys():
            wrong = _edition_errors(actor, record)
            if wrong:
                return wrong
            if record.pk and Adoption.everywhere.get(pk=record.pk).key != record.key:
                said = _t(
                    "An adoption stays with its edition, and so does its evidence. Adopt the other one beside it."
                )
                return {"framework": said}
        other = adopting.twin(actor, record) if not record.pk or PLACES & values.keys() else None
        return {"site": adopting.twin_words(other)} if other else {}

    def doubt(self, actor: Actor, record: Record, move: Move) -> str:
        assert isinstance(record, Adoption)
        if move.code != "adopt":
            return ""
        rows = library.editions(actor.organisation_id, {record.key: record.revision})
        return elsewhere.caution(rows[record.key].rule) if record.key in rows else ""

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Adoption)
        record.revision = library.find(actor.organisation_id, record.key).revision
        record.crosswalk_revision = library.crosswalk().revision

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Adoption)
        adopting.refuse_twin(actor, record)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Adoption)
        if PLACES & set(names):
            adopting.refuse_twin(actor, record)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Adoption)
        if move.code == "return":
            adopting.refuse_twin(actor, record)

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Adoption)
        other = adopting.twin(actor, record) if record.state == "left" else None
        if other is None:
            return {"only_one": None}
        way = {"way": _t("Open %(number)s") % {"number": other.number}, "way_url": pages.record(other)}
        return {"only_one": Reason("adopted_again", {"number": other.number, **way})}

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Adoption)
        return [record.key]


@register
class GapSheet(RecordType):
    model = GapAssessment
    kind = assessing.KIND
    prefix = "GAP"
    label = _("Gap assessment")
    label_plural = _("Gap assessments")
    icon = "clipboard-check"
    room = "know"
    trace = "means"
    # Its list stands on the page of standards.
    in_menu = False
    lifecycle = GAP_LIFE
    columns = ("number", "title", "state", "site", "assessor", "due_on")
    filters = ("state", "site", "owner", "assessor", "framework")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("Which"), "title", "framework", "own_edition"),
        Section.of(_("Where and who"), "site", "unit", "process", "assessor", "owner", "due_on", "disciplines"),
        Section.of(_("How"), "scope", "method"),
        Section.of(_("Outcome"), "conclusion", "reference"),
    )
    search_fields = ("scope", "method", "conclusion")
    panels = (panels.GAPS,)
    # Whoever assesses audits: what training that asks for is asked of them.
    party_fields = {"auditor": "assessor"}
    import_key = "reference"
    room_fields = ("finished_on", "revision")
    tasks = {"assess": TaskType(_("Answer a gap assessment"), _("Answer it"))}

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        return {"assessor": actor.person_id}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, GapAssessment)
        if not {"framework", "own_edition"} & values.keys():
            return {}
        if record.pk and GapAssessment.everywhere.get(pk=record.pk).key != record.key:
            return {"framework": _t("An assessment stays with its edition, and so do its answers. Begin another one.")}
        return _edition_errors(actor, record)

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, GapAssessment)
        record.revision = library.find(actor.organisation_id, record.key).revision

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, GapAssessment)
        assessing.hand_out(actor, record)
        assessing.answer_left_out(actor, record)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, GapAssessment)
        if "assessor" in names:
            tasks.withdraw(actor, record, ("assess",), outcome=_t("Somebody else assesses it"))
            assessing.hand_out(actor, record)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, GapAssessment)
        if move.code == "finish":
            assessing.finish(actor, record)
        elif move.code == "reopen":
            assessing.hand_out(actor, record)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, GapAssessment)
        left = assessing.unanswered(record) if record.is_open else 0
        if not left or not assessing.may_answer(actor, record):
            return Lead()
        said = ngettext("%(n)d requirement is to be answered.", "%(n)d requirements are to be answered.", left)
        ways = ((_t("Answer them"), addresses.gaps(record.number)),)
        return Lead(said % {"n": left}, _t("Answer each requirement"), ways=ways)

    def doubt(self, actor: Actor, record: Record, move: Move) -> str:
        assert isinstance(record, GapAssessment)
        left = assessing.unanswered(record) if move.code == "finish" else 0
        if not left:
            return ""
        said = ngettext("%(n)d requirement is not answered.", "%(n)d requirements are not answered.", left)
        return said % {"n": left}

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, GapAssessment)
        return [record.key]


@register
class CertificateSheet(RecordType):
    model = Certificate
    kind = certifying.KIND
    prefix = "CER"
    label = _("Certificate")
    label_plural = _("Certificates")
    icon = "certificate"
    room = "know"
    trace = "shows"
    # Its list stands on the page of standards.
    in_menu = False
    lives_on = True
    lifecycle = CERTIFICATE_LIFE
    labels = {"due_on": _("Next due")}
    due_words = _("Next due %(day)s")
    columns = ("number", "title", "state", "body", "site", "owner", "due_on", "expires_on")
    filters = ("state", "site", "owner", "framework")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("Which"), "title", "framework", "own_edition", "body", "certificate_number"),
        Section.of(_("What it covers"), "scope", "covered", "site", "unit", "process"),
        Section.of(_("Cycle"), "stage_1_on", "stage_2_on", "decided_on", "is_first", "expires_on", "longer_because"),
        Section.of(_("Who"), "owner", "disciplines", "reference"),
        Section.of(_("Logo and mark"), "logo_use", "logo_rules", "logo_checked_on", on_page=False),
    )
    search_fields = ("body", "scope", "covered", "logo_use", "logo_rules")
    panels = (certificate_panels.FINDINGS, certificate_panels.CYCLE, certificate_panels.MARK)
    import_key = "reference"
    tasks = {
        certifying.TASK: TaskType(_("Arrange an audit of the certification body"), _("Arrange it")),
        certificate_clocks.MARK: TaskType(_("Check the use of a mark"), _("Check it")),
    }

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Certificate)
        found: dict[str, str] = {}
        if {"framework", "own_edition"} & values.keys():
            found |= _edition_errors(actor, record)
        if record.decided_on and record.expires_on and record.expires_on <= record.decided_on:
            found["expires_on"] = _t("It would end before it is decided. Choose a later day.")
        last = certifying.usual_end(record)
        if record.expires_on and last and record.expires_on > last and not record.longer_because.strip():
            said = _t("A cycle ends on %(day)s. Check the year, or say why this certificate is valid for longer.")
            found["longer_because"] = said % {"day": plain_day(last)}
        if record.stage_1_on and record.stage_2_on and record.stage_2_on < record.stage_1_on:
            found["stage_2_on"] = _t("Stage 2 follows stage 1. Choose a later day.")
        return found

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Certificate)
        if record.is_open:
            record.due_on = certifying.first_due(record, moment.now().astimezone(actor.tz).date())

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Certificate)
        if "expires_on" in names and record.state != "applied":
            certifying.end_moved(record, actor.tz)
        if {"logo_checked_on", "logo_use"} & set(names):
            certificate_clocks.mark_was_checked(actor, record)
        certifying.follow(record, moment.now().astimezone(actor.tz).date())

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Certificate)
        certificate_clocks.keep(record, moment.now().astimezone(actor.tz).date())

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Certificate)
        if move.code == "recertify":
            certifying.begin_again(record)
        if move.code in ("certify", "recertify"):
            certifying.start_clocks(record, actor.tz)
        certifying.follow(record, moment.now().astimezone(actor.tz).date())

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Certificate)
        open_ones = findings.majors_open(record)
        if not open_ones:
            return {"majors_closed": None}
        known = scope.seen_of(actor, [one.pk for one in open_ones])
        seen = [one for one in open_ones if one.pk in known]
        named = [one.number for one in seen] + ([_t("another finding")] if len(seen) < len(open_ones) else [])
        values = {"numbers": ", ".join(named)}
        if seen:
            values |= {"way": _t("Open %(number)s") % {"number": named[0]}, "way_url": pages.record(seen[0])}
        return {"majors_closed": Reason("certificate", values)}

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Certificate)
        if record.state == "applied" and record.stage_2_on is not None and record.due_on is not None:
            said = _t(
                "The body decides once major findings are closed. Open after %(day)s, they ask for another stage 2."
            )
            return Lead(said % {"day": plain_day(record.due_on)})
        if record.state != "held" or record.due_on is None:
            return Lead()
        said = _t("Due by %(day)s. Note it when it has ended, and enter what was found.")
        ways = ((_t("Note an audit"), addresses.note_audit(record.number)),)
        return Lead(
            said % {"day": plain_day(record.due_on)},
            _t("Next: the audit of the body"),
            moves=("recertify",),
            ways=ways if scope.may(actor, "change", record) else (),
        )

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Certificate)
        return [record.body]


def _edition_errors(actor: Actor, record: OfEdition) -> Mapping[str, str]:
    if record.framework != OWN:
        if record.own_edition:
            return {"own_edition": _t("Leave this empty, or choose “An edition of your own” as the standard.")}
    elif not _is_own(actor, record.own_edition):
        said = _t("“%(key)s” was not imported here. Write code and edition as they stand on its page.")
        return {"own_edition": said % {"key": record.own_edition}}
    return {}


def _is_own(actor: Actor, key: str) -> bool:
    try:
        return library.find(actor.organisation_id, key).organisation_id is not None
    except NotVisible:
        return False


lend(panels.EVIDENCE, ("*",))
# The other record types of this room, each in a file of its own.
from . import declaration_sheet, finding_sheet  # noqa: E402, F401
