"""Sessions: who is invited, who signed for having been there, who passed, and what follows once it is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from qsms.base import moment, sentences
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, moves, scope, signing, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase

from . import holdings, requiring, standing
from .choices import Presence, Result
from .models import Attendance, Session

INVITED, SIGNED_IN, JUDGED = "people_invited", "signed_in", "attendance_judged"
ATTEND, EVALUATE = "attend_session", "evaluate_session"
# Signing in opens so long before it begins: people come early.
LONGEST_NOTE = 250
EARLY = dt.timedelta(hours=1)


def invite(actor: Actor, session_id: int, people: Iterable[int]) -> int:
    """Invite people; how many were new. Each sees the session from then on. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        session = _changeable(actor, session_id)
        rows = Person.objects.filter(
            standing.people_seen(actor, "session.view"), pk__in=list(people), is_active=True,
            organisation_id=actor.organisation_id,
        )  # fmt: skip
        known = set(Attendance.everywhere.filter(session=session).values_list("person_id", flat=True))
        new = [person for person in rows if person.pk not in known]
        if session.seats is not None and len(known) + len(new) > session.seats:
            said = _("There are %(seats)d seats and %(n)d people would come. Invite fewer, or add seats.")
            raise Invalid({"people": said % {"seats": session.seats, "n": len(known) + len(new)}})
        Attendance.everywhere.bulk_create(
            Attendance(organisation_id=actor.organisation_id, session=session, person=person) for person in new
        )
        for person in new:
            title = _("Attend: %(title)s") % {"title": session.title}
            tasks.give(actor, session, ATTEND, title, person_id=person.pk, due_at=session.starts_at)
        if new:
            deed = history.write(actor, session, history.Act(INVITED, detail={"people": [one.pk for one in new]}))
            history.tell(actor, session, deed, "session.invited", {"people": [one.pk for one in new]})
    return len(new)


def sign_in(actor: Actor, session_id: int, proof: signing.Proof | None) -> Attendance:
    """Somebody signs, as themselves, for being at the session. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        session = _found(actor, session_id)
        row = Attendance.everywhere.filter(session=session, person_id=actor.person_id or 0).first()
        if row is None:
            raise Refused([_("You are not on the list of this session. Ask whoever teaches it to add you.")])
        if session.phase != Phase.OPEN:
            raise Refused([_("The attendance of %(number)s is closed.") % {"number": session.number}])
        if moment.now() < session.starts_at - EARLY:
            raise Refused([_("Signing in opens an hour before the session begins.")])
        if row.signed_at is not None:
            return row
        shown = signing.hash_of(content(session, row))
        signing.check(actor, proof, shown)
        row.signed_at, row.presence = moment.now(), Presence.PRESENT
        row.save(update_fields=["signed_at", "presence"])
        deed = history.write(actor, session, history.Act(SIGNED_IN, detail={"person": row.person_id}))
        signing.write(actor, session, deed, _("was there"), shown)
        tasks.finish(actor, session, (ATTEND,), outcome=_("Signed in"), people=[row.person_id])
    return row


def content(session: Session, row: Attendance) -> dict[str, object]:
    """What an attendee signs for: which session, what was taught, when, where and by whom."""
    return {
        "number": session.number, "course": session.course.title, "starts_at": session.starts_at.isoformat(),
        "place": session.place, "taught_by": session.instructor.name if session.instructor else session.provider,
        "person": row.person_id,
    }  # fmt: skip


def judge(actor: Actor, session_id: int, results: dict[int, str], notes: dict[int, str] | None = None) -> int:
    """Say who passed and who was not there: person -> passed, failed, absent; how many rows changed."""
    with write_transaction():
        session = _found(actor, session_id)
        if not may_judge(actor, session):
            raise Refused([_("Only whoever teaches this session, or closes sessions here, says who passed.")])
        if session.phase != Phase.OPEN:
            raise Refused([_("The attendance of %(number)s is closed.") % {"number": session.number}])
        if actor.persons & results.keys():
            raise Refused([_("Somebody else says whether you passed, or whom you stand in for.")])
        changed = []
        for row in Attendance.everywhere.filter(session=session, person_id__in=list(results)):
            before = (row.presence, row.result, row.note)
            _put(row, results[row.person_id])
            row.note = (notes or {}).get(row.person_id, row.note).strip()
            if fault := sentences.too_long(row.note, LONGEST_NOTE):
                raise Invalid({"note": fault})
            if before != (row.presence, row.result, row.note):
                row.save(update_fields=["presence", "result", "note"])
                changed.append([row.person_id, row.presence, row.result])
        if changed:
            history.write(actor, session, history.Act(JUDGED, detail={"rows": changed}))
    return len(changed)


def _put(row: Attendance, word: str) -> None:
    if word in (Result.PASSED, Result.FAILED):
        row.presence, row.result = Presence.PRESENT, Result(word)
    elif word == Presence.ABSENT:
        if row.signed_at is not None:
            said = _("%(name)s signed for having been there. Choose passed or not passed.")
            raise Invalid({"": said % {"name": row.person.name}})
        row.presence, row.result = Presence.ABSENT, Result.OPEN
    elif word:
        raise Invalid({"": _("“%(word)s” is no result. Choose passed, not passed or not there.") % {"word": word}})


def may_judge(actor: Actor, session: Session) -> bool:
    """Whether the actor says who passed: whoever teaches it, and whoever may close it."""
    return actor.is_system or session.instructor_id in actor.persons or scope.may(actor, "hold", session)


def unjudged(session: Session) -> int:
    """How many people of whom nothing is said yet."""
    rows = Attendance.everywhere.filter(session=session, result="")
    return rows.exclude(presence=Presence.ABSENT).count()


def closed(actor: Actor, session: Session) -> None:
    """What follows when the attendance is closed: records for whoever passed, and the look at its effect later."""
    passed = Attendance.everywhere.filter(session=session, result=Result.PASSED).values_list("person_id", flat=True)
    ended = (session.ends_at or session.starts_at).astimezone(actor.tz).date()
    holdings.award(actor, session.course, list(passed), ended, session=session)
    tasks.withdraw(actor, session, (ATTEND,), outcome=_("Closed"))
    if session.state == "held":
        due = moment.now() + dt.timedelta(days=session.course.evaluate_days or 0)
        title = _("Say whether it worked: %(title)s") % {"title": session.title}
        taker = session.owner_id if session.owner_id != session.instructor_id else None
        tasks.give(
            actor, session, EVALUATE, title, person_id=taker, role=requiring.desk(actor.organisation_id), due_at=due
        )


def _found(actor: Actor, session_id: int) -> Session:
    session = moves.locked(actor, session_id)
    if not isinstance(session, Session):
        raise NotVisible
    return session


def _changeable(actor: Actor, session_id: int) -> Session:
    session = _found(actor, session_id)
    if not (scope.may(actor, "change", session) or session.instructor_id in actor.persons):
        raise Refused([_("You may not change this session. Ask whoever plans it.")])
    if session.phase != Phase.OPEN:
        raise Refused([_("%(number)s is closed.") % {"number": session.number}])
    return session


def roll(session: Record) -> list[Attendance]:
    """The attendance list, by name."""
    rows = Attendance.everywhere.filter(session_id=session.pk).select_related("person")
    return list(rows.order_by("person__name", "pk"))


def shown_to(actor: Actor, rows: Iterable[Attendance]) -> list[Attendance]:
    """The lines of people whose training the actor may see: who passed is nobody else's business."""
    return [row for row in rows if standing.sees_training_of(actor, row.person)]
