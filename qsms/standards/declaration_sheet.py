"""Declarations of compliance as the kits show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qsms.org.actor import Actor
from qsms.records import wording
from qsms.records.models import Record
from qsms.records.registry import Panel, RecordType, Section, register
from qsms.rules.lifecycle import Move, Reason
from qsms.ui import addresses as pages
from qsms.ui import dates, marks, times

from . import addresses, declaring, profile
from .choices import STATES
from .lifecycles import DECLARATION_LIFE
from .models import PART_5, Declaration

wording.DEEDS[declaring.DECLARED] = _("kept how each section stood")


@wording.reason_words("declaration")
def _incomplete(values: Mapping[str, str]) -> str:
    if "open" not in values:
        return _t("14 CFR Part 5 is not adopted, so nothing shows what is declared. Adopt it and bind evidence.")
    n = int(values["open"])
    said = ngettext(
        "One section is not complete: %(first)s. Bind what shows it, or leave out what does not apply.",
        "%(n)d sections are not complete, the first is %(first)s. Bind what shows them.",
        n,
    )
    return said % {"n": n, "first": values["first"]}


def _sections(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Declaration)
    found = declaring.readiness(actor, record)
    rows = []
    if found.found is not None and found.completeness is not None:
        key = found.found.framework.key
        for each in found.completeness.sections:
            state = found.found.coverage.covered[each.number].together
            rows.append(
                {
                    "url": addresses.clause(key, each.number),
                    "number": each.number,
                    "title": each.title,
                    "mark": marks.coverage(*STATES[state]) if each.is_asked or each.tally.not_applicable else "",
                    "met": each.tally.met,
                    "all": each.tally.applicable,
                    "away": profile.above(found.found.framework, each.number, found.found.falls_away),
                }
            )
    others = [
        {
            "what": each.duty.what,
            "paragraph": each.paragraph,
            "when": times.day(each.due_on, found.today) if each.due_on else _when(each.duty.at, each.needs),
        }
        for each in found.duties
    ]
    left = found.days_left
    return {
        "left": left,
        "late": -left if left is not None and left < 0 else 0,
        "due": found.due and found.due.due_on and dates.plain_day(found.due.due_on),
        "paragraph": found.due.paragraph if found.due else "",
        "rows": rows,
        "open": len(found.completeness.open_sections) if found.completeness else 0,
        "duties": others,
        "known": bool(found.duties),
        "coverage_url": addresses.coverage(found.adoption.number) if found.adoption else "",
        "adopt_url": addresses.edition(PART_5),
        "pdf_url": addresses.declaration_pdf(record.number),
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
    filters = ("state", "site", "owner", "certificate_kind")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("Certificate"), "title", "certificate_kind", "applicant", "held_since", "single_pilot"),
        Section.of(_("Part 121 and Part 21"), "sms_accepted_on", "plan_submitted_on", "holds_type_certificate",
                   "only_21_29"),
        Section.of(_("Declaration"), "statement", "reference"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "disciplines"),
    )  # fmt: skip
    panels = (SECTIONS,)
    search_fields = ("statement",)
    import_key = "reference"
    room_fields = ("sections",)

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        return {"statement": declaring.usual_statement()}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Declaration)
        if not record.pk or record.state == "draft":
            return {}
        before = Declaration.everywhere.get(pk=record.pk)
        said = _t("It is signed, and the signature stands for what was written. Take it back to change it.")
        named = sorted(profile.KEPT & values.keys())
        return {name: said for name in named if getattr(record, name) != getattr(before, name)}

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Declaration)
        record.due_on = declaring.due_on(record)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Declaration)
        declaring.set_due(record)

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Declaration)
        if record.state != "draft":
            return {"complete": None}
        found = declaring.readiness(actor, record)
        if found.completeness is None:
            way = {"way": _t("Adopt it"), "way_url": addresses.edition(PART_5)}
            return {"complete": Reason("declaration", way)}
        if found.completeness.may_declare:
            return {"complete": None}
        missing = found.completeness.open_sections
        url = addresses.coverage(found.adoption.number) if found.adoption else pages.record(record)
        way = {"way": _t("See what is missing"), "way_url": url}
        first = missing[0].number if missing else PART_5
        return {"complete": Reason("declaration", {"open": str(len(missing)), "first": first, **way})}

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Declaration)
        if move.code == "sign":
            declaring.keep_sections(actor, record)

    def about(self, actor: Actor, record: Record) -> Sequence[str]:
        assert isinstance(record, Declaration)
        return [str(dict(profile.rules().kinds).get(record.certificate_kind, record.certificate_kind))]
