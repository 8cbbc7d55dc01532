"""From what stands in an address to the record or person it names, within what the reader sees."""

from __future__ import annotations

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import keys, services
from qsms.records.errors import NotVisible

from .. import standing
from ..models import Course, Holding, Session


def course(actor: Actor, number: str) -> Course:
    """The course with this number. Raises NotVisible."""
    found = services.find(actor, "course", number)
    assert isinstance(found, Course)
    return found


def session(actor: Actor, number: str) -> Session:
    """The session with this number. Raises NotVisible."""
    found = services.find(actor, "session", number)
    assert isinstance(found, Session)
    return found


def holding(actor: Actor, number: str) -> Holding:
    """The training record with this number. Raises NotVisible."""
    found = services.find(actor, "holding", number)
    assert isinstance(found, Holding)
    return found


def person(actor: Actor, key: str) -> Person | None:
    """Somebody whose training the reader may see; None where nobody is named. Raises NotVisible."""
    if not key:
        return None
    found = Person.objects.filter(standing.staff(actor), pk=keys.whole(key) or 0).first()
    if found is None:
        raise NotVisible
    return found
