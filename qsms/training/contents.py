"""What a course that people take alone consists of: revisions that never change, the newest one being read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, scope, services, wording
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules import course_file
from qsms.rules import courses as rules
from qsms.rules.data_files import DataError
from qsms.rules.lifecycle import Reason

from .models import Content, Course

KIND = "course"
CHANGED = "content_changed"


def newest(course_id: int) -> Content | None:
    """The revision that is read now; None for a course that nobody takes alone."""
    return Content.everywhere.filter(course_id=course_id).defer("definition").order_by("-revision").first()


def of(course: Record) -> Content | None:
    """The same for a course at hand. Worked out once for the object: its page asks in two places."""
    known: dict[str, Content | None] = course.__dict__.setdefault("_content", {})
    if "newest" not in known:
        known["newest"] = newest(course.pk)
    return known["newest"]


def text_of(content: Content) -> rules.Course:
    """A revision as the rules know it. It never changes, so each is read once per process."""
    return _read(content.pk, content.checksum)


@lru_cache(maxsize=128)
def _read(pk: int, checksum: str) -> rules.Course:
    # The checksum is part of the question, so that no other row is ever taken for this one.
    return course_file.from_dict(Content.everywhere.values_list("definition", flat=True).get(pk=pk))


def checked(data: Mapping[str, Any]) -> rules.Course:
    """The course of plain data. Raises Invalid with everything that is wrong."""
    try:
        return course_file.from_dict(data)
    except DataError as error:
        raise Invalid({"": _told(error)}) from error


def read_file(content: bytes) -> rules.Course:
    """The course of a file that somebody brought. Raises Invalid with everything that is wrong."""
    try:
        return course_file.read_course(content)
    except DataError as error:
        raise Invalid({"file": _told(error)}) from error


def _told(error: DataError) -> str:
    return " ".join(str(wording.sentence(one)) for one in error.sentences[:SHOWN])


# Who mends ten faults reads the file again; a hundred sentences are read by nobody.
SHOWN = 10


def put(
    actor: Actor, course_id: int, text: rules.Course, *, was: int, source: str = "", why: str = ""
) -> Content:  # fmt: skip
    """Make this the text of a course, as its next revision. `was` is the revision that the change began from, or 0.

    Raises NotVisible, Refused, and Invalid when somebody else was quicker. The same text again changes nothing.
    """
    with write_transaction():
        course = locked(actor, course_id)
        known = newest(course.pk)
        checksum = course_file.checksum(text)
        if known is not None and known.checksum == checksum:
            return known
        if (known.revision if known else 0) != was:
            said = _("Somebody changed this course while you were writing. Open it again in another tab and compare.")
            raise Invalid({"": said})
        made = Content(
            organisation_id=course.organisation_id, course=course, revision=was + 1,
            definition=course_file.to_dict(text), checksum=checksum, source=source, by_id=actor.person_id,
            at=moment.now(), is_written=is_written(text),
        )  # fmt: skip
        made.save(force_insert=True)
        act = history.Act(CHANGED, why, detail={"revision": made.revision, "questions": len(text.questions)})
        deed = history.write(actor, course, act)
        history.tell(actor, course, deed, "course.content", {"revision": made.revision})
    return made


def locked(actor: Actor, course_id: int) -> Course:
    """The course, held for a change of its text. Raises NotVisible, Refused."""
    course = moves.locked(actor, course_id)
    if not isinstance(course, Course):
        raise NotVisible
    if not scope.may(actor, "change", course):
        raise Refused([_("You may not change this course. Ask %(who)s.") % {"who": moves.who_may(course, "change")}])
    return course


def find(actor: Actor, number: str) -> Course:
    """The course of this number, as far as the actor may see it. Raises NotVisible."""
    found = services.find(actor, KIND, number)
    assert isinstance(found, Course)
    return found


FIRST_WORDS = gettext_lazy("Write here what people are to know, in short sentences. They read it on a phone.")
FIRST_QUESTION = gettext_lazy("This is a first question. Is it true that you will write a better one?")


def is_written(text: rules.Course) -> bool:
    """Whether nothing is left of what a text begins with: until then it teaches nobody, and proves nothing."""
    return all(
        section.content.strip() != str(FIRST_WORDS)
        and all(one.text.strip() != str(FIRST_QUESTION) for one in section.questions)
        for section in text.sections
    )


def can_be_taken(course_ids: Collection[int]) -> set[int]:
    """Those of these courses that have a text which people can take alone (one query)."""
    rows = Content.everywhere.filter(course_id__in=course_ids, is_written=True)
    return set(rows.values_list("course_id", flat=True))


def unwritten(course: Record) -> Reason | None:
    """Why a course is not put in use: its text is still the one it began with."""
    content = of(course)
    if content is None or content.is_written:
        return None
    url = reverse("training:content", args=[course.number])
    return Reason("course_unwritten", {"way": _("Text and questions"), "way_url": url})


@wording.reason_words("course_unwritten")
def _unwritten(values: Mapping[str, str]) -> str:
    return _("Its text holds what it began with. Write the section and the question over first.")


def first_text(course: Course) -> rules.Course:
    """What a course begins with that has no text yet: one section with one question, to be written over."""
    question = {
        "key": "first-question", "kind": "true_false", "right": True, "text": str(FIRST_QUESTION),
        "explanation": _("Say here why the right answer is right. People read it after the quiz."),
    }  # fmt: skip
    section = {
        "key": "first-section", "title": _("First section"), "draw": 1, "questions": [question],
        "content": str(FIRST_WORDS),
    }  # fmt: skip
    return course_file.from_dict(
        {
            "code": "own-course", "version": "1", "title": course.title, "audience": _("Everybody"), "minutes": 15,
            "summary": course.purpose or course.title, "quiz": {"pass_percent": 80, "attempts": 3, "wait_hours": 12},
            "sections": [section],
        }
    )  # fmt: skip
