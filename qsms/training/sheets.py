"""Courses, sessions and training records as the kits show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import naming, wording
from qsms.records.choices import Relation
from qsms.records.models import Record
from qsms.records.registry import Column, Lead, Raising, RecordType, Section, TaskType, lend_tasks, offer, register
from qsms.rules import competence as rules
from qsms.rules.lifecycle import Move, Reason
from qsms.ui import addresses as pages
from qsms.ui import dates

from . import (
    contents,
    correcting,
    following,
    holdings,
    leading,
    panels,
    readings,
    reckoning,
    requiring,
    sessions,
    standing,
    text_panel,
    waiving,
)
from .choices import CourseKind, Source
from .lifecycles import COURSE_LIFE, HOLDING_LIFE, SESSION_LIFE
from .models import Counts, Course, Holding, Session

wording.PARTIES |= {"holder": _("who holds it"), "instructor": _("who teaches it")}
wording.DEEDS |= {
    naming.DOUBTED: _("named somebody whose training is not current"),
    requiring.REQUIRED: _("required it"),
    requiring.RELEASED: _("ended a requirement"),
    requiring.COUNTED: _("added an equivalent course"),
    requiring.UNCOUNTED: _("ended the equivalence of a course"),
    following.ASKED_TO_TAKE: _("asked people to take it"),
    requiring.RENEWED: _("ended what was completed before a change"),
    waiving.ASKED: _("asked to excuse somebody"),
    waiving.APPROVED: _("excused somebody"),
    waiving.REFUSED: _("refused to excuse somebody"),
    waiving.ENDED: _("ended an excuse"),
    sessions.INVITED: _("invited people"),
    sessions.SIGNED_IN: _("signed in"),
    sessions.JUDGED: _("said who passed"),
    holdings.AWARDED: _("recorded who passed"),
    correcting.CORRECTED: _("entered it in the place of a wrong one"),
}
# What the title says until it is known which course it is of.
UNTITLED = "–"
SHUT: dict[str, Any] = {
    "begun": _("It has not begun yet. Close it once it was held."),
    "judged": _("Say of everybody on the list whether they passed or were not there."),
    "effect_wanted": _("The effect of this course is not looked at later. Use “Close the session”."),
    "no_effect_wanted": _("The effect of this course is looked at later. Use “Close the attendance”."),
    "certificate": _("There is no certificate. Add a photo or a PDF of it under Files."),
}


@wording.reason_words("training")
def _shut(values: Mapping[str, str]) -> str:
    return str(SHUT[values["fact"]])


def _facts(holds: Mapping[str, bool], ways: Mapping[str, Mapping[str, str]]) -> dict[str, Reason | None]:
    return {
        name: None if ok else Reason("training", {"fact": name, **ways.get(name, {})}) for name, ok in holds.items()
    }


def _until(value: dt.date | None) -> str:
    if value is None:
        return ""
    return escape(_t("Does not expire") if value == rules.FOREVER else date_format(value, "j M Y"))


@register
class CourseSheet(RecordType):
    model = Course
    kind = "course"
    prefix = "CRS"
    label = _("Course")
    label_plural = _("Courses")
    icon = "school"
    room = "know"
    trace = "changed"
    lives_on = True
    lifecycle = COURSE_LIFE
    tasks = {
        readings.TAKE: TaskType(_("Take a course"), _("Take it"), quiet=True),
        waiving.TASK: TaskType(_("Decide whether somebody is excused from a course"), _("Decide")),
    }
    columns = ("number", "title", "course_kind", "state", "months", "site", "owner")
    filters = ("state", "course_kind", "site", "owner", "disciplines")
    orders = ("-id",)
    category_field = "course_kind"
    form = (
        Section.of(
            _("What"),
            "title",
            "course_kind",
            "purpose",
            "disciplines",
            help=_("Also a licence, a qualification, an authorisation, or a document that people must have read."),
        ),
        Section.of(_("How long it holds"), "months", "month_end", "soon_days", "grace_days", "early_months"),
        Section.of(_("Whether it works"), "evaluate_days"),
        Section.of(_("Where it belongs"), "document", "owner", "site", "unit", "process", "code", "confidential"),
    )
    search_fields = ("purpose",)
    import_key = "code"
    panels = (text_panel.TEXT, panels.REQUIRED, panels.WAIVERS)

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Course)
        if record.document is not None and record.document.kind != "document":
            return {"document": _t("%(number)s is no document. Choose one.") % {"number": record.document.number}}
        if record.course_kind == CourseKind.READING and record.document is None:
            return {"document": _t("Choose the document that is to be read and understood.")}
        return {}

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        return {"written": contents.unwritten(record)}

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Course)
        return leading.of_course(actor, record)

    def created(self, actor: Actor, record: Record) -> None:
        self.created_many(actor, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        # Every course counts towards itself, in a row like others.
        Counts.everywhere.bulk_create(
            Counts(organisation_id=one.organisation_id, course_id=one.pk, towards_id=one.pk) for one in records
        )

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        if {"months", "month_end", "soon_days", "grace_days", "early_months"} & set(names):
            reckoning.reckon(record.pk)


@register
class SessionSheet(RecordType):
    model = Session
    kind = "session"
    prefix = "TRN"
    label = _("Session")
    label_plural = _("Sessions")
    icon = "calendar-event"
    room = "know"
    lifecycle = SESSION_LIFE
    tasks = {
        sessions.ATTEND: TaskType(_("Attend a session"), _("Attend"), quiet=True),
        sessions.EVALUATE: TaskType(_("Say whether a session worked"), _("Evaluate")),
    }
    columns = (
        "number", "title", Column("course", _("Course"), "course__title"), "state", "starts_at", "site", "instructor",
        "effect",
    )  # fmt: skip
    filters = ("state", "site", "instructor", "owner", "starts_at", "effect")
    orders = ("-id",)
    form = (
        Section.of(_("What"), "title", "course", "instructor", "provider"),
        Section.of(_("When and where"), "starts_at", "ends_at", "place", "seats", "site", "unit", "owner"),
        Section.of(_("Whether it worked"), "evaluation_level", "effect", "evaluation"),
        Section.of(_("Elsewhere"), "reference", "confidential"),
    )
    search_fields = ("evaluation", "place")
    party_fields = {"instructor": "instructor"}
    import_key = "reference"
    panels = (panels.ATTENDANCE,)

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Session)
        if record.ends_at is not None and record.ends_at < record.starts_at:
            return {"ends_at": _t("It ends before it begins. Choose a later time.")}
        return {}

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Session)
        later = record.course.evaluate_days is not None
        holds = {
            "begun": record.starts_at <= moment.now(),
            "judged": not sessions.unjudged(record),
            "effect_wanted": later,
            "no_effect_wanted": not later,
        }
        ways = {"judged": {"way": _t("See the list"), "way_url": pages.tab(record, "attendance")}}
        return _facts(holds, ways)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Session)
        if record.state != "planned":
            return Lead()
        if record.starts_at > moment.now():
            begins = dates.moment(record.starts_at, moment.now(), actor.tz, binding=True)
            said = _t("It begins %(when)s. From an hour before, whoever comes signs for it.") % {"when": begins}
            return Lead(said, _t("Next: hold it"))
        if n := sessions.unjudged(record):
            said = ngettext(
                "Of %(n)d person on the list nothing is said yet: passed, not passed or not there.",
                "Of %(n)d people on the list nothing is said yet: passed, not passed or not there.",
                n,
            )
            return Lead(said % {"n": n}, _t("Next: say who passed"))
        return Lead()

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Session)
        if move.code in ("hold", "complete"):
            sessions.closed(actor, record)


@register
class HoldingSheet(RecordType):
    model = Holding
    kind = "holding"
    prefix = "TRR"
    label = _("Training record")
    label_plural = _("Training records")
    icon = "certificate"
    room = "know"
    lives_on = True
    in_menu = False
    lifecycle = HOLDING_LIFE
    import_state = reckoning.HELD
    tasks = {holdings.VERIFY: TaskType(_("Verify an outside certificate"), _("Verify"))}
    columns = (
        "number", "title", Column("course", _("Course"), "course__title"), "holder", "state", "completed_on",
        Column("ends_on", _("Valid until"), cell=_until), "source", "site",
    )  # fmt: skip
    filters = ("state", "holder", "source", "site", "completed_on", "ends_on")
    orders = ("-id",)
    form = (
        Section.of(_("Who and what"), "holder", "course", "title", "completed_on", "expires_on"),
        Section.of(_("From outside"), "issuer", "reference"),
        Section.of(_("Where"), "site", "unit", help=_("Empty: where the person works.")),
    )
    room_fields = ("attempt", "code", "grace_on", "session", "soon_on")
    party_fields = {"holder": "holder"}
    import_key = "reference"
    panels = (panels.CERTIFICATE,)
    views = {"new": "qsms.training.views.claiming.claim"}

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        # Its own title is the course's; `prepare` puts it there.
        return {"title": UNTITLED, "holder": actor.person_id} if actor.person_id else {"title": UNTITLED}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Holding)
        if record.completed_on > moment.now().astimezone(actor.tz).date():
            return {"completed_on": _t("This day is yet to come. Write the day on which it was completed.")}
        if record.expires_on is not None and record.expires_on < record.completed_on:
            return {"expires_on": _t("It would end before it began. Look at the certificate again.")}
        if record.pk is not None and not _is_of_the_same(record):
            return {"": _t("Whose it is and of which course stays. Use “Wrong person, course or day” on its page.")}
        others = actor.is_system or any(right.axis != "own" for right in actor.rights_for("holding.create"))
        if record.holder_id not in actor.persons and not others:
            return {"holder": _t("You may add certificates of your own only.")}
        # Where the record stands is written by whoever adds it; where the person works is not.
        if others and not standing.sees_training_of(actor, record.holder, "holding.create"):
            return {"holder": _t("This person works where you keep no training records. Ask who does there.")}
        return {}

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Holding)
        if record.title == UNTITLED:
            record.title = record.course.title
        # Whoever holds it owns it, and sees it.
        record.owner_id = record.holder_id
        record.site_id = record.site_id or record.holder.site_id
        record.unit_id = record.unit_id or record.holder.unit_id
        record.code = holdings.new_code()
        if record.state == reckoning.HELD and record.session_id is None and record.attempt_id is None:
            record.source = Source.BEFORE

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Holding)
        ways = {"certificate": {"way": _t("Add the certificate"), "way_url": pages.tab(record, "files")}}
        return _facts({"certificate": holdings.has_certificate(record)}, ways)

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Holding)
        if record.ends_on is None:
            return []
        if record.ends_on == rules.FOREVER:
            return [_t("does not expire")]
        return [_t("valid until %(day)s") % {"day": dates.plain_day(record.ends_on)}]

    def may(self, actor: Actor, verb: str, record: Record) -> bool | None:
        # It stays with whoever completed the course.
        return False if verb == "assign" else None

    def created(self, actor: Actor, record: Record) -> None:
        self.created_many(actor, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        made = [one for one in records if isinstance(one, Holding)]
        holdings.counted(actor, made)
        holdings.ask_to_verify(actor, made)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Holding)
        if move.code == "verify":
            holdings.counted(actor, [record])
        else:
            reckoning.reckon(record.course_id, [record.holder_id])

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Holding)
        reckoning.reckon(record.course_id, [record.holder_id])


def _teaching(record: Record) -> dict[str, Any]:
    return {
        "title": record.title, "document": record.pk, "site": record.site_id, "unit": record.unit_id,
        "process": record.process_id, "disciplines": record.disciplines,
    }  # fmt: skip


offer(Raising("course", _("Set up a course that teaches it"), ("document",), Relation.TRAINS, _teaching))
lend_tasks(
    {following.ARRANGE: TaskType(_("Arrange training for a revision"), _("Say who learns it"), "impact")}, "document"
)


def _is_of_the_same(record: Holding) -> bool:
    stored = Holding.everywhere.values_list("holder_id", "course_id").get(pk=record.pk)
    return stored == (record.holder_id, record.course_id)
