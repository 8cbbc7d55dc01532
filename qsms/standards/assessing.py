"""Answering a gap assessment, one requirement after the other, keeping snapshots, and what finished ones judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from qsms.base import moment, sentences
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, registry, scope, tasks
from qsms.records import services as spine
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.coverage import Judgement
from qsms.rules.coverage import State as Covered
from qsms.rules.frameworks import Framework, Reference
from qsms.rules.gap_comparison import Answer
from qsms.rules.lifecycle import Phase

from . import adopting, library, profile
from .choices import GapAnswerCode
from .models import Adoption, GapAnswer, GapAssessment, GapSnapshot

KIND = "gap_assessment"
ANSWERED, SNAPSHOT = "gap_answered", "gap_snapshot_kept"
FINISHED = "finished"
LONGEST_LABEL = 120
# Answers that an assessor gives and coverage takes over; what does not apply is left out of the adoption instead.
JUDGED = {"met": Covered.MET, "partly": Covered.PARTLY, "gap": Covered.GAP}


class LeftOut(NamedTuple):
    """Where a requirement is left out, and why."""

    adoption: Adoption
    why: str

    @property
    def words(self) -> str:
        """The same as the note of an answer."""
        return _("Left out of %(number)s: %(why)s") % {"number": self.adoption.number, "why": self.why}


def framework_of(assessment: GapAssessment) -> Framework:
    """The edition in the revision that it stands on. Raises NotVisible when it is not there."""
    rows = library.editions(assessment.organisation_id, {assessment.key: assessment.revision})
    if assessment.key not in rows:
        raise NotVisible
    return rows[assessment.key].rule


def asked(framework: Framework) -> list[str]:
    """The numbers to be answered, in reading order."""
    return [one.number for one in framework.requirements if one.assessable]


def answers(assessment: GapAssessment) -> Mapping[str, GapAnswer]:
    """What is answered so far, by number; one query."""
    rows = GapAnswer.everywhere.filter(assessment=assessment).select_related("by").order_by("pk")
    return {row.number: row for row in rows}


def plain(found: Mapping[str, GapAnswer]) -> dict[str, Answer]:
    """The answers as the rules compare them."""
    return {number: Answer(row.answer) for number, row in found.items()}


def unanswered(assessment: GapAssessment) -> int:
    """How many requirements have no answer yet."""
    known = GapAnswer.everywhere.filter(assessment=assessment).values_list("number", flat=True)
    return len(set(asked(framework_of(assessment))) - set(known))


def seen_mark(row: GapAnswer | None) -> str:
    """What tells the answer that somebody looked at from one that came after it."""
    return row.at.isoformat() if row is not None else ""


def answer(
    actor: Actor, record_id: int, number: str, code: str, note: str = "", *, seen: str | None = None
) -> GapAnswer:
    """Answer one requirement, or answer it otherwise. Raises NotVisible, Refused, Invalid.

    `seen` is the mark of the answer that the person looked at: one that was given since is not replaced unseen.
    """
    with write_transaction():
        assessment = _open(actor, record_id)
        framework = framework_of(assessment)
        if number not in framework.by_number or not framework.by_number[number].assessable:
            raise NotVisible
        note = note.strip()
        _check(code, note)
        if code == GapAnswerCode.NOT_APPLICABLE:
            _check_may_go(assessment, framework, number)
        row = GapAnswer.everywhere.filter(assessment=assessment, number=number).first()
        if row is None:
            row = GapAnswer(organisation_id=actor.organisation_id, assessment=assessment, number=number)
        elif (row.answer, row.note) == (code, note):
            return row
        elif seen is not None and seen != seen_mark(row):
            said = _("%(who)s answered “%(answer)s” while this page was open. Save again to put yours in its place.")
            who = row.by.name if row.by else _("Somebody")
            raise Invalid({"answer": said % {"who": who, "answer": GapAnswerCode(row.answer).label}})
        before = GapAnswerCode(row.answer).label if row.answer else ""
        row.answer, row.note, row.by_id, row.at = code, note, actor.person_id, moment.now()
        row.save()
        change = history.FieldChange(number, str(before), str(GapAnswerCode(code).label))
        history.write(actor, assessment, history.Act(ANSWERED, note[:500], {"what": number}, [change]))
    return row


def _check(code: str, note: str) -> None:
    if code not in GapAnswerCode.values:
        raise Invalid({"answer": _("Choose an answer.")})
    if code == GapAnswerCode.NOT_APPLICABLE and len(note) < 10:
        raise Invalid({"note": _("Say why it does not apply, so that an auditor can follow it.")})
    if code in (GapAnswerCode.GAP, GapAnswerCode.PARTLY) and not note:
        raise Invalid({"note": _("Say what is missing. The action that closes it begins with this.")})


def _check_may_go(assessment: GapAssessment, framework: Framework, number: str) -> None:
    """What nobody may leave out of a standard is no answer either, but for what falls away by the certificates held."""
    if adopting.may_leave_out(framework, number):
        return
    held = [profile.certificate(one) for one in profile.held(assessment.organisation_id)]
    if not profile.above(framework, number, profile.falls_away(framework, held)):
        raise Invalid({"answer": adopting.why_not(framework, number)})


def left_out(actor: Actor, assessment: GapAssessment, framework: Framework) -> Mapping[str, LeftOut]:
    """What the adoptions that hold where it assesses leave out, by number, with all that stands under it."""
    adoptions = [one for one in adopting.live(actor) if one.key == assessment.key and _holds_for(one, assessment)]
    found: dict[str, LeftOut] = {}
    every = adopting.excluded(adoptions)
    for adoption in adoptions:
        allowed, _not_allowed = adopting.sorted_out(framework, every[adoption.pk])
        for top, exclusion in allowed.items():
            for number in framework.subtree(top) if top in framework.by_number else ():
                found.setdefault(number, LeftOut(adoption, exclusion.why))
    return found


def _holds_for(adoption: Adoption, assessment: GapAssessment) -> bool:
    """Whether what the adoption leaves out is left out wherever the assessment looks."""
    return (
        (not adoption.sites or assessment.site_id in adoption.sites)
        and adoption.unit_id in (None, assessment.unit_id)
        and (not adoption.processes or assessment.process_id in adoption.processes)
    )


def answer_left_out(actor: Actor, assessment: GapAssessment) -> None:
    """Answer what is left out already, with the reason, so that nobody looks for it; it can be answered otherwise."""
    framework = framework_of(assessment)
    away = left_out(actor, assessment, framework)
    rows = [
        GapAnswer(
            organisation_id=actor.organisation_id, assessment=assessment, number=number,
            answer=GapAnswerCode.NOT_APPLICABLE, note=away[number].words, by_id=actor.person_id, at=moment.now(),
        )
        for number in asked(framework)
        if number in away
    ]  # fmt: skip
    if rows:
        GapAnswer.everywhere.bulk_create(rows)
        label = str(GapAnswerCode.NOT_APPLICABLE.label)
        changes = [history.FieldChange(one.number, "", label) for one in rows]
        detail = {"what": ", ".join(one.number for one in rows)[:500]}
        history.write(actor, assessment, history.Act(ANSWERED, _("Left out of what is adopted"), detail, changes))


def keep_snapshot(actor: Actor, record_id: int, label: str = "") -> GapSnapshot:
    """Keep all answers as they stand now. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        return _keep(actor, _open(actor, record_id), label.strip())


def hand_out(actor: Actor, assessment: GapAssessment) -> None:
    """Ask the assessor to answer it."""
    if assessment.assessor_id is not None and assessment.is_open:
        tasks.give(actor, assessment, "assess", _("Answer each requirement"), person_id=assessment.assessor_id)


def finish(actor: Actor, assessment: GapAssessment) -> None:
    """What follows when an assessment is finished: its answers are kept as they stand."""
    assessment.finished_on = moment.now().astimezone(actor.tz).date()
    moves.store(registry.get(KIND), assessment, ("finished_on",))
    if GapAnswer.everywhere.filter(assessment=assessment).exists():
        _keep(actor, assessment, _("Finished"))


def _keep(actor: Actor, assessment: GapAssessment, label: str) -> GapSnapshot:
    found = {number: [row.answer, row.note] for number, row in answers(assessment).items()}
    if not found:
        raise Invalid({"label": _("Nothing is answered yet, so there is nothing to keep.")})
    if fault := sentences.too_long(label, LONGEST_LABEL):
        raise Invalid({"label": fault})
    made = GapSnapshot.everywhere.create(
        organisation_id=actor.organisation_id, assessment=assessment, label=label, answers=found,
        by_id=actor.person_id, at=moment.now(),
    )  # fmt: skip
    history.write(actor, assessment, history.Act(SNAPSHOT, detail={"what": label, "answers": len(found)}))
    return made


def snapshots(actor: Actor, assessment: GapAssessment) -> list[GapSnapshot]:
    """The snapshots of every assessment of this edition that the actor sees, the oldest first; two queries."""
    seen = scope.visible(actor, KIND).filter(framework=assessment.framework, own_edition=assessment.own_edition)
    ids = list(seen.exclude(phase=Phase.VOID).values_list("pk", flat=True))
    return list(GapSnapshot.everywhere.filter(assessment_id__in=ids).select_related("by", "assessment").order_by("pk"))


def raise_action(actor: Actor, record_id: int, number: str, given: Mapping[str, Any], *, once: str = "") -> Record:
    """An action against a gap, through what the registry offers to be raised. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        assessment = spine.find(actor, KIND, record_id)
        assert isinstance(assessment, GapAssessment)
        offer = next((one for one in registry.raisings(KIND) if one.kind == "action"), None)
        row = GapAnswer.everywhere.filter(assessment=assessment, number=number).first()
        if offer is None or row is None:
            raise NotVisible
        if row.answer not in (GapAnswerCode.GAP, GapAnswerCode.PARTLY):
            raise Refused([_("%(number)s is no gap. Answer it as one first.") % {"number": number}])
        made = spine.create(
            actor, offer.kind, {**offer.values(assessment), **given}, raised_from=assessment, relation=offer.relation,
            once=once,
        )  # fmt: skip
        GapAnswer.everywhere.filter(pk=row.pk).update(action=made)
    return made


class Answered(NamedTuple):
    """One answer of a finished assessment, with the edition and the place that it speaks for."""

    framework: str
    own_edition: str
    site_id: int | None
    unit_id: int | None
    process_id: int | None
    on: dt.date
    number: str
    answer: str

    def speaks_for(self, adoption: Adoption) -> bool:
        """Whether it is about the edition of the adoption, and its one place or no particular one."""
        return (
            (self.framework, self.own_edition) == (adoption.framework, adoption.own_edition)
            and (self.site_id is None or adoption.sites == {self.site_id})
            and self.unit_id in (None, adoption.unit_id)
            and (self.process_id is None or adoption.processes == {self.process_id})
        )


def answered(actor: Actor) -> list[Answered]:
    """Every answer of a finished assessment that the actor sees, the oldest first; one query.

    Of several answers to one requirement the latest holds, and of one day the one that was begun last.
    """
    finished = scope.visible(actor, KIND).filter(state=FINISHED, finished_on__isnull=False).order_by().values("pk")
    rows = GapAnswer.everywhere.filter(assessment_id__in=finished, answer__in=list(JUDGED))
    columns = ("framework", "own_edition", "site_id", "unit_id", "process_id", "finished_on")
    found = rows.order_by("assessment__finished_on", "assessment_id").values_list(
        *(f"assessment__{name}" for name in columns), "number", "answer"
    )
    return [Answered(*row) for row in found]


def judgements(found: Iterable[Answered], adoption: Adoption) -> list[Judgement]:
    """What these answers judge for an adoption."""
    return [
        Judgement(Reference(adoption.key, one.number), JUDGED[one.answer], one.on)
        for one in found
        if one.speaks_for(adoption)
    ]


def _open(actor: Actor, record_id: int) -> GapAssessment:
    record = moves.locked(actor, record_id)
    if not isinstance(record, GapAssessment):
        raise NotVisible
    if not may_answer(actor, record):
        raise Refused([_("You may not answer this assessment. Ask its assessor.")])
    if record.phase >= Phase.DONE:
        raise Refused([_("%(number)s is finished. Open it again to change it.") % {"number": record.number}])
    return record


def may_answer(actor: Actor, assessment: GapAssessment) -> bool:
    """Whether the actor may answer: its assessor, its owner, or who may assess."""
    if actor.person_id is not None and actor.person_id in (assessment.assessor_id, assessment.owner_id):
        return True
    return scope.may(actor, "assess", assessment)
