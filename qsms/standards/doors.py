"""What other rooms may use of standards."""

from __future__ import annotations

from .ageing import (
    records_ageing,
)
from .clause_ways import (
    ClauseWay,
    offer_way,
)
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
from .offering import (
    offer_clauses,
)
from .requirements import (
    Requirement,
    asked_elsewhere,
    counting,
    may_bind,
    requirement,
    requirements_of,
    shown_by,
)

__all__ = [
    "AT_LEAST",
    "MONTHS",
    "PROCESS",
    "SITE",
    "Answer",
    "ClauseWay",
    "Form",
    "Given",
    "LivingQuery",
    "Parameter",
    "Requirement",
    "as_day",
    "asked_elsewhere",
    "counting",
    "enough",
    "forget_living_query",
    "may_bind",
    "of_records",
    "offer_clauses",
    "offer_way",
    "records_ageing",
    "register_living_query",
    "requirement",
    "requirements_of",
    "shown_by",
    "since",
    "start",
]
