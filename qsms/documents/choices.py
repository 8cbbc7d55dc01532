"""Kinds of document as data, and words that are stored as codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db import models
from django.utils.translation import gettext_lazy as _

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
    # The role whose next holder signs again what an earlier holder approved.
    sign_again: str = ""
    is_external: bool = False


@lru_cache(maxsize=1)
def types() -> dict[str, DocumentType]:
    """The shipped types by code."""
    data: dict[str, Any] = yaml.safe_load((DATA / "types.yaml").read_text(encoding="utf-8"))
    return {code: _type(code, one) for code, one in data["types"].items()}


def _type(code: str, one: dict[str, Any]) -> DocumentType:
    return DocumentType(code, **(one | {"review": tuple(one["review"]), "approve": tuple(one["approve"])}))


def offered_types() -> list[tuple[str, str]]:
    """The types as a choice."""
    return [(one.code, one.label) for one in types().values()]


class StepKind(models.TextChoices):
    REVIEW = "review", _("Review")
    APPROVE = "approve", _("Approval")


class Retention(models.TextChoices):
    """How long superseded revisions are kept at least."""

    FIVE_YEARS = "5y", _("Five years after it is superseded")
    TEN_YEARS = "10y", _("Ten years after it is superseded")
    FOR_EVER = "ever", _("For ever")
