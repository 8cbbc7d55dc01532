"""The courses that the product brings, made courses of an organisation, which may change each as it likes.

Whatever was taken as it came follows the product: a newer text becomes the next revision. What the organisation has
changed is never written over; a newer text is offered, and the organisation's own stays among the revisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from qsms.base import context
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import moves, services
from qsms.records.errors import Refused
from qsms.rules import course_file
from qsms.rules import courses as rules

from . import contents, requiring
from .choices import CourseKind
from .models import Content, Course

FOLDER = Path(__file__).parent / "data" / "courses"


class Stand(StrEnum):
    """How an organisation stands on a starter course."""

    ABSENT = "absent"
    SAME = "same"
    BEHIND = "behind"  # taken as it came, and the product has a newer text
    EDITED = "edited"
    NEWER = "newer"  # changed here, and the product has a newer text than the one that was changed


@dataclass(frozen=True)
class Starter:
    """A starter course with what became of it here."""

    text: rules.Course
    source: str
    stand: Stand
    course: Course | None = None
    revision: int = 0


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, rules.Course]:
    """Every starter course by its code."""
    return course_file.load_all(FOLDER)


@lru_cache(maxsize=1)
def sources() -> Mapping[str, str]:
    """The digest of each file by the code of its course. No file is read as YAML for it."""
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FOLDER.glob("*.yaml"))}


def listed(actor: Actor) -> list[Starter]:
    """Every starter course with how the actor's organisation stands on it (two queries)."""
    rows = Content.everywhere.filter(organisation_id=actor.organisation_id).exclude(source="")
    code_of = dict(rows.order_by("revision").values_list("course_id", "definition__code"))
    taken: dict[int, list[Content]] = {}
    texts = Content.everywhere.filter(course__in=code_of).exclude(course__state="void")
    for row in texts.select_related("course").defer("definition").order_by("revision"):
        taken.setdefault(row.course_id, []).append(row)
    by_code = {code_of[course]: revisions for course, revisions in sorted(taken.items(), reverse=True)}
    return [_starter(text, by_code.get(code, [])) for code, text in shipped().items()]


def _starter(text: rules.Course, revisions: list[Content]) -> Starter:
    source = sources()[text.code]
    if not revisions:
        return Starter(text, source, Stand.ABSENT)
    last = revisions[-1]
    as_it_came = [row.source for row in revisions if row.source]
    if last.checksum == course_file.checksum(text):
        stand = Stand.SAME
    elif last.source:
        stand = Stand.BEHIND
    else:
        stand = Stand.EDITED if source in as_it_came else Stand.NEWER
    return Starter(text, source, stand, last.course, last.revision)


def add(actor: Actor, codes: Collection[str]) -> list[Course]:
    """Make these starter courses courses of the organisation, in use at once; those that are here already stay.

    Raises Refused.
    """
    if not actor.holds("course.create"):
        raise requiring.refusal(actor, _("You may not set up courses."), "course.create")
    made = []
    with write_transaction():
        for one in listed(actor):
            if one.stand is Stand.ABSENT and one.text.code in codes:
                made.append(_add(actor, one))
    return made


def _add(actor: Actor, one: Starter) -> Course:
    text = one.text
    given = {
        "title": text.title, "course_kind": CourseKind.COURSE, "months": text.validity_months, "code": text.code,
        "purpose": f"{text.summary} {_('For:')} {text.audience}.", "owner": actor.person_id,
    }  # fmt: skip
    course = services.create(actor, contents.KIND, given)
    contents.put(actor, course.pk, text, was=0, source=one.source)
    course = moves.move(actor, course.pk, "release")
    assert isinstance(course, Course)
    return course


def take_newer(actor: Actor, code: str) -> Content:
    """Take the product's newer text of one course over, also where the organisation had changed its own.

    Raises Refused, Invalid.
    """
    one = next((each for each in listed(actor) if each.text.code == code), None)
    if one is None or one.course is None or one.stand not in (Stand.BEHIND, Stand.NEWER):
        raise Refused([_("There is no newer text of this course.")])
    return contents.put(actor, one.course.pk, one.text, was=one.revision, source=one.source)


def is_behind() -> bool:
    """Whether some organisation has a text as it came in an earlier version of the product."""
    later = Content.everywhere.filter(course=OuterRef("course"), revision__gt=OuterRef("revision"))
    return _of_old().exclude(Exists(later)).exists()


def _of_old() -> QuerySet[Content]:
    """Revisions that came with another version of the product."""
    return Content.everywhere.exclude(source="").exclude(source__in=set(sources().values()))


def ship() -> int:
    """Bring what organisations took as it came to this version of the product; how many courses were brought."""
    renewed = 0
    for organisation in sorted(set(_of_old().values_list("organisation_id", flat=True))):
        actor = actors.system(organisation, _("New version"))
        with context.organisation(organisation), write_transaction():
            for one in listed(actor):
                if one.stand is Stand.BEHIND and one.course is not None:
                    contents.put(actor, one.course.pk, one.text, was=one.revision, source=one.source)
                    renewed += 1
                elif one.stand is Stand.SAME and one.course is not None:
                    # The file says the same in another way.
                    latest = Content.everywhere.filter(course=one.course, revision=one.revision).exclude(source="")
                    latest.update(source=one.source)
    return renewed
