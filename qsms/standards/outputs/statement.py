"""The statement of compliance with an adopted standard: every requirement, how it stands, why, and what shows it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from qsms.exchange.writers import Page, write_book
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.publish.pdf import render
from qsms.rules.coverage import Covered, State
from qsms.rules.evidence import Evidence, freshness
from qsms.rules.frameworks import Requirement
from qsms.ui import dates

from .. import elsewhere, rows
from ..choices import FRESHNESS, STATES, Strength
from ..lifecycles import ADOPTION_LIFE
from ..standing import Standing
from . import outside

PRINT = Path(__file__).parent.parent / "data/print"


@dataclass(frozen=True)
class Line:
    """One requirement of the statement."""

    number: str
    title: str
    state: State
    # Empty where there is nothing to assess.
    word: str
    is_heading: bool
    kind: str
    why: str
    evidence: str
    through: str
    left_out: str
    findings: str


@dataclass(frozen=True)
class Statement:
    """What is said of one adoption, by whom it was drawn up and when."""

    standing: Standing
    made_by: Actor
    made_at: dt.datetime

    @property
    def title(self) -> str:
        return _("Statement of compliance: %(standard)s") % {"standard": self.standing.framework.title}

    @property
    def moment(self) -> str:
        """The instant that it speaks of, as it is printed."""
        return dates.printed(self.made_at, self.made_by.tz)

    def lines(self) -> Iterator[Line]:
        """Every requirement in reading order."""
        for one, covered in rows.every(self.standing):
            yield self._line(one, covered)

    def _line(self, one: Requirement, covered: Covered) -> Line:
        found = self.standing
        return Line(
            number=one.number,
            title=one.title,
            state=covered.state,
            word=rows.state(covered),
            is_heading=not covered.counts,
            kind=rows.kind(covered),
            why=" ".join(rows.reasons(found, covered)),
            evidence="\n".join(self._named(covered.evidence)),
            through="\n".join(
                f"{elsewhere.told_through(each, found.editions)} {'; '.join(self._named(each.evidence))}"
                for each in covered.through
                if each.counts
            ),
            left_out=found.left_out(one.number),
            findings="\n".join(outside.found(each) for each in found.open_at(one.number)),
        )

    def _named(self, evidence: Iterable[Evidence]) -> Iterator[str]:
        return (outside.named(self.standing.pieces[int(str(one.id))]) for one in evidence)

    def facts(self) -> list[tuple[str, str]]:
        """What it speaks of, in names and values."""
        adoption = self.standing.adoption
        owner = Person.objects.filter(pk=adoption.owner_id).values_list("name", flat=True).first()
        pairs = [
            (_("Standard"), f"{self.standing.framework.title} ({adoption.key})"),
            (_("Mind"), elsewhere.caution(self.standing.framework)),
            (_("Adopted as"), f"{adoption.number} {adoption.title}"),
            (_("State"), str(ADOPTION_LIFE.state(adoption.state).label)),
            (_("In force since"), dates.plain_day(adoption.adopted_on) if adoption.adopted_on else ""),
            (_("Site"), adoption.site.name if adoption.site else _("All sites")),
            (_("Process"), adoption.process.name if adoption.process else ""),
            (_("What it is for"), adoption.scope),
            (_("Owner"), owner or ""),
            (_("Open findings"), str(self.standing.n_open)),
            (_("Shown at some of its sites alone"), str(self.standing.n_at_some or "")),
            (_("Text of the standard"), _("Our own words, revision %(n)s") % {"n": adoption.revision}),
            (_("As of"), self.moment),
            (_("Drawn up by"), self.made_by.name),
        ]
        return [(name, value) for name, value in pairs if value]

    def summary(self) -> list[tuple[str, str]]:
        """How many requirements are in each state."""
        tally = self.standing.coverage.tally
        return [(str(word), str(getattr(tally, state.value))) for state, (word, _look) in STATES.items()]

    def exclusions(self) -> list[tuple[str, str, str, str]]:
        """Number, justification, who left it out, and when; what may not be left out is told as such, and counts."""
        told = _("Not allowed, and counted all the same: %(why)s")
        found = [
            *((one, one.why) for one in self.standing.exclusions.values()),
            *((one, told % {"why": one.why}) for one in self.standing.not_allowed.values()),
        ]
        known = self.standing.framework.by_number
        return [
            (
                f"{one.number} {known[one.number].title}",
                why,
                one.by.name if one.by else "",
                dates.plain_day(one.at.astimezone(self.made_by.tz).date()),
            )
            for one, why in found
            if one.number in known
        ]

    def evidence(self) -> list[tuple[str, str, str, str, str]]:
        """Requirement, what shows it, how much, as of when, and how fresh it is; that of this standard alone."""
        here = [one for one in self.standing.pieces.values() if one.framework == self.standing.framework.key]
        order = {number: place for place, number in enumerate(self.standing.framework.by_number)}
        here.sort(key=lambda one: (order.get(one.clause, len(order)), one.id))
        return [
            (
                one.clause,
                outside.named(one),
                str(Strength(one.strength).label),
                dates.plain_day(one.as_of) if one.as_of else "",
                str(FRESHNESS[freshness(one.rule, self.standing.coverage.today)][0]),
            )
            for one in here
        ]


def pdf(statement: Statement) -> bytes:
    """The statement for paper and for sending."""
    adoption = statement.standing.adoption
    requirements = [
        {
            "number": one.number,
            "title": one.title,
            "heading": one.is_heading,
            "state": one.word,
            "look": STATES[one.state][1],
            "said": [part for part in (one.left_out, one.why, *_found(one)) if part],
            "evidence": [part for part in (*one.evidence.split("\n"), *one.through.split("\n")) if part],
        }
        for one in statement.lines()
    ]
    data: dict[str, Any] = {
        "document": {
            "title": statement.title,
            "number": adoption.number,
            "organisation": statement.made_by.organisation_name,
            "under": _("As of %(moment)s, drawn up by %(name)s")
            % {"moment": statement.moment, "name": statement.made_by.name},
            "foot": _("%(number)s, as of %(moment)s. Uncontrolled when printed.")
            % {"number": adoption.number, "moment": statement.moment},
            "made_at": statement.made_at,
        },
        "facts": statement.facts(),
        "summary": statement.summary(),
        "requirements": requirements,
        "exclusions": statement.exclusions(),
        "evidence": statement.evidence(),
        "words": {
            "about": _("What it speaks of"),
            "summary": _("How it stands"),
            "basis": _basis(statement),
            "requirements": _("Requirements"),
            "requirement_head": [_("Clause"), _("Requirement"), _("State"), _("Why, and what shows it")],
            "exclusions": _("Left out, and why"),
            "exclusion_head": [_("Requirement"), _("Justification"), _("By"), _("On")],
            "nothing_left_out": _("Nothing is left out."),
            "evidence": _("Evidence"),
            "evidence_head": [_("Clause"), _("Evidence"), _("Shows"), _("As of"), _("Today")],
            "no_evidence": _("No evidence is recorded for this standard itself."),
            "summary_head": [_("State"), _("Requirements, without headings")],
        },
    }
    return render(PRINT / "statement.typ", data)


def _found(one: Line) -> list[str]:
    """The open findings of a requirement, each as a line that says so."""
    return [_("Open finding: %(said)s") % {"said": said} for said in one.findings.split("\n") if said]


def _basis(statement: Statement) -> str:
    """What it was judged from: whose evidence, and which other standards lend theirs."""
    found = statement.standing
    said = _("Judged from the evidence that %(name)s may see.") % {"name": statement.made_by.name}
    others = [elsewhere.short_title(one) for key, one in sorted(found.editions.items()) if key != found.framework.key]
    if not others:
        return said
    lent = _("Evidence for %(standards)s counts as far as the crosswalk is certain.")
    return f"{said} {lent % {'standards': ', '.join(others)}}"


def xlsx(statement: Statement) -> bytes:
    """The statement as a workbook: requirements, evidence, exclusions, and what it speaks of."""
    requirements = [
        [
            one.number, one.title, one.kind, one.word, one.why, one.evidence, one.through, one.left_out,
            one.findings,
        ]
        for one in statement.lines()
    ]  # fmt: skip
    about = [*statement.facts(), *statement.summary()]
    made = io.BytesIO()
    write_book(
        made,
        [
            Page(
                _("Requirements"),
                [_("Clause"), _("Requirement"), _("Counts as"), _("State"), _("Why"), _("Evidence"),
                 _("From other standards"), _("Why left out"), _("Open findings")],
                requirements,
            ),
            Page(
                _("Evidence"), [_("Clause"), _("Evidence"), _("Shows"), _("As of"), _("Today")], statement.evidence()
            ),
            Page(_("Left out"), [_("Requirement"), _("Justification"), _("By"), _("On")], statement.exclusions()),
            Page(_("About"), [_("What"), _("Value")], about),
        ],
        zone=statement.made_by.tz,
    )  # fmt: skip
    return made.getvalue()
