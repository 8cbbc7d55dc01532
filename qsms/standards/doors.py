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
    SHARE,
    SITE,
    Answer,
    Form,
    Found,
    Given,
    LivingQuery,
    Parameter,
    as_day,
    enough,
    forget_living_query,
    of_records,
    placed,
    register_living_query,
    since,
    start,
)
from .living_found import (
    behind,
    of_kind,
    of_rows,
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
    "SHARE",
    "SITE",
    "Answer",
    "ClauseWay",
    "Form",
    "Found",
    "Given",
    "LivingQuery",
    "Parameter",
    "Requirement",
    "as_day",
    "asked_elsewhere",
    "behind",
    "counting",
    "enough",
    "forget_living_query",
    "may_bind",
    "of_kind",
    "of_records",
    "of_rows",
    "offer_clauses",
    "offer_way",
    "placed",
    "records_ageing",
    "register_living_query",
    "requirement",
    "requirements_of",
    "shown_by",
    "since",
    "start",
]
