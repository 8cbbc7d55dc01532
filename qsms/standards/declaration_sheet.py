"""Declarations of compliance as the kits show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope, wording
from qsms.records.models import Record, Signature
from qsms.records.registry import Panel, RecordType, Section, TaskType, register
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Reason
from qsms.ui import addresses as pages
from qsms.ui import dates, marks, times

from . import addresses, declared, declaring, holding_true, profile
from .choices import STATES
from .lifecycles import DECLARATION_LIFE
from .models import PART_5, Declaration

wording.DEEDS |= {
    declaring.DECLARED: _("kept how each section stood"),
    holding_true.UNTRUE: _("found that what is declared is not so any more"),
    holding_true.TRUE_AGAIN: _("found that what is declared holds again"),
}


@wording.reason_words("declaration")
def _incomplete(values: Mapping[str, str]) -> str:
    return values["said"]


def _sections(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Declaration)
    found = declaring.readiness(actor, record)
    is_signed = record.state in declaring.SIGNED
    others = [
        {
            "what": each.duty.what,
            "paragraph": each.paragraph,
            "when": times.day(each.due_on, found.today) if each.due_on else _when(each.duty.at, each.needs),
        }
        for each in found.duties
    ]
    left = found.days_left
    obstacles = declared.obstacles(found.completeness) if found.completeness else []
    rows = list(_rows(found, record.sections if is_signed else []))
    return {
        "submitted": record.submitted_on and record.state in declaring.SENT and dates.plain_day(record.submitted_on),
        "acknowledged": record.acknowledged_on and dates.plain_day(record.acknowledged_on),
        "left": left,
        "late": -left if left is not None and left < 0 else 0,
        "due": found.due and found.due.due_on and dates.plain_day(found.due.due_on),
        "paragraph": found.due.paragraph if found.due else "",
        "rows": rows,
        "obstacles": obstacles,
        "summary": declared.summary(declared.sections(found.completeness)) if found.completeness else "",
        "is_signed": is_signed,
        "then": declared.summary(record.sections) if is_signed and record.sections else "",
        "untrue_on": times.day(record.untrue_since.astimezone(actor.tz).date(), found.today)
        if is_signed and record.untrue_since
        else "",
        "duties": others,
        "known": bool(found.duties),
        "missing": profile.missing(record),
        "from": declaring.named(found.adoption) if found.adoption else "",
        "choices": [
            {"number": one.number, "named": declaring.named(one), "url": addresses.coverage(one.number)}
            for one in found.choices
        ],
        "chosen_is_gone": record.judged_from_id is not None and found.adoption is None,
        "may_change": record.state == "draft" and scope.may(actor, "change", record),
        "choose_url": addresses.judge_from(record.number),
        "coverage_url": addresses.coverage(found.adoption.number) if found.adoption else "",
        "adopt_url": addresses.edition(PART_5),
        "pdf_url": addresses.declaration_pdf(record.number),
    }


def _rows(found: declaring.Readiness, signed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every section as it stands today, and where it was signed otherwise, how it stood then."""
    if found.found is None or found.completeness is None:
        return
    then = {row["number"]: row for row in signed}
    for row in declared.sections(found.completeness):
        covered = found.found.coverage.covered[row["number"]]
        before = then.get(row["number"])
        differs = before is not None and any(before[name] != row[name] for name in ("met", "applicable"))
        yield {
            "url": addresses.clause(found.found.framework.key, row["number"]),
            "number": row["number"],
            "title": row["title"],
            "mark": marks.coverage(*STATES[covered.together]) if row["applicable"] or row["not_applicable"] else "",
            "words": declared.figures(row),
            "then": declared.words(before) if differs and before is not None else "",
        }


def _when(at: str, needs: str) -> str:
    if needs:
        return _t("once it is known: %(fact)s") % {"fact": profile.rules().facts[needs]}
    return _t("at the %(event)s") % {"event": at}


SECTIONS = Panel("sections", _("Sections"), "standards/outputs/panel_sections.html", _sections, tab=False, order=-10)


@register
class DeclarationSheet(RecordType):
    model = Declaration
    kind = declaring.KIND
    prefix = "DCL"
    label = _("Declaration of compliance")
    label_plural = _("Declarations")
    icon = "file-certificate"
    room = "know"
    trace = "shows"
    lives_on = True
    lifecycle = DECLARATION_LIFE
    labels = {"due_on": _("Submit by")}
    due_words = _("Submit by %(day)s")
    columns = ("number", "title", "state", "certificate_kind", "site", "owner", "due_on")
    filters = ("state", "site", "owner", "certificate_kind", "due_on")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("Certificate"), "title", "certificate_kind", "applicant", "held_since", "single_pilot"),
        Section.of(_("Part 121 and Part 21"), "sms_accepted_on", "plan_submitted_on", "holds_type_certificate",
                   "only_21_29"),
        Section.of(_("Declaration"), "judged_from", "statement", "reference"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "disciplines"),
    )  # fmt: skip
    panels = (SECTIONS,)
    search_fields = ("statement",)
    import_key = "reference"
    room_fields = ("sections", "untrue_since")
    dates = {"due_on": When.DUE, "submitted_on": When.HAPPENED, "acknowledged_on": When.HAPPENED}
    tasks = {holding_true.TASK: TaskType(_("Look at a declaration that no longer holds"), _("Look at it"))}

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        return {"statement": declaring.usual_statement()}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Declaration)
        if not record.pk or record.state == "draft":
            return _wrong_adoption(record, values)
        before = Declaration.everywhere.get(pk=record.pk)
        said = _t("It is signed, and the signature stands for what was written. Take it back to change it.")
        named = sorted(profile.KEPT & values.keys())
        return {name: said for name in named if getattr(record, name) != getattr(before, name)} | _wrong_order(
            actor, record, values
        )

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Declaration)
        record.due_on = declaring.due_on(record)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Declaration)
        declaring.set_due(record)

    def may(self, actor: Actor, verb: str, record: Record) -> bool | None:
        # Who is accountable hands work on, never the accountability: no deputy declares (DOMAIN 2.4).
        own = any(right.lent_by is None for right in actor.rights_for(f"{declaring.KIND}.sign"))
        return False if verb == "sign" and not own else None

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Declaration)
        if record.state != "draft":
            return {"complete": None}
        found = declaring.readiness(actor, record)
        if found.completeness is None:
            if found.choices:
                said = _t(
                    "14 CFR Part 5 is adopted several times. Choose the one that this certificate is judged from."
                )
                way = {"way": _t("Choose it"), "way_url": pages.record(record)}
            else:
                said = _t("14 CFR Part 5 is not adopted where you see it, so nothing shows what is declared. Adopt it.")
                way = {"way": _t("Adopt it"), "way_url": addresses.edition(PART_5)}
            return {"complete": Reason("declaration", {"said": said, **way})}
        obstacles = declared.obstacles(found.completeness)
        if not obstacles:
            return {"complete": None}
        url = addresses.lacking(found.adoption.number) if found.adoption else pages.record(record)
        way = {"way": _t("See what is missing"), "way_url": url}
        return {"complete": Reason("declaration", {"said": " ".join(obstacles), **way})}

    def also_signed(self, actor: Actor, record: Record, move: Move) -> Mapping[str, str]:
        assert isinstance(record, Declaration)
        return declaring.signed_with(actor, record) if move.code == "sign" else {}

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Declaration)
        if move.code == "sign":
            declaring.keep_sections(actor, record)
        if move.code == "take_back":
            declaring.taken_back(record)

    def about(self, actor: Actor, record: Record) -> Sequence[str]:
        assert isinstance(record, Declaration)
        return [str(dict(profile.rules().kinds).get(record.certificate_kind, record.certificate_kind))]


def _wrong_order(actor: Actor, record: Declaration, values: Mapping[str, Any]) -> dict[str, str]:
    """It is signed, then submitted, then acknowledged, each on the same day at the earliest."""
    found: dict[str, str] = {}
    signed_at = Signature.everywhere.filter(record_id=record.pk).order_by("-pk").values_list("at", flat=True).first()
    signed_on = signed_at.astimezone(actor.tz).date() if signed_at is not None else None
    if "submitted_on" in values and record.submitted_on and signed_on and record.submitted_on < signed_on:
        said = _t("It was signed on %(day)s, and went to the FAA after that. Check the day.")
        found["submitted_on"] = said % {"day": dates.plain_day(signed_on)}
    submitted_on, acknowledged_on = record.submitted_on, record.acknowledged_on
    if "acknowledged_on" in values and acknowledged_on and submitted_on and acknowledged_on < submitted_on:
        said = _t("It was submitted on %(day)s, so it was acknowledged on that day or later. Check the day.")
        found["acknowledged_on"] = said % {"day": dates.plain_day(submitted_on)}
    return found


def _wrong_adoption(record: Declaration, values: Mapping[str, Any]) -> Mapping[str, str]:
    one = record.judged_from
    if "judged_from" not in values or one is None or (one.key == PART_5 and one.is_open):
        return {}
    said = _t("%(number)s is no adopted 14 CFR Part 5 that you work to. Choose one, or leave this empty.")
    return {"judged_from": said % {"number": one.number}}
