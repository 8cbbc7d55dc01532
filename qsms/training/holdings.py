"""Training records: brought from outside and verified, or given for a session or a quiz that was passed."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.claim_codes import ALPHABET
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import attachments, bulk, services, tasks
from qsms.records.errors import Invalid
from qsms.records.models import Attachment, Task

from . import reckoning, requiring, standing
from .choices import Source
from .models import Attempt, Course, Holding, Session
from .readings import TAKE

KIND = "holding"
AWARDED = "awarded"
VERIFY = "verify"
CODE_LENGTH, GROUP = 12, 4


def new_code() -> str:
    """What is printed on a certificate and typed by whoever checks it: K7M4-QX92-TBNP, 59 random bits."""
    letters = "".join(secrets.choice(ALPHABET) for _each in range(CODE_LENGTH))
    return grouped(letters)


def grouped(letters: str) -> str:
    """The letters of a code as they are printed, in groups."""
    return "-".join(letters[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


def claim(
    actor: Actor,
    course_id: int,
    *,
    completed_on: dt.date,
    holder_id: int | None = None,
    expires_on: dt.date | None = None,
    issuer: str = "",
    reference: str = "",
    upload: UploadedFile | None = None,
) -> Holding:
    """Bring a certificate from outside, which counts once somebody else has verified it.

    Raises NotVisible, Refused, Invalid.
    """
    if upload is None:
        raise Invalid({"file": _("Add the certificate, as a photo or a PDF.")})
    given = {
        "holder": holder_id or actor.person_id, "completed_on": completed_on, "expires_on": expires_on,
        "issuer": issuer, "reference": reference,
    }  # fmt: skip
    course = standing.course_for(actor, course_id)
    with write_transaction():
        # Past the form: whoever is asked for a course need not see its page.
        made = services.create(actor, KIND, given, fixed={"course": course})
        attachments.add(actor, made.pk, upload, role=attachments.EVIDENCE)
    assert isinstance(made, Holding)
    return made


def has_certificate(holding: Holding) -> bool:
    """Whether a file was added to it."""
    return Attachment.everywhere.filter(record_id=holding.pk, removed_at=None).exists()


def award(
    actor: Actor,
    course: Course,
    people: Iterable[int],
    completed_on: dt.date,
    *,
    session: Session | None = None,
    attempt: Attempt | None = None,
) -> list[Holding]:
    """Give people a training record for what they passed here, and finish what waits for them about it.

    The caller has the transaction open and answers for the right: closing a session, or passing a quiz.
    """
    wanted = list(dict.fromkeys(people))
    if not wanted:
        return []
    source = Source.SESSION if session is not None else Source.QUIZ
    fixed = {"source": source, "session": session, "attempt": attempt}
    system = _as_system(actor)
    rows = []
    for person in Person.objects.filter(pk__in=wanted, organisation_id=actor.organisation_id):
        given = {
            "title": course.title, "holder": person, "course": course.pk, "completed_on": completed_on,
        }  # fmt: skip
        told = bulk.Row(
            given, fixed, state=reckoning.HELD, closed_at=moment.now(), raised_by_id=actor.person_id
        )  # fmt: skip
        row = bulk.prepare(system, KIND, told)
        if row.errors:
            raise Invalid(row.errors)
        rows.append(row.record)
    made = bulk.create(system, KIND, rows, verb=AWARDED, details=[_detail(actor, session)] * len(rows))
    return [one for one in made if isinstance(one, Holding)]


def _as_system(actor: Actor) -> Actor:
    return actors.system(actor.organisation_id, actor.label or "System")


def _detail(actor: Actor, session: Session | None) -> dict[str, object]:
    return {"by": actor.person_id, **({"session": session.pk} if session is not None else {})}


def counted(actor: Actor, holdings: Iterable[Holding]) -> None:
    """What follows once records count: their days, and the end of what their holders were asked to do."""
    held = [one for one in holdings if one.state == reckoning.HELD]
    reckoning.reckon_all(held)
    for one in held:
        waiting = Task.everywhere.filter(code=TAKE, person_id=one.holder_id, done_at=None)
        for task in waiting.filter(record__as_course__accepts__course_id=one.course_id).select_related("record"):
            tasks.finish(actor, task.record, (TAKE,), outcome=one.number, people=[one.holder_id])


def ask_to_verify(actor: Actor, holdings: Iterable[Holding]) -> None:
    """Whoever verifies gets the task."""
    for one in holdings:
        if one.state != reckoning.HELD:
            title = _("Verify the certificate of %(name)s") % {"name": one.holder.name}
            tasks.give(actor, one, VERIFY, title, role=requiring.desk(actor.organisation_id))
