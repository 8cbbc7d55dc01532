"""Types of document as they are shipped, and words that are stored as codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.base import context
from qsms.org.accountable import ACCOUNTABLE

DATA = Path(__file__).parent / "data"
USUAL_TYPE = "procedure"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """How documents of one type are numbered, reviewed, approved and begun."""

    code: str
    label: str
    prefix: str
    digits: int
    review_months: int
    review: tuple[str, ...]
    approve: tuple[str, ...]
    template: str = ""
    # The accountable executive signs last and in person, and whoever follows in that role signs again.
    executive_signs: bool = False
    is_external: bool = False
    # Whether new documents may be of it; those there are keep it in any case.
    active: bool = True
    # 0 as it is shipped; an organisation's own counts its changes.
    version: int = 0

    @property
    def approvers(self) -> tuple[str, ...]:
        """The roles that approve, in turn."""
        others = tuple(role for role in self.approve if role != ACCOUNTABLE or not self.executive_signs)
        return (*others, ACCOUNTABLE) if self.executive_signs else others


@lru_cache(maxsize=1)
def shipped() -> dict[str, DocumentType]:
    """The shipped types by code."""
    data: dict[str, Any] = yaml.safe_load((DATA / "types.yaml").read_text(encoding="utf-8"))
    return {code: _type(code, one) for code, one in data["types"].items()}


def _type(code: str, one: dict[str, Any]) -> DocumentType:
    return DocumentType(code, **(one | {"review": tuple(one["review"]), "approve": tuple(one["approve"])}))


def offered_types() -> list[tuple[str, str]]:
    """The types as a choice: those of the active organisation, also what it has switched off."""
    from . import document_types

    organisation_id = context.current().organisation_id
    known = shipped() if organisation_id is None else document_types.of(organisation_id)
    return [(one.code, one.label) for one in known.values()]


class StepKind(models.TextChoices):
    REVIEW = "review", _("Review")
    APPROVE = "approve", _("Approval")


class Retention(models.TextChoices):
    """How long superseded revisions are kept at least."""

    FIVE_YEARS = "5y", _("Five years after it is superseded")
    TEN_YEARS = "10y", _("Ten years after it is superseded")
    FOR_EVER = "ever", _("For ever")
