"""Where the pages of this room are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode

from qsms.rules.coverage import State

from .choices import OWN

if TYPE_CHECKING:
    from .models import Edition


def edition(key: str) -> str:
    """The clause tree of an edition, by its key such as “iso-9001/2015”."""
    return reverse("standards:edition", args=key.split("/", 1))


def clause(key: str, number: str) -> str:
    """The page of one requirement."""
    return reverse("standards:clause", args=[*key.split("/", 1), number])


def adopt_again(row: Edition) -> str:
    """The form of another adoption of an edition, in which one says for which site, unit or process it is."""
    return f"{reverse('ui:new', args=['adoption'])}?{urlencode({**_framework(row), 'title': row.title})}"


def coverage(number: str) -> str:
    """The coverage of an adoption, by its number."""
    return reverse("standards:coverage", args=[number])


def lacking(number: str) -> str:
    """The same, narrowed to what is not covered."""
    states = [State.PARTLY, State.GAP, State.NOT_ASSESSED]
    return f"{coverage(number)}?{urlencode([('state', state.value) for state in states])}"


def bind(*, record: str = "", key: str = "", clause: str = "") -> str:
    """The dialog in which a record is counted as evidence, as far filled in as is known."""
    given = {"record": record, "standard": key, "clause": clause}
    return f"{reverse('standards:bind')}?{urlencode({name: value for name, value in given.items() if value})}"


def ask(key: str, clause: str, *, question: str = "", evidence: int = 0) -> str:
    """The dialog in which a living query is bound to a requirement, or a bound one is changed."""
    given: dict[str, str | int] = {"standard": key, "clause": clause, "question": question, "evidence": evidence}
    return f"{reverse('standards:ask')}?{urlencode({name: value for name, value in given.items() if value})}"


def take(record: str) -> str:
    """Where a record is counted for what it says that it serves."""
    return f"{reverse('standards:take')}?{urlencode({'record': record})}"


def unbind(evidence_id: int) -> str:
    """The dialog in which a record is counted no longer."""
    return f"{reverse('standards:unbind')}?{urlencode({'evidence': evidence_id})}"


def outputs(number: str, clause: str = "") -> str:
    """What can be taken away of an adoption, with the clause of the trace pack filled in."""
    return reverse("standards:outputs", args=[number]) + (f"?{urlencode({'clause': clause})}" if clause else "")


def declaration_pdf(number: str) -> str:
    """A declaration as a PDF."""
    return reverse("standards:declaration", args=[number])


def judge_from(number: str) -> str:
    """Where somebody says from which adoption a declaration is judged."""
    return reverse("standards:judge-from", args=[number])


def exclude(number: str, clause: str) -> str:
    """The dialog in which an adoption leaves a requirement out."""
    return f"{reverse('standards:exclude', args=[number])}?{urlencode({'clause': clause})}"


def gaps(number: str) -> str:
    """The answers of a gap assessment, by its number."""
    return reverse("standards:gaps", args=[number])


def gap(number: str, clause: str) -> str:
    """The page on which one requirement of a gap assessment is answered."""
    return reverse("standards:gap", args=[number, clause])


def assess(key: str, **more: str | int | None) -> str:
    """The form of a new gap assessment of an edition, as far filled in as is known."""
    given = {"framework": key, **{name: value for name, value in more.items() if value}}
    return f"{reverse('ui:new', args=['gap_assessment'])}?{urlencode(given)}"


def transition(number: str, key: str) -> str:
    """The way of an adoption to the next edition."""
    return f"{reverse('standards:transition', args=[number])}?{urlencode({'to': key})}"


def pairs() -> str:
    """What the organisation judged itself of how requirements relate."""
    return reverse("standards:pairs")


def waiting_pairs() -> str:
    """What others judged, where many are confirmed at once."""
    return reverse("standards:waiting-pairs")


def confirm_pairs() -> str:
    """Where judgements are confirmed."""
    return reverse("standards:confirm-pair")


def take_back_pairs() -> str:
    """Where judgements are taken back or turned down."""
    return reverse("standards:take-back")


def judge(key: str, number: str, other: str = "", there: str = "") -> str:
    """The dialog in which somebody judges how two requirements relate."""
    given = {"standard": key, "clause": number, "other": other, "number": there}
    return f"{reverse('standards:judge')}?{urlencode({name: value for name, value in given.items() if value})}"


def paste(key: str, number: str) -> str:
    """The dialog in which an organisation pastes its licensed text of a requirement."""
    return f"{reverse('standards:paste')}?{urlencode({'standard': key, 'clause': number})}"


def find(row: Edition, number: str) -> str:
    """The form of a new finding against a requirement, as far filled in as is known."""
    return f"{reverse('ui:new', args=['finding'])}?{urlencode({**_framework(row), 'clause': number})}"


def _framework(row: Edition) -> dict[str, str]:
    return {"framework": OWN, "own_edition": row.key} if row.organisation_id else {"framework": row.key}


def against(number: str) -> str:
    """The dialog in which a finding is said to be against another requirement as well."""
    return reverse("standards:against", args=[number])


def choose_audit(number: str) -> str:
    """The dialog in which somebody says from which audit of its certificate a finding is."""
    return reverse("standards:choose-audit", args=[number])


def no_longer_against(number: str, requirement_id: int) -> str:
    """The dialog in which a further requirement of a finding is taken out again."""
    return f"{reverse('standards:no-longer-against', args=[number])}?{urlencode({'requirement': requirement_id})}"


def body_limits(number: str) -> str:
    """The dialog in which the limits of the body of a certificate are entered."""
    return reverse("standards:limits", args=[number])


def note_audit(number: str) -> str:
    """The dialog in which an audit of a certification body is noted."""
    return reverse("standards:note-audit", args=[number])
