"""An open finding as a line of a page: what it is, how grave, how it stands, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses as pages
from qsms.ui import dates, marks

from . import findings
from .findings import Against
from .lifecycles import FINDING_LIFE
from .models import Finding


@dataclass(frozen=True, slots=True)
class Line:
    """What the page shows of one finding."""

    url: str
    number: str
    title: str
    grade: str
    state: SafeString
    due: SafeString


def line(actor: Actor, one: Against | Finding) -> Line:
    """The line of a finding."""
    state = FINDING_LIFE.state(one.state)
    deadline, due = one.due_at or one.due_on, SafeString("")
    if deadline is not None and state.phase < Phase.DONE:
        said = dates.deadline(deadline, moment.now(), actor.tz)
        due = marks.due(said.text, said.tone, said.moment, said.printed)
    return Line(
        url=pages.record_at(findings.KIND, one.number),
        number=one.number,
        title=one.title,
        grade=findings.grade_of(one.grade).label or one.grade,
        state=marks.standing(state),
        due=due,
    )
