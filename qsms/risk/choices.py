"""Words of the risk room that are stored as codes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.rules.control_hierarchy import Hierarchy, load_hierarchy

DATA = Path(__file__).parent / "data"


class AssessmentKind(models.TextChoices):
    """Which risk is rated: as found, as it will be with the planned controls, as it is with the controls checked."""

    INITIAL = "initial", _("Initial")
    PREDICTED = "predicted", _("Predicted")
    ACTUAL = "actual", _("Actual")


class Side(models.TextChoices):
    """On which side of the top event a control stands."""

    PREVENT = "prevent", _("Prevents")
    LIMIT = "limit", _("Limits")


class MatrixStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CURRENT = "current", _("In force")
    SUPERSEDED = "superseded", _("Replaced")


class HazardSource(models.TextChoices):
    """Where a hazard was found (14 CFR 5.71(a) lists the sources of safety assurance)."""

    REPORT = "report", _("Report")
    AUDIT = "audit", _("Audit")
    INVESTIGATION = "investigation", _("Investigation")
    INDICATOR = "indicator", _("Indicator")
    CHANGE = "change", _("Change")
    OBSERVATION = "observation", _("Observation of operations")
    OUTSIDE = "outside", _("Notice from outside")
    REGISTER = "register", _("Earlier register")
    OTHER = "other", _("Other")


@lru_cache(maxsize=1)
def hierarchy() -> Hierarchy:
    """The shipped hierarchy of controls."""
    return load_hierarchy(DATA / "hierarchy.yaml")


def hierarchy_levels() -> list[tuple[str, str]]:
    """The levels as choices of a field, the most effective first: “1 Elimination”."""
    return [(level.code, f"{level.rank} {level.label}") for level in hierarchy().levels]
