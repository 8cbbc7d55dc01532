"""What other rooms may use of standards."""

from __future__ import annotations

from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.errors import NotVisible
from qsms.rules.frameworks import Reference

from . import binding
from .living import (
    AT_LEAST,
    MONTHS,
    PROCESS,
    SITE,
    Answer,
    Form,
    Given,
    LivingQuery,
    Parameter,
    as_day,
    enough,
    forget_living_query,
    of_records,
    register_living_query,
    since,
    start,
)

__all__ = [
    "AT_LEAST",
    "MONTHS",
    "PROCESS",
    "SITE",
    "Answer",
    "Form",
    "Given",
    "LivingQuery",
    "Parameter",
    "as_day",
    "enough",
    "forget_living_query",
    "of_records",
    "register_living_query",
    "requirements_of",
    "since",
    "start",
]


def requirements_of(actor: Actor, record_id: int) -> list[Reference]:
    """The requirements that a record is bound to as evidence, in reading order. Raises NotVisible."""
    record = scope.seen_of(actor, [record_id]).get(record_id)
    if record is None:
        raise NotVisible
    return sorted({piece.at for piece in binding.of_record(actor, record)})
