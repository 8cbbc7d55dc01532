"""Taking a course alone: how far somebody has read it, in which round, and when its quiz may be tried.

A round begins when somebody opens the course, and anew when they take it again. Attempts count within their round. A
new revision of the text goes on where the old one was left: what did not change need not be read twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, moves, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import courses as rules
from qsms.rules import quiz
from qsms.rules.competence import State
from qsms.rules.courses import Section

from . import contents, standing
from .models import Attempt, Content, Course, Progress

AGAIN = "course_taken_again"
IN_USE = "in_use"


@dataclass(frozen=True)
class Learning:
    """One person with one course: its text, how far they have read it, and their attempts of this round."""

    course: Course
    content: Content
    progress: Progress | None
    attempts: Sequence[Attempt]
    # How far they are in an earlier revision, where they have neither finished that one nor opened this one.
    before: Progress | None = None

    @cached_property
    def text(self) -> rules.Course:
        return contents.text_of(self.content)

    @cached_property
    def read(self) -> frozenset[str]:
        """The keys of the sections of this revision that were read."""
        known = {section.key for section in self.text.sections}
        return frozenset(self.progress.read if self.progress else self.carried) & known

    @cached_property
    def carried(self) -> list[str]:
        """The keys of the sections that were read in the earlier revision and read the same in this one."""
        if self.before is None:
            return []
        told = {section.key: section for section in contents.text_of(self.before.content).sections}
        read = self.before.read
        return [one.key for one in self.text.sections if one.key in read and _same(one, told.get(one.key))]

    @cached_property
    def unread(self) -> list[Section]:
        """What is still to be read, in its order."""
        return [section for section in self.text.sections if section.key not in self.read]

    @property
    def finished(self) -> bool:
        return self.progress is not None and self.progress.finished_at is not None

    @property
    def open_attempt(self) -> Attempt | None:
        """The attempt that is not handed in yet."""
        return next((one for one in self.attempts if one.marked_at is None), None)

    @property
    def marked(self) -> list[Attempt]:
        """The attempts that were handed in, the newest first."""
        return sorted((one for one in self.attempts if one.marked_at is not None), key=lambda one: -one.pk)

    @cached_property
    def standing(self) -> quiz.Standing:
        """Whether the quiz may be tried now."""
        done = [quiz.Attempt(one.marked_at, bool(one.passed)) for one in self.attempts if one.marked_at is not None]
        return quiz.standing(self.text.quiz, done, moment.now())

    def section(self, key: str) -> Section:
        """The section with this key. Raises NotVisible."""
        found = next((one for one in self.text.sections if one.key == key), None)
        if found is None:
            raise NotVisible
        return found

    def after(self, section: Section) -> Section | None:
        """The section after this one, or None at the end."""
        place = self.text.sections.index(section) + 1
        return self.text.sections[place] if place < len(self.text.sections) else None


def of(actor: Actor, number: str) -> Learning:
    """How the actor stands on a course that is taken alone. Raises NotVisible, Refused."""
    if actor.person_id is None:
        raise Refused([_("Only people take courses.")])
    course = find(actor, number)
    content = contents.newest(course.pk)
    if content is None:
        raise NotVisible
    if not content.is_written:
        said = _("The text of %(number)s is being written, so it cannot be taken yet. Ask %(who)s.")
        raise Refused([said % {"number": course.number, "who": moves.who_may(course, "change")}])
    return _learning(course, content, actor.person_id)


def find(actor: Actor, number: str) -> Course:
    """A course that the actor sees, or that is asked of them. Raises NotVisible."""
    if actor.person_id is not None:
        rows = Course.everywhere.filter(
            organisation_id=actor.organisation_id, number=number, state=IN_USE, confidential=False
        )
        for pk in rows.values_list("pk", flat=True):
            today = standing.today_of(actor)
            if pk in standing.needs(actor.organisation_id, today, [actor.person_id], {pk}).get(actor.person_id, {}):
                return Course.everywhere.get(pk=pk)
    return contents.find(actor, number)


def _learning(course: Course, content: Content, person_id: int) -> Learning:
    return _learnings(course, content, [person_id])[person_id]


def _learnings(course: Course, content: Content, people: Collection[int]) -> dict[int, Learning]:
    """How each of these people stands on a course (two queries, however many they are)."""
    rows = Progress.everywhere.filter(content__course=course, person__in=people).select_related("content")
    begun = {row.person_id: row for row in rows.order_by("content__revision")}
    tried: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.everywhere.filter(content__course=course, person__in=people).order_by("pk"):
        tried[attempt.person_id].append(attempt)
    found = {}
    for person in people:
        last = begun.get(person)
        progress = last if last is not None and last.content_id == content.pk else None
        in_round = last is not None and (progress is not None or last.finished_at is None)
        attempts = [one for one in tried[person] if last is not None and in_round and one.begun_at >= last.begun_at]
        before = last if last is not None and progress is None and last.finished_at is None else None
        found[person] = Learning(course, content, progress, attempts, before)
    return found


def begin(actor: Actor, number: str) -> Learning:
    """Open the course to read it; somebody who has is where they were. Raises NotVisible, Refused."""
    with write_transaction():
        learning = of(actor, number)
        if learning.progress is None:
            refuse_unless_in_use(learning.course)
            assert actor.person_id is not None
            _begin(learning, actor.person_id)
            learning = of(actor, number)
    return learning


def _begin(learning: Learning, person_id: int) -> None:
    begun_at = learning.before.begun_at if learning.before is not None else moment.now()
    given = {
        "organisation_id": learning.course.organisation_id, "begun_at": begun_at, "read": learning.carried,
    }  # fmt: skip
    Progress.everywhere.get_or_create(content=learning.content, person_id=person_id, defaults=given)


def _same(one: Section, other: Section | None) -> bool:
    return other is not None and (one.content, one.example) == (other.content, other.example)


def refuse_unless_in_use(course: Course) -> None:
    """Raise Refused for a course that nobody begins any more, or not yet."""
    if course.state != IN_USE:
        raise Refused([_("%(number)s is not in use, so it cannot be taken.") % {"number": course.number}])


def read(actor: Actor, number: str, key: str, revision: int) -> Learning:
    """Somebody has read a section as it stood in this revision of the text. Raises NotVisible, Refused.

    One that was revised since then is not read: its page may have been open all the while.
    """
    with write_transaction():
        learning = begin(actor, number)
        if not _stands(learning, key, revision):
            return learning
        section = learning.section(key)
        row = Progress.everywhere.select_for_update().get(content=learning.content, person_id=actor.person_id)
        if section.key not in row.read:
            row.read = [*row.read, section.key]
            row.save(update_fields=["read"])
        learning = of(actor, number)
    return learning


def _stands(learning: Learning, key: str, revision: int) -> bool:
    """Whether a section that somebody read in this revision reads the same in the newest one."""
    if revision == learning.content.revision:
        return True
    seen = Content.everywhere.filter(course=learning.course, revision=revision).first()
    if seen is None:
        return False
    then, now = ({one.key: one for one in contents.text_of(each).sections} for each in (seen, learning.content))
    return key in now and _same(now[key], then.get(key))


def half_way(course_id: int, revision: int) -> list[int]:
    """The people who are in the middle of a course, in an earlier revision than this one."""
    rows = Progress.everywhere.filter(content__course=course_id).order_by("content__revision")
    last: dict[int, bool] = {}
    for person, at, finished_at in rows.values_list("person_id", "content__revision", "finished_at"):
        last[person] = at < revision and finished_at is None
    return sorted(person for person, is_half_way in last.items() if is_half_way)


def may_again(actor: Actor, learning: Learning) -> bool:
    """Whether somebody who has passed may take the course again: when it is due, and not the day after."""
    if not learning.finished or learning.course.state != IN_USE or actor.person_id is None:
        return False
    today = standing.today_of(actor)
    found = standing.stands(actor.organisation_id, today, {actor.person_id: [learning.course.pk]})
    return found[actor.person_id, learning.course.pk].state is not State.VALID


def again(actor: Actor, number: str) -> Learning:
    """Take a course again that was passed, from its first section. Raises NotVisible, Refused."""
    with write_transaction():
        learning = of(actor, number)
        if not may_again(actor, learning):
            raise Refused([_("You have passed it, and it is not due again yet.")])
        assert actor.person_id is not None
        _restart(learning.content, actor.person_id)
        learning = of(actor, number)
    return learning


def let_again(actor: Actor, number: str, person_id: int, reason: str) -> None:
    """Let somebody whose attempts are used read the course once more and try again.

    Raises NotVisible, Refused, Invalid.
    """
    with write_transaction():
        course = contents.find(actor, number)
        course = moves.locked(actor, course.pk)  # type: ignore[assignment]
        if not scope.may(actor, "change", course):
            raise Refused([_("You may not do this. Ask %(who)s.") % {"who": moves.who_may(course, "change")}])
        if person_id in actor.persons:
            raise Refused([_("Somebody else has to let you try again, or whom you stand in for.")])
        person = Person.objects.filter(pk=person_id, organisation_id=actor.organisation_id).first()
        content = contents.newest(course.pk)
        if person is None or content is None:
            raise NotVisible
        learning = _learning(course, content, person.pk)
        if learning.standing.left != 0 or learning.finished or learning.open_attempt is not None:
            raise Refused([_("%(name)s can try by themselves.") % {"name": person.name}])
        if not reason.strip():
            raise Invalid({"reason": _("Say why. It is kept in the history.")})
        _restart(content, person.pk)
        history.write(actor, course, history.Act(AGAIN, reason, detail={"people": [person.pk]}))


def _restart(content: Content, person_id: int) -> None:
    given = {"organisation_id": content.organisation_id, "begun_at": moment.now(), "read": [], "finished_at": None}
    Progress.everywhere.update_or_create(content=content, person_id=person_id, defaults=given)


def used_up(course: Course, content: Content) -> list[tuple[Person, int]]:
    """Who has used all attempts at a course without passing, with the best of their scores."""
    if contents.text_of(content).quiz.attempts is None:
        return []
    failed = Attempt.everywhere.filter(content__course=course, passed=False)
    people = {one.pk: one for one in Person.objects.filter(pk__in=failed.values("person_id"), is_active=True)}
    found = []
    for person, mine in _learnings(course, content, people).items():
        if mine.standing.left == 0 and not mine.finished and mine.open_attempt is None:
            found.append((people[person], max((one.score or 0 for one in mine.marked), default=0)))
    return sorted(found, key=lambda pair: (pair[0].name, pair[0].pk))
