"""The next text of a course in use: worked on as a draft that nobody reads, and published as the next revision.

Revisions never change, so whoever passed one keeps it, and an attempt ends in the one it began with. The text of a
course that is not in use is read by nobody; there every change is the next revision at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import course_file
from qsms.rules import courses as rules

from . import contents, standing
from .models import Content, Course, TextDraft

DRAFTED, DROPPED = "content_drafted", "content_dropped"


@dataclass(frozen=True)
class Working:
    """The text that the pages of a course write on: its draft, or else what is read now."""

    text: rules.Course
    # What is read now.
    content: Content
    draft: TextDraft | None = None

    @property
    def mark(self) -> str:
        """What a form carries to say which text it was shown for."""
        return f"{self.content.revision}" if self.draft is None else f"{self.draft.was}.{self.draft.version}"


def of(course: Course) -> Working | None:
    """What is written on; None for a course without a text (two queries)."""
    content = contents.newest(course.pk)
    if content is None:
        return None
    draft = TextDraft.everywhere.filter(course=course).select_related("by").first()
    text = contents.text_of(content) if draft is None else course_file.from_dict(draft.definition)
    return Working(text, content, draft)


def change(actor: Actor, course_id: int, mark: str, how: Callable[[rules.Course], rules.Course]) -> None:
    """Change the text that a form was shown for: in a draft while the course is in use, else at once.

    Raises NotVisible, Refused, and Invalid when somebody else was quicker.
    """
    with write_transaction():
        course = contents.locked(actor, course_id)
        working = of(course)
        if working is None:
            raise NotVisible
        if working.mark != mark:
            said = _("Somebody changed this course while you were writing. Open it again in another tab and compare.")
            raise Invalid({"": said})
        text = how(working.text)
        if course.state != standing.IN_USE:
            contents.put(actor, course.pk, text, was=working.content.revision)
            TextDraft.everywhere.filter(course=course).delete()
        elif course_file.checksum(text) != course_file.checksum(working.text):
            _keep(actor, course, working, text)


def _keep(actor: Actor, course: Course, working: Working, text: rules.Course) -> None:
    draft = working.draft or TextDraft(
        organisation_id=course.organisation_id, course=course, was=working.content.revision, version=0
    )
    draft.version += 1
    draft.definition, draft.by_id, draft.at = course_file.to_dict(text), actor.person_id, moment.now()
    draft.save()
    if draft.version == 1:
        # Every further saving is of the same draft; what it came to is told when it is published.
        history.write(actor, course, history.Act(DRAFTED, detail={"revision": draft.was}))


def publish(actor: Actor, course_id: int, mark: str, why: str) -> Content:
    """Let people read the draft from now on, as the next revision. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        course, working = _drafted(actor, course_id)
        if not why.strip():
            raise Invalid({"why": _("Say what is different. It is kept in the history.")})
        if working.mark != mark:
            raise Invalid({"": _("The draft was changed since you looked. Look at what is different once more.")})
        if working.draft is not None and working.draft.was != working.content.revision:
            said = _(
                "Revision %(n)d was published since this draft was begun. Export the draft as a file, throw it away, "
                "and bring the file in."
            )
            raise Invalid({"": said % {"n": working.content.revision}})
        if not contents.is_written(working.text):
            raise Invalid({"": _("It holds what a text begins with. Write the section and the question over first.")})
        made = contents.put(actor, course.pk, working.text, was=working.content.revision, why=why.strip())
        TextDraft.everywhere.filter(course=course).delete()
    return made


def drop(actor: Actor, course_id: int) -> None:
    """Throw the draft away; what people read stays. Raises NotVisible, Refused."""
    with write_transaction():
        course, working = _drafted(actor, course_id)
        TextDraft.everywhere.filter(course=course).delete()
        history.write(actor, course, history.Act(DROPPED, detail={"revision": working.content.revision}))


def _drafted(actor: Actor, course_id: int) -> tuple[Course, Working]:
    course = contents.locked(actor, course_id)
    working = of(course)
    if working is None or working.draft is None:
        raise Refused([_("There is no draft of its text any more. Somebody published it or threw it away.")])
    return course, working
