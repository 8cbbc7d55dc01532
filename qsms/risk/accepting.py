"""Taking a risk: by somebody with the authority, signed, for a time; and how an acceptance ends."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, projections, registry, signing, tasks, wording
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Record
from qsms.rules import risk_acceptance
from qsms.rules.risk_acceptance import AcceptanceAnswer
from qsms.rules.risk_matrix import Rating

from . import authority, following, outgrown, queries
from .authority import Acceptors, Held
from .matrices import shipped_adoption
from .models import Acceptance, Assessment, Hazard, RiskMatrix
from .picture import Picture

ACCEPTED, REFUSED, ENDED = "risk.accepted", "risk.acceptance_refused", "risk.acceptance_ended"
ACCEPT_TASK, STOP_TASK, RENEW_TASK = "accept_risk", "stop_activity", "review_acceptance"
MEANING = "accepted risk"


def today(actor: Actor) -> dt.date:
    """The day it is where the actor is."""
    return moment.now().astimezone(actor.tz).date()


def answer(actor: Actor, record: Record, one: Assessment) -> tuple[AcceptanceAnswer, Held]:
    """Whether the actor may accept this rating, with the reason and who else, and the level held."""
    held = authority.held(actor, record)
    code = authority.code_for(one.matrix.rule, held.rank)
    return risk_acceptance.may_accept(one.matrix.rule, one.class_code, code), held


def beyond(actor: Actor, record: Record) -> Assessment | None:
    """The gravest rating that still waits for an acceptance and is above what the actor may accept; None for none."""
    picture = Picture.of(record)
    waiting = [picture.newest(lens) for lens in picture.lenses() if picture.standing(lens) is None]
    above = [one for one in waiting if one is not None and not answer(actor, record, one)[0].allowed]
    return max(above, key=lambda one: (one.tone, one.pk), default=None)


def way_on(actor: Actor, record: Record, one: Assessment) -> str:
    """What somebody who may not accept this rating does about it, as a button says it; empty where there is no way."""
    if not (actor.holds(authority.ACCEPT) or authority.may_assess(actor, record)):
        return ""
    found = one.matrix.rule.risk_class(one.class_code)
    if not found.authority:
        return _("Have the activity stopped") if found.stop_activity else ""
    asked = authority.acceptors(record, authority.rank_of(found.authority), but=actor.person_id)
    if asked is None:
        return ""
    who = asked.names[0] if len(asked.names) == 1 else _("the %(role)s") % {"role": asked.title.lower()}
    return _("Send up to %(who)s") % {"who": who}


def asked_already(record: Record, one: Assessment) -> str:
    """Who has the task to act on a rating that may not be accepted below them; empty when nobody has."""
    code = ACCEPT_TASK if one.matrix.rule.risk_class(one.class_code).authority else STOP_TASK
    waiting = [task for task in tasks.on_record(record) if task.code == code]
    names = [task.person.name if task.person else task.role.title.lower() if task.role else "" for task in waiting]
    return _(" and ").join(name for name in names if name)


def latest_expiry(actor: Actor, one: Assessment) -> dt.date | None:
    """The last day until which this rating may be accepted from today; None where there is no limit."""
    return risk_acceptance.latest_expiry(one.matrix.rule, one.class_code, today(actor))


def content_hash(record: Record, one: Assessment) -> str:
    """What the signature of an acceptance covers: the record as it stands and the rating that is accepted."""
    shown: dict[str, Any] = signing.content(registry.get(record.kind), record)
    shown["risk"] = {
        "assessment": one.pk, "kind": one.kind, "matrix": one.matrix.code, "edition": one.matrix.edition,
        "cell": one.cell, "class": one.class_code, "why": one.why,
    }  # fmt: skip
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def accept(
    actor: Actor,
    record_id: int,
    *,
    lens: int = 0,
    expires_on: dt.date | None = None,
    conditions: str = "",
    proof: signing.Proof | None = None,
) -> Acceptance:
    """Accept the newest standing rating of a record, by signature. Without `expires_on`, for as long as is allowed.

    Below the needed level nothing is accepted: those who hold it get a task. Where nobody may accept, whoever answers
    for the organisation gets the task to stop the activity. Both are kept although this raises Refused.
    Raises NotVisible, Refused, Invalid (password, expires_on).
    """
    refusal: list[str] = []
    with write_transaction():
        record = moves.locked(actor, record_id)
        one = subject(record, lens)
        said, held = answer(actor, record, one)
        if said.refusal is not None:
            refusal = _refuse(actor, record, one, said)
        else:
            _check_ready(actor, record)
            made = _accept(actor, record, one, held, expires_on, conditions, proof)
    if refusal:
        raise Refused(refusal)
    return made


def subject(record: Record, lens: int = 0) -> Assessment:
    """The rating that an acceptance of this record would be about. Raises Refused when there is none."""
    if not lens:
        worst = queries.current(record)
        lens = worst.lens if worst is not None else 0
    one = queries.newest(record, lens) if lens else None
    if one is None:
        raise Refused([_("The risk of %(number)s has not been rated. Rate it first.") % {"number": record.number}])
    return one


def _refuse(actor: Actor, record: Record, one: Assessment, said: AcceptanceAnswer) -> list[str]:
    """Put the refusal into words and, for somebody who works with the risk, pass it on to whoever must act."""
    assert said.refusal is not None
    words = [wording.sentence(said.refusal)]
    if not (actor.holds(authority.ACCEPT) or authority.may_assess(actor, record)):
        return words
    if said.stop_activity:
        words += _stop(actor, record, one)
    elif said.escalate_to is not None:
        asked = _ask(actor, record, one)
        if asked is not None:
            words.append(_("Asked: %(names)s.") % {"names": ", ".join(asked.names)})
    detail = {"assessment": one.pk, "cell": one.cell, "class": one.class_code}
    history.write(actor, record, history.Act(REFUSED, " ".join(words), detail))
    return words


def _stop(actor: Actor, record: Record, one: Assessment) -> list[str]:
    title = _("Stop the activity or lower the risk: %(cell)s %(class)s, %(title)s") % {
        "cell": one.cell, "class": one.class_label, "title": record.title,
    }  # fmt: skip
    role = shipped_adoption()["stops_activity"]
    task = tasks.give(actor, record, STOP_TASK, title, role=role, due_at=moment.now())
    if task is None or task.role is None:
        return []
    return [_("The %(role)s has the task to stop the activity.") % {"role": task.role.title.lower()}]


def ask(actor: Actor, record_id: int, *, lens: int = 0) -> Acceptors:
    """Ask those who may accept the newest rating to do so. Raises NotVisible, Refused."""
    with write_transaction():
        record = moves.locked(actor, record_id)
        if not (actor.holds(authority.ACCEPT) or authority.may_assess(actor, record)):
            raise Refused([_("You may not ask for an acceptance of this risk.")])
        one = subject(record, lens)
        found = one.matrix.rule.risk_class(one.class_code)
        if not found.authority:
            raise Refused([wording.sentence(said) for said in [answer(actor, record, one)[0].refusal] if said])
        asked = _ask(actor, record, one)
        if asked is None:
            raise Refused([_("Nobody here holds the authority for %(class)s.") % {"class": one.class_label}])
    return asked


def _ask(actor: Actor, record: Record, one: Assessment) -> Acceptors | None:
    found = one.matrix.rule.risk_class(one.class_code)
    asked = authority.acceptors(record, authority.rank_of(found.authority), but=actor.person_id)
    if asked is None:
        return None
    title = _("Accept or refuse the risk %(cell)s %(class)s: %(title)s") % {
        "cell": one.cell, "class": one.class_label, "title": record.title,
    }  # fmt: skip
    due = moment.now() + dt.timedelta(days=found.days_to_act) if found.days_to_act is not None else None
    # One person gets it by name; of several, whoever takes it first.
    person = asked.people[0][0] if len(asked.people) == 1 else None
    tasks.give(actor, record, ACCEPT_TASK, title, person_id=person, role=asked.role, due_at=due)
    return asked


def _check_ready(actor: Actor, record: Record) -> None:
    """A planned control is rated before it is accepted, and a hazard is analysed before its risk is (5.55)."""
    if Picture.of(record).unpredicted:
        raise Refused([following.NOT_PREDICTED % {"number": record.number}])
    if isinstance(record, Hazard) and record.state in following.TOO_EARLY:
        raise Refused(
            [
                _("%(number)s is “%(state)s”. Describe what can happen and rate it first.")
                % {"number": record.number, "state": wording.state_label(record.kind, record.state)}
            ]
        )


def _accept(
    actor: Actor,
    record: Record,
    one: Assessment,
    held: Held,
    expires_on: dt.date | None,
    conditions: str,
    proof: signing.Proof | None,
) -> Acceptance:
    matrix = one.matrix.rule
    code = authority.code_for(matrix, held.rank)
    until = expires_on or latest_expiry(actor, one)
    wrong = risk_acceptance.check_acceptance(matrix, one.class_code, code, accepted_on=today(actor), expires_on=until)
    if wrong:
        raise Invalid({"expires_on": " ".join(wording.sentence(each) for each in wrong)})
    shown = content_hash(record, one)
    signing.check(actor, proof, shown)
    earlier = queries.standing_acceptance(record.pk, one.lens)
    if earlier is not None:
        end(actor, record, earlier, _("Accepted anew."), quiet=True)
    detail = {
        "assessment": one.pk, "cell": one.cell, "class": one.class_code, "authority": code, "lens": one.lens,
        "until": until.isoformat() if until else "", "conditions": conditions.strip(),
    }  # fmt: skip
    deed = history.draft(actor, record, history.Act(ACCEPTED, "", detail))
    # The delegation is part of the deed, also for somebody with lesser rights of their own.
    deed.for_person_id = held.lent_by
    # The record goes one version further below, once the acceptance that the deed tells of is there.
    deed.version = record.version + 1
    deed.save(force_insert=True)
    signature = signing.write(actor, record, deed, MEANING, shown)
    made = Acceptance(
        organisation_id=record.organisation_id, record_id=record.pk, assessment=one, lens=one.lens, authority=code,
        by_id=actor.person_id, for_person_id=held.lent_by, at=deed.at, signature=signature, expires_on=until,
        conditions=conditions.strip(), given_for=outgrown.shown(record),
    )  # fmt: skip
    made.save(force_insert=True)
    _keep_until(record)
    tasks.finish(actor, record, (ACCEPT_TASK, RENEW_TASK), outcome=_("Accepted"))
    history.tell(actor, record, deed, f"{record.kind}.risk_accepted", {"acceptance": made.pk})
    following.accepted(actor, record)
    return made


def _keep_until(record: Record) -> None:
    """Keep on the hazard when the first of its acceptances ends, for lists; the record counts as changed."""
    sheet = registry.get(record.kind)
    before = projections.Before.of(record)
    names: tuple[str, ...] = ()
    if isinstance(record, Hazard):
        first = Acceptance.everywhere.filter(record_id=record.pk, ended_at=None).aggregate(first=Min("expires_on"))
        record.accepted_until = first["first"]
        names = ("accepted_until",)
    moves.store(sheet, record, names)
    projections.run([projections.Written(sheet, record, before)])


def end(actor: Actor, record: Record, one: Acceptance, why: str, *, quiet: bool = False) -> None:
    """End an acceptance: who may accept is asked anew, and a hazard that stood on it goes back. `quiet`: only that."""
    one.ended_at, one.why_ended = moment.now(), why[:300]
    one.save(update_fields=["ended_at", "why_ended"])
    if quiet:
        return
    _keep_until(record)
    tasks.withdraw(actor, record, (RENEW_TASK,), outcome=_("The acceptance has ended"))
    deed = history.write(actor, record, history.Act(ENDED, why, {"acceptance": one.pk, "lens": one.lens}))
    history.tell(actor, record, deed, f"{record.kind}.acceptance_ended", {"acceptance": one.pk})
    newest = queries.newest(record, one.lens)
    if newest is not None:
        _ask(actor, record, newest)
    following.acceptance_ended(actor, record, why)


def why_ended(one: Acceptance, matrix: RiskMatrix, rating: Rating, day: dt.date) -> str:
    """Why an acceptance does not hold with a rating, saved or not, on this day; empty while it does."""
    found = risk_acceptance.why_ended(matrix.rule, one.assessment.rating, rating, expires_on=one.expires_on, today=day)
    return wording.sentence(found) if found is not None else ""


def end_if_worse(actor: Actor, record: Record, made: Assessment) -> None:
    """End the standing acceptance when a new rating goes beyond what was accepted."""
    one = queries.standing_acceptance(record.pk, made.lens)
    if one is not None and (why := why_ended(one, made.matrix, made.rating, today(actor))):
        end(actor, record, one, why)
