"""What differs between two texts of a course, by section and question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .courses import Course, Section


@dataclass(frozen=True)
class Changes:
    """Titles of sections that came, went or read otherwise, and how many questions did."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    is_reordered: bool = False
    # Questions of the whole bank, wherever they stand.
    questions_added: int = 0
    questions_removed: int = 0
    questions_changed: int = 0
    # What is said of the course as a whole, and the rule of its quiz.
    outline: bool = False

    @property
    def are_none(self) -> bool:
        return self == Changes()


def between(before: Course, after: Course) -> Changes:
    """What somebody who knows `before` meets anew in `after`."""
    old, new = ({one.key: one for one in text.sections} for text in (before, after))
    both = [key for key in new if key in old]
    asked, asks = before.questions, after.questions
    return Changes(
        added=tuple(one.title for key, one in new.items() if key not in old),
        removed=tuple(one.title for key, one in old.items() if key not in new),
        changed=tuple(new[key].title for key in both if _read(old[key]) != _read(new[key])),
        is_reordered=both != [key for key in old if key in new],
        questions_added=len(asks.keys() - asked.keys()),
        questions_removed=len(asked.keys() - asks.keys()),
        questions_changed=sum(asked[key] != asks[key] for key in asked.keys() & asks.keys()),
        outline=replace(before, sections=()) != replace(after, sections=()),
    )


def _read(section: Section) -> Section:
    """A section without its bank: what is read, and how many questions are drawn."""
    return replace(section, questions=())
