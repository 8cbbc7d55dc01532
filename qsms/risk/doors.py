"""What other rooms may use of risk."""

from __future__ import annotations

from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.models import Record
from qsms.records.registry import place_of

from .accepting import accept, ask
from .addresses import assess as rating_page
from .assessing import assess
from .authority import may_assess
from .barriers import place
from .choices import AssessmentKind, HazardSource
from .expiring import expire
from .matrices import matrix_for, offered
from .models import Acceptance, Assessment, RiskMatrix
from .panels import RISK_TAB
from .queries import acceptances, assessments, current, heat

__all__ = [
    "RISK_TAB",
    "Acceptance",
    "Assessment",
    "AssessmentKind",
    "HazardSource",
    "RiskMatrix",
    "accept",
    "acceptances",
    "ask",
    "assess",
    "assessments",
    "current",
    "expire",
    "heat",
    "matrix_for",
    "may_assess",
    "mitigate",
    "offered",
    "place",
    "raise_control",
    "raise_hazard",
    "rating_page",
]


def raise_hazard(
    actor: Actor, source: Record | None, *, title: str, description: str, once: str = "", **more: object
) -> Record:
    """A hazard, linked as raised from `source` in the same transaction. It takes over place, lenses and secrecy."""
    given: dict[str, object] = {"title": title, "description": description}
    if source is not None:
        given |= {**place_of(source), "confidential": source.confidential}
    return services.create(actor, "hazard", given | more, raised_from=source, once=once)


def raise_control(
    actor: Actor, hazard: Record | None, *, title: str, level: str, once: str = "", state: str = "", **more: object
) -> Record:
    """A control that mitigates `hazard`. `state` is for those that work already: "in_place" or "verified"."""
    given: dict[str, object] = {"title": title, "level": level}
    if hazard is not None:
        given |= place_of(hazard)
    return services.create(
        actor, "control", given | more, raised_from=hazard, relation="mitigates", once=once, state=state
    )


def mitigate(actor: Actor, control: Record, record: Record, *, reason: str = "") -> None:
    """Say that a control of the library works against the risk of a record. Raises NotVisible, Refused."""
    services.link(actor, control.pk, record.pk, "mitigates", reason=reason)
