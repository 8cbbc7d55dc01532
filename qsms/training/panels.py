"""What stands on the pages of courses, sessions and training records beside their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import scope
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.rules.competence import CURRENT
from qsms.rules.lifecycle import Phase
from qsms.ui import dates

from . import correcting, drawing, duties, proofs, requiring, sessions, standing
from .choices import Presence, Result, WaiverState
from .models import Attempt, Counts, Holding, Session, Waiver


def _required(actor: Actor, record: Record) -> Mapping[str, Any]:
    """Of whom a course is asked, and what counts towards it."""
    rows = requiring.asked_of(record)
    may = scope.may(actor, "require", record) and record.phase < Phase.DONE
    lines = [
        {
            "whom": row.whom,
            "site": row.site.name if row.site is not None else "",
            "policy": row.get_policy_display(),
            # From before it was refused, or of a room that is there no longer.
            "idle": bool(row.duty) and row.duty not in duties.offered(),
            "within_days": row.within_days,
            "end_url": reverse("training:release", args=[row.pk]) if may else "",
        }
        for row in rows
    ]
    others = Counts.everywhere.filter(towards_id=record.pk).exclude(course_id=record.pk).values_list("course_id")
    equal = scope.visible(actor, "course").filter(pk__in=others)
    return {
        "record": record,
        "lines": lines,
        "equal": [{"number": one.number, "title": one.title} for one in equal.order_by("title")],
        "may": may,
    }


def _waivers(actor: Actor, record: Record) -> Mapping[str, Any]:
    rows = Waiver.everywhere.filter(course_id=record.pk, person__in=standing_people(actor))
    rows = rows.exclude(state=WaiverState.ENDED).select_related("person", "asked_by", "decided_by").order_by("-pk")[:50]
    may = scope.may(actor, "waive", record)
    return {
        "record": record,
        "lines": [
            {
                "row": row,
                "mark": drawing.waiver(row),
                "until": drawing.until(row.until),
                "decide_url": reverse("training:decide", args=[row.pk]) if may and row.state == "asked" else "",
                "end_url": reverse("training:end-waiver", args=[row.pk]) if may and row.state == "approved" else "",
            }
            for row in rows
        ],
    }


def standing_people(actor: Actor) -> Any:
    """The people whose training the actor may see, as a query."""
    return Person.objects.filter(standing.people_seen(actor), organisation_id=actor.organisation_id).values("pk")


def _attendance(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Session)
    rows = sessions.roll(record)
    may_judge = sessions.may_judge(actor, record) and record.phase == Phase.OPEN
    mine = next((row for row in rows if row.person_id == actor.person_id), None)
    sees_all = may_judge or record.instructor_id in actor.persons
    shown = rows if sees_all else sessions.shown_to(actor, rows)
    opens = record.starts_at - sessions.EARLY
    return {
        "record": record,
        "lines": [
            {
                "row": row,
                "mark": drawing.presence(row),
                "signed": dates.exact(row.signed_at, actor.tz) if row.signed_at is not None else "",
            }
            for row in shown
        ],
        "count": len(rows),
        "results": [*Result.choices[1:], (Presence.ABSENT.value, Presence.ABSENT.label)],
        "may_judge": may_judge,
        "may_invite": record.phase == Phase.OPEN
        and (scope.may(actor, "change", record) or record.instructor_id in actor.persons),
        "sign_url": reverse("training:sign-in", args=[record.number])
        if mine is not None and mine.signed_at is None and record.phase == Phase.OPEN and opens <= moment.now()
        else "",
        "mine": actor.persons,
    }


def _certificate(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Holding)
    today = standing.today_of(actor)
    period = drawing.period(record)
    stand = proofs.stand(period, today) if period is not None else None
    passed = Attempt.everywhere.filter(pk=record.attempt_id) if record.attempt_id else Attempt.everywhere.none()
    return {
        "record": record,
        # Which text was passed stays told, whatever was published since.
        "revision": passed.values_list("content__revision", flat=True).first(),
        "mark": drawing.state(stand) if stand is not None else "",
        "until": drawing.until(record.ends_on),
        "print_url": reverse("training:certificate", args=[record.number])
        if stand is not None and stand.state in CURRENT
        else "",
        "correct_url": reverse("training:correct", args=[record.number])
        if correcting.may_correct(actor, record)
        else "",
        "verify_url": reverse("training:verify", args=[record.code]),
    }


REQUIRED = Panel("required", _("Required of"), "training/panel_required.html", _required, tab=False)
WAIVERS = Panel(
    "waivers", _("Excused"), "training/panel_waivers.html", _waivers, count=lambda known: len(known["lines"])
)
ATTENDANCE = Panel(
    "attendance", _("Attendance"), "training/panel_attendance.html", _attendance, count=lambda known: known["count"]
)
CERTIFICATE = Panel("certificate", _("Certificate"), "training/panel_certificate.html", _certificate, tab=False)
