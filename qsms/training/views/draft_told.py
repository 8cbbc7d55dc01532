"""What is said of the draft of a course's text: who wrote it last, and what publishing it changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.rules import course_changes
from qsms.ui import times

from .. import contents, learning
from ..drafting import Working
from ..models import Course


def told(actor: Actor, working: Working) -> dict[str, Any] | None:
    """The draft as the page of the text says it; None where there is none."""
    draft = working.draft
    if draft is None:
        return None
    return {
        "by": draft.by.name if draft.by is not None else "",
        "at": times.moment(draft.at, moment.now(), actor.tz, inside=True),
        "changes": changes(working),
        "was": draft.was,
    }


def half_way(course: Course, working: Working) -> list[str]:
    """Who is in the middle of the course, in a sentence; nothing where nobody is."""
    n = len(learning.half_way(course.pk, working.content.revision + 1))
    said = ngettext(
        "%(n)d person is in the middle of it: they are told, and what changed is to be read again.",
        "%(n)d people are in the middle of it: they are told, and what changed is to be read again.",
        n,
    )
    return [said % {"n": n}] if n else []


def changes(working: Working) -> list[str]:
    """What publishing a draft changes, a sentence for each kind of change."""
    found = course_changes.between(contents.text_of(working.content), working.text)
    named = (
        (_("New: %(sections)s."), found.added),
        (_("Taken out: %(sections)s."), found.removed),
        (_("Reads otherwise: %(sections)s."), found.changed),
    )
    counted = (
        (_("Questions put in: %(n)d."), found.questions_added),
        (_("Questions taken out: %(n)d."), found.questions_removed),
        (_("Questions that read otherwise: %(n)d."), found.questions_changed),
    )
    said = [words % {"sections": ", ".join(titles)} for words, titles in named if titles]
    said += [_("The sections stand in another order.")] if found.is_reordered else []
    said += [words % {"n": n} for words, n in counted if n]
    said += [_("What is said of the course, or the rule of its quiz, is another.")] if found.outline else []
    return said or [_("Nothing differs from what people read.")]
