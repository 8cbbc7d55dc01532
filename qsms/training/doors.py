"""What other rooms may use of training: who is current for a duty or in a course, with the reason if not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from qsms.org.actor import Actor

from . import duties, standing, teaching
from .choices import Duty
from .duties import Lapse
from .proofs import Stand
from .teaching import Taught

__all__ = ["Duty", "Lapse", "Stand", "Taught", "lapses", "not_current", "takers", "taught"]


def lapses(organisation_id: int, person_id: int, duty: str) -> list[Lapse]:
    """Why somebody is not current for a duty; nothing when they are."""
    return duties.lapses(organisation_id, person_id, duty)


def not_current(organisation_id: int, course_id: int, today: dt.date) -> dict[int, Stand]:
    """The people of whom a course is asked and who are not current in it."""
    return standing.not_current(organisation_id, course_id, today)


def taught(actor: Actor, document_ids: Collection[int]) -> list[Taught]:
    """The courses that the actor sees which teach these documents, with who must hold them (one query)."""
    return teaching.taught(actor, document_ids)


def takers(actor: Actor, course_ids: Collection[int]) -> dict[int, set[int]]:
    """Of whom each of these courses is asked today, of the people whose training the actor sees."""
    return teaching.takers(actor, course_ids)
